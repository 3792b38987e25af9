"""A key that is fetched from a password manager or its like is told by the keeper's name; what is printed is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.clients.registry import find_everything
from keyturn.computer.computer import Computer
from keyturn.model.places import Findings, Target

ID, SECRET = "AKIAOLD0CONTRACT7Q2P", "oldOLDoldOLDoldOLDoldOLDoldOLDoldOLD/+ol"
PAIR = f"AWS_ACCESS_KEY_ID={ID}\nAWS_SECRET_ACCESS_KEY={SECRET}\n"
RUN = "restic -r s3:s3.amazonaws.com/bkt/a backup /"


def found_with(home: Path, by: str, text: str, platform: str = "linux") -> Findings:
    path = home / by
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{text}\n")
    return find_everything(Computer.at(home, platform))


@pytest.mark.parametrize(
    ("text", "keeper"),
    [
        ("#!/bin/sh\nexport AWS_SECRET_ACCESS_KEY=$(bw get password s3)", "Bitwarden"),
        ("#!/bin/sh\nS=`keepassxc-cli show -s x`\nexport AWS_SECRET_ACCESS_KEY=$(echo $S | jq -r .b)", "KeePassXC"),
        (f"#!/bin/sh\neval \"$(gpg -qd ~/s3.gpg)\"\n{RUN}", "GnuPG"),
        (f"#!/bin/sh\nexport $(ansible-vault view ~/v | xargs)\n{RUN}", "Ansible Vault"),
        (f"#!/bin/sh\nop run --env-file=$HOME/t -- {RUN}", "1Password"),
        (f"#!/bin/sh\naws-vault exec nightly -- {RUN}", "aws-vault"),
        (f"#!/bin/sh\nsops exec-env ~/s3.yaml '{RUN}'", "SOPS"),
        (f"#!/bin/sh\nenvchain s3 {RUN}", "envchain"),
        (f"#!/bin/bash\nsource <(sops -d ~/s3.env)\n{RUN}", "SOPS"),
        (f"#!/bin/bash\nset -a; . <(pass show s3/env | tail -n +2); set +a\n{RUN}", "pass"),
        ("#!/bin/sh\nexport AWS_SECRET_ACCESS_KEY=$(aws --region x ssm get-parameter --name a)", "AWS Systems Manager"),
        ("#!/bin/sh\nAWS_SECRET_ACCESS_KEY=$(aws secretsmanager get-secret-value)", "AWS Secrets Manager"),
    ],
)  # fmt: skip
def test_the_keeper_of_a_key_is_told(text: str, keeper: str, tmp_path: Path) -> None:
    (problem,) = find_and_keep(found_with(tmp_path, "bin/a.sh", text))
    assert problem == f"a.sh gets its key from {keeper}"


def test_powershell_asks_for_a_secret_without_brackets(tmp_path: Path) -> None:
    text = f"$env:AWS_ACCESS_KEY_ID = Get-Secret -Name a -AsPlainText\r\n{RUN}\r"
    (problem,) = find_and_keep(found_with(tmp_path, "Documents/a.ps1", text, "windows"))
    assert problem == "a.ps1 gets its key from PowerShell SecretManagement"


@pytest.mark.parametrize(
    "text",
    [
        f"#!/bin/sh\neval \"$(ssh-agent)\"\nexport RESTIC_PASSWORD=$(pass show x)\n{RUN}",
        "#!/bin/sh\ndoppler run -- npm start",
        "#!/bin/sh\neval \"$(gpg -qd ~/mail.gpg)\"\nfetchmail",
        f"#!/bin/sh\n{PAIR}eval \"$(pass show other)\"\n{RUN}",
    ],
)  # fmt: skip
def test_what_is_fetched_for_something_else_is_no_key(text: str, tmp_path: Path) -> None:
    assert find_and_keep(found_with(tmp_path, "bin/a.sh", text)) == []


_SEEN = "environment: {AWS_ACCESS_KEY_ID_FILE: /run/secrets/one, AWS_SECRET_ACCESS_KEY_FILE: /run/secrets/two}"
_RUNS_RESTIC = "image: restic/restic, command: '-r s3:s3.amazonaws.com/bkt/a backup /'"
_OF_PODMAN = "[Container]\nImage=restic/restic\nExec=-r s3:s3.amazonaws.com/bkt/a backup /\n"


@pytest.mark.parametrize(
    ("by", "text"),
    [
        ("app/compose.yml", f"services: {{a: {{{_SEEN}, secrets: [one, two]}}}}\nsecrets: {{one: {{external: true}}}}"),
        ("app/compose.yml", f"services: {{a: {{{_SEEN}, secrets: [{{source: x, target: one}}]}}}}"),
        ("app/compose.yml", f"services: {{a: {{{_RUNS_RESTIC}, secrets: [restic-env]}}}}"),
        ("app/of-nightly.yaml", f"services:\n  a: {{{_SEEN}, secrets: [one]}}\n  # b\n  c:\n    image: x\n"),
        (".config/containers/systemd/a.container", f"{_OF_PODMAN}Secret=x,type=env,target=AWS_ACCESS_KEY_ID\n"),
        (".config/containers/systemd/a.container", f"{_OF_PODMAN}Secret=aws-secret-access-key,type=env\n"),
        ("bin/a.sh", "#!/bin/sh\npodman run --secret x,type=env,target=AWS_ACCESS_KEY_ID restic/restic snapshots"),
        ("bin/a.sh", "#!/bin/sh\ndocker service create --secret aws_secret_key -e B=1 restic/restic"),
    ],
)  # fmt: skip
def test_a_key_among_the_secrets_of_containers_is_told(by: str, text: str, tmp_path: Path) -> None:
    assert find_and_keep(found_with(tmp_path, by, text)) == [
        f"{by.rpartition('/')[2]} gets its key from container secrets"
    ]


@pytest.mark.parametrize(
    ("by", "text"),
    [
        ("app/compose.yml", f"services: {{a: {{{_RUNS_RESTIC}, secrets: [restic-password]}}}}"),
        ("app/compose.yml", f"services: {{a: {{{_SEEN}, secrets: [one]}}}}\nsecrets: {{one: {{file: ./x}}}}"),
        ("app/compose.yml", "services: {a: {image: postgres, secrets: [token]}}"),
        (".config/containers/systemd/a.container", "[Container]\nImage=postgres\nSecret=token\n"),
        ("bin/a.sh", "#!/bin/sh\npodman run --secret token,type=env,target=TOKEN postgres"),
    ],
)  # fmt: skip
def test_other_secrets_of_containers_are_no_key(by: str, text: str, tmp_path: Path) -> None:
    assert find_and_keep(found_with(tmp_path, by, text)) == []


def find_and_keep(found: Findings) -> list[str]:
    return [problem.title for problem in found.problems if problem.client == "password-manager"]


@pytest.mark.parametrize(
    "text",
    [
        f"export $(grep -v '^#' ~/deep/er/than/any/kept.x | xargs)\n{RUN}",
        f"env $(cat ~/deep/er/than/any/kept.x | xargs) {RUN}",
        f"eval \"$(sed 's/^/export /' ~/deep/er/than/any/kept.x)\"\n{RUN}",
        f"source <(sed 's/^/export /' ~/deep/er/than/any/kept.x)\n{RUN}",
    ],
)
def test_a_file_whose_lines_are_printed_for_variables_is_read(text: str, tmp_path: Path) -> None:
    kept = tmp_path / "deep/er/than/any/kept.x"
    kept.parent.mkdir(parents=True)
    kept.write_text(PAIR)
    (place,) = found_with(tmp_path, "bin/a.sh", f"#!/bin/bash\n{text}").places
    assert (place.path, place.editable, place.targets) == (kept, True, (Target("bkt", "a"),))


def test_names_that_follow_a_name_are_no_values(tmp_path: Path) -> None:
    """As in `export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY`, on a line of its own or behind the values."""
    text = f"#!/bin/sh\n{PAIR}export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY\n{RUN}"
    found = found_with(tmp_path, "bin/a.sh", text)
    assert [(place.editable, place.pair is not None) for place in found.places] == [(True, True)]
    assert found.problems == ()
