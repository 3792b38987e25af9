"""A sample computer: a home folder in which one old root key stands in five places, as it does in real life.

Odd spacing, comments, quotes and one file with Windows line ends are there on purpose, so that an edit which changes
more than the key can be seen. Everything in it is made up and says PRACTICE.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from keyturn.computer.computer import Platform
from keyturn.model.keys import KeyPair
from keyturn_practice.sample_buckets import ARCHIVE, OFFICE, PHOTOS, REPOSITORY_PREFIX
from keyturn_practice.sample_repository import REPOSITORY_PASSWORD

# `practice-only` as `rclone obscure` writes it.
_OBSCURED = "-vWo1UEJW1lV9IPiNwhwf_jrv_lxnSfEPriXsws"


@dataclass(frozen=True, slots=True)
class SampleComputer:
    """What was built.

    Attributes:
        files: every file that holds the old key.
        restic_environment: the variables' file that restic is started with.
        endpoint_url: where the simulated AWS answers.
    """

    home: Path
    platform: Platform
    files: tuple[Path, ...]
    rclone_config: Path
    s3cmd_config: Path
    aws_credentials: Path
    aws_config: Path
    restic_environment: Path
    restic_password_file: Path
    root_key_csv: Path
    endpoint_url: str

    @property
    def restic_repository(self) -> str:
        """The repository as restic names it."""
        return f"s3:{self.endpoint_url}/{OFFICE}/{REPOSITORY_PREFIX}"

    def bucket_options(self) -> tuple[str, ...]:
        """The options that `plan` and `rotate` need: `.s3cfg` and AWS profiles name no bucket themselves."""
        return ("--bucket", OFFICE, "--bucket", PHOTOS)


def build_sample_computer(
    folder: Path, endpoint_url: str, old_pair: KeyPair, *, platform: Platform = Platform.LINUX
) -> SampleComputer:
    """Write the sample computer's home into `folder`, which must be empty or not there yet.

    Args:
        endpoint_url: the address of the practice account; the programs' configuration names it.
        old_pair: the key that stands everywhere.

    Raises:
        FileExistsError: where something is in the folder: a real home must never be mistaken for the sample.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    windows = platform is Platform.WINDOWS
    roaming = folder / "AppData" / "Roaming"
    restic = folder / ".config" / "restic"
    sample = SampleComputer(
        home=folder,
        platform=platform,
        files=(),
        rclone_config=(roaming if windows else folder / ".config") / "rclone" / "rclone.conf",
        s3cmd_config=roaming / "s3cmd.ini" if windows else folder / ".s3cfg",
        aws_credentials=folder / ".aws" / "credentials",
        aws_config=folder / ".aws" / "config",
        restic_environment=restic / "office.env",
        restic_password_file=restic / "office.password",
        root_key_csv=folder / "Downloads" / "rootkey.csv",
        endpoint_url=endpoint_url,
    )
    with_key = {
        sample.rclone_config: _rclone(sample, old_pair),
        sample.s3cmd_config: _s3cmd(sample, old_pair),
        sample.aws_credentials: _aws_credentials(old_pair),
        sample.restic_environment: _restic(sample, old_pair),
        sample.root_key_csv: _root_key_csv(old_pair),
    }
    others = {
        sample.aws_config: _aws_config(sample),
        sample.restic_password_file: f"{REPOSITORY_PASSWORD}\n",
        folder / "PRACTICE.txt": _NOTE,
        folder / "Documents" / "letters" / "aunt-erna.txt": "PRACTICE\n\nDear aunt Erna, the photos are safe.\n",
    }
    for path, text in {**with_key, **others}.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        path.chmod(0o600)
    return replace(sample, files=tuple(with_key))


_NOTE = """PRACTICE

This folder is a sample computer to rehearse on with Keyturn.
The keys in it belong to a simulated AWS account and open nothing.
Delete the whole folder whenever you like.
"""


def _rclone(sample: SampleComputer, pair: KeyPair) -> str:
    return f"""# PRACTICE: grandma's archive, set up in 2017
[oma]
type = s3
provider = Other
env_auth = false
access_key_id   =   {pair.access_key_id}
secret_access_key={pair.secret.reveal()}
; the bucket is in Frankfurt
region = eu-central-1
endpoint = {sample.endpoint_url}
acl = private
force_path_style = true

[summers]
type = alias
remote = oma:{ARCHIVE}/summers

[oma-secret]
type = crypt
remote = oma:{ARCHIVE}/secret
filename_encryption = standard
directory_name_encryption = true
password = {_OBSCURED}
"""


def _s3cmd(sample: SampleComputer, pair: KeyPair) -> str:
    host = urlsplit(sample.endpoint_url).netloc
    lines = f"""[default]
# PRACTICE: scripts put the office files with this
access_key = {pair.access_key_id}
access_token =
bucket_location = us-east-1
check_ssl_certificate = True
gpg_passphrase =
host_base = {host}
host_bucket = {host}
secret_key =  {pair.secret.reveal()}
signature_v2 = False
use_https = {"True" if sample.endpoint_url.startswith("https:") else "False"}
"""
    return lines.replace("\n", "\r\n")


def _aws_credentials(pair: KeyPair) -> str:
    return f"""# PRACTICE

[default]
aws_access_key_id={pair.access_key_id}
aws_secret_access_key={pair.secret.reveal()}

   # the camera uploads
[photos]
aws_access_key_id     = {pair.access_key_id}
aws_secret_access_key = {pair.secret.reveal()}
"""


def _aws_config(sample: SampleComputer) -> str:
    return f"""# PRACTICE
[default]
region = us-east-1
endpoint_url = {sample.endpoint_url}

[profile photos]
region = eu-west-1
endpoint_url = {sample.endpoint_url}
s3 =
    addressing_style = path
"""


def _restic(sample: SampleComputer, pair: KeyPair) -> str:
    return f"""# PRACTICE: the office computer, every night at two
export AWS_ACCESS_KEY_ID="{pair.access_key_id}"   # from rootkey.csv
export  AWS_SECRET_ACCESS_KEY='{pair.secret.reveal()}'
export RESTIC_REPOSITORY={sample.restic_repository}
export RESTIC_PASSWORD_FILE="{sample.restic_password_file}"
"""


def _root_key_csv(pair: KeyPair) -> str:
    return f"AWSAccessKeyId={pair.access_key_id}\r\nAWSSecretKey={pair.secret.reveal()}\r\n"
