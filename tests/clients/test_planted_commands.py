"""A command is planted in every spot of a home that a backup program obeys: none runs, and each check has an answer."""

from __future__ import annotations

import json
import shlex
import ssl
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from keyturn.clients.own_check import run_own_check
from keyturn.clients.registry import client_named, every_client
from keyturn.computer.computer import Computer, Platform
from keyturn.model.keys import KeyPair
from keyturn.model.places import Place, Target
from keyturn_practice.account import PracticeAccount

Required = Callable[[str], Path]
BUCKET = "photos-vault"
FOLDER = "attic"


@dataclass(frozen=True)
class Trap:
    """A home full of commands that each leave a file behind, and the account that its key belongs to."""

    account: PracticeAccount
    home: Path
    old: KeyPair
    ran: Path
    programs: Path

    @property
    def computer(self) -> Computer:
        """This computer, with that home."""
        environment = {"PATH": f"{self.programs}:/usr/local/bin:/usr/bin:/bin"}
        return Computer(Platform.LINUX, self.home, environment, is_this_one=True)

    def command(self, name: str) -> str:
        """A command without blanks, which programs take in different ways, that leaves a file of this name."""
        return str(self.write(f"commands/{name}", f"#!/bin/sh\n: > {shlex.quote(str(self.ran / name))}\n", 0o755))

    def write(self, name: str, text: str, mode: int = 0o600) -> Path:
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def place(self, client: str) -> Place:
        (place,) = (one for one in client_named(client).find(self.computer).places if one.editable)
        assert place.pair == self.old
        return place

    def check(self, client: str, prefix: str = FOLDER) -> bool | None:
        """The answer of the program's own check, with all of its spots planted."""
        check = client_named(client).check(
            self.computer, self.place(client), Target(BUCKET, prefix), endpoint_url=self.account.url
        )
        assert check is not None
        given = repr([check.arguments, dict(check.environment), [one.content.reveal() for one in check.private_files]])
        assert str(self.ran.parent / "commands") not in given
        assert self.old.secret.reveal() not in repr([check.arguments, dict(check.environment)])
        result = run_own_check(check)
        assert sorted(one.name for one in self.ran.iterdir()) == [], result.detail
        return result.ok


