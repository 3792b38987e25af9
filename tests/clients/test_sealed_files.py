"""Keys that stand encrypted in a file: the file is a blind spot with its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.clients.described.guided import BLIND_SPOT
from keyturn.clients.registry import find_everything
from keyturn.computer.computer import Computer
from keyturn.model.places import Problem


def told(home: Path, name: str, text: str) -> list[Problem]:
    file = home / "site" / name
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    return [one for one in find_everything(Computer.at(home, "linux")).problems if one.path == file]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("secrets.enc.yaml", "aws_access_key_id: ENC[AES256_GCM,data:abc,iv:x,tag:y,type:str]\nsops:\n  kms: []\n"),
        ("prod.env", "AWS_SECRET_ACCESS_KEY=ENC[AES256_GCM,data:abc,iv:x,tag:y,type:str]\n"),
        ("hiera.yaml", "backup:\n  aws_secret_access_key: ENC[PKCS7,abcdefghijkl]\n"),
        ("vars.yml", "aws_secret_access_key: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  61626364\n"),
        ("sealed.yaml", "kind: SealedSecret\nspec:\n  encryptedData:\n    AWS_ACCESS_KEY_ID: AgBabcdefghijk\n"),
    ],
)
def test_it_is_named(name: str, text: str, tmp_path: Path) -> None:
    (problem,) = told(tmp_path, name, text)
    assert (problem.code, problem.client) == (BLIND_SPOT, "encrypted-file")
    assert name in problem.title


@pytest.mark.parametrize(
    "text",
    ["db_password: ENC[AES256_GCM,data:abc]\naws_region: eu-west-1\n", "aws_access_key_id: '{{ enc }}'\n# ENC[\n"],
)
def test_another_value_that_is_encrypted_is_not(text: str, tmp_path: Path) -> None:
    assert told(tmp_path, "a.yaml", text) == []
