"""Every client keeps the contract, with each file that is known of it; a look that is left out had nothing to see."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import keyturn_testing
from keyturn.clients.registry import every_entry
from keyturn.computer.computer import Computer, Platform
from keyturn.model.places import Findings
from keyturn_testing.client_contract import ClientContract, ClientSample, read_client_sample

SAMPLES = {
    "aws-credentials": ClientSample(
        "aws",
        ".aws/credentials",
        "# kept by hand – since 2015\n[default]\nregion=eu-central-1\naws_access_key_id={id}\n"
        "aws_secret_access_key = {secret}\ns3 =\n    max_concurrent_requests = 20\n\n[empty]\n",
        "default",
        byte_order_mark_is_read=False,
    ),
    "aws-config": ClientSample(
        "aws",
        ".aws/config",
        "[profile photos]\naws_secret_access_key = {secret}\naws_access_key_id = {id}\n; the end\n",
        "profile photos",
        byte_order_mark_is_read=False,
    ),
    "rclone": ClientSample(
        "rclone",
        ".config/rclone/rclone.conf",
        "# remotes\n[aws]\ntype = s3\nprovider = AWS\naccess_key_id = {id}\nsecret_access_key = {secret}\n"
        "acl = private\n\n[secret]\ntype = crypt\nremote = aws:photos/2019\npassword = obscured\n",
        "aws",
    ),
    "rclone-on-windows": ClientSample(
        "rclone",
        "AppData/Roaming/rclone/rclone.conf",
        "[aws]\ntype: s3\naccess_key_id: {id}\nsecret_access_key: {secret}\n",
        "aws",
        platform=Platform.WINDOWS,
    ),
    "s3cmd": ClientSample(
        "s3cmd",
        ".s3cfg",
        "[default]\nuse_https = True\naccess_key = {id}\nsecret_key = {secret}\nbucket_location = EU\n",
        "access_key",
    ),
    "s3cmd-quoted": ClientSample(
        "s3cmd",
        "AppData/Roaming/s3cmd.ini",
        '[default]\naccess_key = "{id}"\nsecret_key = "{secret}"\nhost_base = s3.amazonaws.com\n',
        "access_key",
        platform=Platform.WINDOWS,
    ),
    "restic": ClientSample(
        "restic",
        ".config/restic/photos.env",
        "# nightly\nexport RESTIC_REPOSITORY='s3:s3.amazonaws.com/photos/restic'\nexport AWS_ACCESS_KEY_ID='{id}'\n"
        'export AWS_SECRET_ACCESS_KEY="{secret}"\nRESTIC_PASSWORD_FILE=~/.restic-password\n',
        "AWS_ACCESS_KEY_ID",
    ),
    "restic-script": ClientSample(
        "restic",
        "bin/backup",
        "#!/bin/sh\n"
        "AWS_ACCESS_KEY_ID={id} AWS_SECRET_ACCESS_KEY={secret} restic -r s3:s3.amazonaws.com/photos backup ~\n",
        "AWS_ACCESS_KEY_ID",
    ),
    "environment": ClientSample(
        "environment",
        ".bashrc",
        'alias ll="ls -l"\nexport AWS_ACCESS_KEY_ID={id} # old\nexport AWS_SECRET_ACCESS_KEY={secret}\n',
        "AWS_ACCESS_KEY_ID",
    ),
    "environment-fish": ClientSample(
        "environment",
        ".config/fish/config.fish",
        "set -gx AWS_ACCESS_KEY_ID {id}\nset -gx AWS_SECRET_ACCESS_KEY '{secret}'\n",
        "AWS_ACCESS_KEY_ID",
    ),
}


# A folder each: the file as the program has it, and what to know of it. Where no real one was seen, it says so.
SAMPLES |= {
    path.parent.name: read_client_sample(path.parent)
    for folder in ("samples", "described")
    for path in sorted((Path(__file__).parent / folder).glob("*/sample.toml"))
}


class TestEveryClient(ClientContract):
    @pytest.fixture(params=list(SAMPLES.values()), ids=list(SAMPLES))
    def sample(self, request: pytest.FixtureRequest) -> ClientSample:
        value: ClientSample = request.param
        return value

    def test_its_look_is_left_out_on_no_computer_that_has_the_file(
        self, sample: ClientSample, computer: Computer, write: Callable[[bytes], Path]
    ) -> None:
        write(sample.content())
        (entry,) = (one for one in every_entry() if one.name == sample.client)
        assert entry.may_be_here(computer)

    def test_the_looks_that_are_left_out_would_have_found_nothing(
        self, sample: ClientSample, computer: Computer, write: Callable[[bytes], Path]
    ) -> None:
        write(sample.content())
        left_out = [entry for entry in every_entry() if not entry.may_be_here(computer)]
        assert left_out
        for entry in left_out:
            look = entry.load().look(computer)
            assert (look.findings(), look.jobs, look.loans, look.seen) == (Findings(), [], [], set()), entry.name


def test_whoever_writes_a_client_inherits_the_contract_as_its_readme_says(tmp_path: Path) -> None:
    readme = (Path(str(keyturn_testing.__file__)).parent / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)

    def ran(text: str) -> str:
        (tmp_path / "test_my_program.py").write_text(text)
        command = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "-q")
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout

    passed = re.search(r"^(\d+) passed", ran(example), re.MULTILINE)
    assert passed is not None and int(passed[1]) >= 20
    broken = ran(example.replace("secret_key", "secret_kez"))
    assert re.search(r"^\d+ failed", broken, re.MULTILINE)