def plant_what_any_program_may_find(trap: Trap) -> None:
    """What languages and other programs look for in a home."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    code = f"import os; os.system({trap.command('python')!r})\n"
    for folder in (version, "python3.11", "python3.12", "python3.13"):
        trap.write(f".local/lib/{folder}/site-packages/usercustomize.py", code)
        trap.write(f".local/lib/{folder}/site-packages/planted.pth", code)
    for name in (".profile", ".bashrc", ".shrc", ".pgbackrest.conf"):
        trap.write(name, trap.command("shell") + "\n")
    words = ("sts", "s3api", "s3", "configure")
    trap.write(".aws/cli/alias", "[toplevel]\n" + "".join(f"{word} = !{trap.command('alias')}\n" for word in words))
    trap.write(".mc/config.json", json.dumps({"version": "10", "aliases": {}}))


@pytest.fixture
def trap(tmp_path: Path) -> Iterator[Trap]:
    account = PracticeAccount()
    account.create_bucket(BUCKET)
    account.put_object(BUCKET, f"{FOLDER}/letter", b"a letter")
    for folder in ("home", "ran", "programs"):
        (tmp_path / folder).mkdir()
    with account.serving():
        old = account.create_root_key(age_days=3300)
        trap = Trap(account, tmp_path / "home", old, tmp_path / "ran", tmp_path / "programs")
        plant_what_any_program_may_find(trap)
        yield trap


def test_rclone(trap: Trap, required_program: Required) -> None:
    required_program("rclone")
    planted = trap.command("rclone")
    trap.write(
        ".config/rclone/rclone.conf",
        f"[vault]\ntype = s3\nprovider = Other\naccess_key_id = {trap.old.access_key_id}\nsecret_access_key = "
        f"{trap.old.secret.reveal()}\nendpoint = {trap.account.url}\nregion = us-east-1\n"
        f"password_command = {planted}\nglobal.password_command = {planted}\nglobal.metadata_mapper = {planted}\n"
        f"override.metadata_mapper = {planted}\nglobal.http_proxy = http://127.0.0.1:1\n"
        f"bearer_token_command = {planted}\nssh = {planted}\n\n[behind]\ntype = sftp\nhost = a\nssh = {planted}\n"
        f"[dav]\ntype = webdav\nbearer_token_command = {planted}\n",
    )
    assert trap.check("rclone") is True


def test_restic(trap: Trap, required_program: Required) -> None:
    required_program("restic")
    planted = trap.command("restic")
    trap.write(
        ".restic.env",
        f"export AWS_ACCESS_KEY_ID={trap.old.access_key_id}\nexport AWS_SECRET_ACCESS_KEY={trap.old.secret.reveal()}\n"
        f"export RESTIC_REPOSITORY=s3:{trap.account.url}/{BUCKET}/{FOLDER}\nexport RESTIC_PASSWORD=made-up\n"
        f"export RESTIC_PASSWORD_COMMAND={planted}\nexport RESTIC_OPTIONS='-o rclone.program={planted}'\n"
        f"restic -o rclone.program={planted} -o sftp.command={planted} --password-command {planted} backup /srv\n"
        f"$({planted})\n",
    )
    trap.write(".aws/credentials", f"[other]\ncredential_process = {planted}\n")
    trap.write(".aws/config", f"[default]\ncredential_process = {planted}\n")
    # There is no repository: that is an answer of the server's, and so of the program's.
    assert trap.check("restic") is False


def test_s3cmd(trap: Trap, required_program: Required) -> None:
    required_program("s3cmd")
    planted, host = trap.command("s3cmd"), trap.account.url.removeprefix("http://")
    trap.write(
        ".s3cfg",
        f"[default]\naccess_key = {trap.old.access_key_id}\nsecret_key = {trap.old.secret.reveal()}\n"
        f"host_base = {host}\nhost_bucket = {host}\nuse_https = False\nencrypt = True\ngpg_command = {planted}\n"
        f"gpg_encrypt = {planted} %(x)s\n"
        f"gpg_decrypt = {planted}\nproxy_host = 127.0.0.1\nproxy_port = 1\ncloudfront_host = 127.0.0.1:1\n"
        f"cache_file = {trap.ran}/cache\nlog_target_prefix = $({planted})\n",
    )
    assert trap.check("s3cmd") is True


def test_a_failure_says_nothing_where_the_file_names_a_way_that_was_not_taken(
    trap: Trap, required_program: Required
) -> None:
    required_program("s3cmd")
    host = trap.account.url.removeprefix("http://")
    lines = (
        f"access_key = {trap.old.access_key_id}\nsecret_key = {trap.old.secret.reveal()}\nhost_base = {host}\n"
        f"host_bucket = {host}\nuse_https = False\n"
    )
    trap.write(".s3cfg", f"[default]\n{lines}proxy_host = proxy.example\n")
    trap.account.root_turn_off(trap.old.access_key_id)
    assert trap.check("s3cmd") is None
    trap.write(".s3cfg", f"[default]\n{lines}")
    assert trap.check("s3cmd") is False


def test_s3cmd_is_not_asked_where_its_file_sends_buckets_to_another_server(
    trap: Trap, required_program: Required
) -> None:
    required_program("s3cmd")
    host = trap.account.url.removeprefix("http://")
    keys = f"access_key = {trap.old.access_key_id}\nsecret_key = {trap.old.secret.reveal()}\n"
    for other in (
        "%(bucket)s.elsewhere.example",
        "elsewhere.example",
        f"%(bucket)s@{host}",
        f"elsewhere.example/{host}",
    ):
        trap.write(".s3cfg", f"[default]\n{keys}host_base = {host}\nhost_bucket = {other}\nuse_https = False\n")
        place = trap.place("s3cmd")
        check = client_named("s3cmd").check(trap.computer, place, Target(BUCKET), endpoint_url=trap.account.url)
        assert check is None, other


def test_s4cmd(trap: Trap, required_program: Required) -> None:
    required_program("s4cmd")
    planted = trap.command("s4cmd")
    other = "access_key = AKIAOTHER00000000009\nsecret_key = otherOTHERotherOTHERotherOTHERotherOTHER\n"
    trap.write(
        ".s3cfg",
        f"[default]\naccess_key = {trap.old.access_key_id}\nsecret_key = {trap.old.secret.reveal()}\n"
        f"gpg_command = {planted}\n[s3cmd]\n{other}",
    )
    trap.write(".aws/config", f"[default]\ncredential_process = {planted}\nendpoint_url = http://127.0.0.1:1\n")
    trap.write(".aws/credentials", f"[default]\ncredential_process = {planted}\n")
    assert trap.check("s4cmd") is True


def test_the_aws_cli(trap: Trap, required_program: Required) -> None:
    required_program("aws")
    (trap.programs / "aws").symlink_to(required_program("aws"))
    planted = trap.command("aws")
    trap.write(
        ".aws/credentials",
        f"[default]\naws_access_key_id = {trap.old.access_key_id}\naws_secret_access_key = {trap.old.secret.reveal()}\n"
        f"credential_process = {planted}\n",
    )
    trap.write(
        ".aws/config",
        f"[default]\nregion = us-east-1\nendpoint_url = {trap.account.url}\ncredential_process = {planted}\n"
        f"cli_pager = {planted}\ncli_history = enabled\ns3 =\n    addressing_style = path\n"
        f"[plugins]\nplanted = usercustomize\ncli_legacy_plugin_path = {trap.home}\n"
        "[services elsewhere]\ns3 =\n    endpoint_url = http://127.0.0.1:1\n",
    )
    trap.write("usercustomize.py", f"import os\nos.system({planted!r})\n")
    assert trap.check("aws") is True


def test_pgbackrest(trap: Trap, required_program: Required, certificate_for: Callable[..., Path]) -> None:
    required_program("pgbackrest")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_for("127.0.0.1"))
    trap.account.stop()
    host, _colon, port = trap.account.start(tls=context).removeprefix("https://").partition(":")
    planted = trap.command("pgbackrest")
    trap.write(
        "pgbackrest.conf",
        f"[global]\nrepo1-type=s3\nrepo1-path=/{FOLDER}\nrepo1-s3-bucket={BUCKET}\nrepo1-s3-endpoint={host}\n"
        f"repo1-storage-port={port}\nrepo1-storage-verify-tls=n\nrepo1-s3-uri-style=path\nrepo1-s3-region=us-east-1\n"
        f"repo1-s3-key={trap.old.access_key_id}\nrepo1-s3-key-secret={trap.old.secret.reveal()}\nrepo1-host=elsewhere\n"
        f"repo1-host-cmd={planted}\nrepo1-host-user=a\ncmd-ssh={planted}\ncmd={planted}\nrepo1-cipher-type=aes-256-cbc\n"
        f"config-include-path={trap.home}/more\nlog-path={trap.ran}\nlog-level-file=debug\nspool-path={trap.ran}\n"
        f"[main]\npg1-path=/var/lib/postgresql\npg1-host=elsewhere\npg1-host-cmd={planted}\n",
    )
    trap.write("more/planted.conf", f"[global]\ncmd-ssh={planted}\n")
    assert trap.check("pgbackrest") is True


def test_runrestic(trap: Trap, required_program: Required) -> None:
    required_program("restic")
    planted = trap.command("runrestic")
    trap.write(
        ".config/runrestic/attic.toml",
        f'repositories = ["s3:{trap.account.url}/{BUCKET}/{FOLDER}"]\n[environment]\nRESTIC_PASSWORD = "made-up"\n'
        f'AWS_ACCESS_KEY_ID = "{trap.old.access_key_id}"\nAWS_SECRET_ACCESS_KEY = "{trap.old.secret.reveal()}"\n'
        f'RESTIC_PASSWORD_COMMAND = "{planted}"\nRESTIC_OPTIONS = "rclone.program={planted}"\n'
        f'[backup]\nsources = ["/srv"]\npre_hooks = ["{planted}"]\npost_hooks = ["{planted}"]\n',
    )
    assert trap.check("runrestic") is False


def test_mc_and_kopia_get_the_one_storage_and_no_more(trap: Trap) -> None:
    # Neither is packaged where the tests run: a stand-in shows what it was given, and what stands around it.
    shows = (
        "#!/bin/sh\ncat config.json repository.config repository.config.kopia-password 2>/dev/null\nenv\npwd\nexit 1\n"
    )
    for name in ("mcli", "kopia"):
        program = trap.programs / name
        program.write_text(shows)
        program.chmod(0o755)
    planted, pair = trap.command("stores"), trap.old
    alias = {"url": trap.account.url, "accessKey": pair.access_key_id.value, "secretKey": pair.secret.reveal()}
    trap.write(
        ".mcli/config.json", json.dumps({"aliases": {"--config-dir=/x": alias, "other": alias | {"url": planted}}})
    )
    config = {"bucket": BUCKET, "endpoint": trap.account.url.removeprefix("http://"), "doNotUseTLS": True}
    config |= {"accessKeyID": pair.access_key_id.value, "secretAccessKey": pair.secret.reveal(), "sshCommand": planted}
    actions = {"enableActions": True, "hostname": planted, "apiServer": {"url": planted}}
    storage = {"type": "s3", "config": config, "rcloneExe": planted}
    trap.write(".config/kopia/repository.config", json.dumps({"storage": storage, **actions}))
    trap.write(".config/kopia/repository.config.kopia-password", "bWFkZSB1cA==")

    for client in ("mc", "kopia"):
        place = client_named(client).find(trap.computer).places[0]
        check = client_named(client).check(trap.computer, place, Target(BUCKET), endpoint_url=trap.account.url)
        assert check is not None
        assert "--config-dir=/x" not in " ".join(check.arguments)
        result = run_own_check(check)
        assert result.ok is False
        assert str(trap.home) not in result.detail
        assert planted not in result.detail
        (written, *_more) = (json.loads(one.content.reveal()) for one in check.private_files[:1])
        assert planted not in repr(written)
        assert pair.secret.reveal() in repr(written)


def test_no_folders_name_is_taken_for_the_name_of_a_program(trap: Trap) -> None:
    program = trap.programs / "shutdown"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    alias = {"url": trap.account.url, "accessKey": trap.old.access_key_id.value, "secretKey": trap.old.secret.reveal()}
    config = trap.write("shutdown/config.json", json.dumps({"aliases": {"store": alias}}))
    client = client_named("mc")
    environment = {**trap.computer.environment, "MC_CONFIG_DIR": str(config.parent)}
    computer = Computer(Platform.LINUX, trap.home, environment, is_this_one=True)
    (place,) = client.find(computer).places
    assert client.check(computer, place, Target(BUCKET), endpoint_url=trap.account.url) is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("bin/backup.sh", "duplicity --ssh-options='-o ProxyCommand={planted}' /srv boto3+s3://photos-vault/d\n"),
        (".duply/home/conf", "TARGET='s3://photos-vault/d'\nDUPL_PRECMD='{planted}'\nX=$({planted})\n"),
        (".duply/home/pre", "{planted}\n"),
        (".passwd-s3fs", ""),
    ],
)
def test_programs_without_a_check_are_never_started(trap: Trap, name: str, text: str) -> None:
    planted, pair = trap.command("others"), trap.old
    for program in ("duplicity", "duply", "s3fs", "git", "git-annex", "gpg"):
        path = trap.programs / program
        path.write_text(f"#!/bin/sh\n{planted}\n")
        path.chmod(0o755)
    keys = f"export AWS_ACCESS_KEY_ID={pair.access_key_id}\nexport AWS_SECRET_ACCESS_KEY={pair.secret.reveal()}\n"
    trap.write(name, text.format(planted=planted) + keys)
    trap.write(".passwd-s3fs", f"{pair.access_key_id}:{pair.secret.reveal()}\n")
    trap.write("annex/.git/config", f"[core]\nsshCommand = {planted}\nfsmonitor = {planted}\npager = {planted}\n")
    for client in every_client():
        for place in client.find(trap.computer).places:
            check = client.check(trap.computer, place, Target(BUCKET), endpoint_url=trap.account.url)
            assert check is None or Path(check.arguments[0]).parent != trap.programs
    assert list(trap.ran.iterdir()) == []
