"""Key files of the AWS console that lie about, in every form and under every name that a browser gives them."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.clients.leftovers import Leftovers
from keyturn.computer.computer import Computer
from keyturn.model.keys import AccessKeyId
from keyturn.model.places import Findings, PlaceKind

KEY = "AKIAONE0000000000001"
SECRET = "oneONEoneONEoneONEoneONEoneONEoneONE/+on"
OLD_FORM = f"AWSAccessKeyId={KEY}\nAWSSecretKey={SECRET}\n"
NEW_FORM = f"Access key ID,Secret access key\n{KEY},{SECRET}\n"


def find(home: Path, platform: str = "linux") -> Findings:
    return Leftovers().find(Computer.at(home, platform))


@pytest.mark.parametrize(
    "name",
    [
        *("rootkey.csv", "rootkey (1).csv", "rootkey(1).csv", "rootkey copy.csv", "ROOTKEY.CSV", "accessKeys.csv"),
        *("alice_accessKeys.csv", "accessKeys (12).csv", "credentials.csv", "new_user_credentials.csv"),
    ],
)
@pytest.mark.parametrize("folder", ["", "Downloads", "Desktop", "Documents"])
def test_it_is_found_under_each_name_in_each_folder(folder: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(OLD_FORM)

    (place,) = find(tmp_path).places

    assert (place.path, place.kind, place.editable) == (path, PlaceKind.LEFTOVER, False)
    assert place.access_key_id == AccessKeyId(KEY)
    assert place.secret is not None
    assert place.secret.reveal() == SECRET


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(OLD_FORM.encode(), id="lines"),
        pytest.param(OLD_FORM.replace("\n", "\r\n").encode("utf-8-sig"), id="lines, CRLF, BOM"),
        pytest.param(NEW_FORM.encode(), id="table"),
        pytest.param(NEW_FORM.encode("utf-8-sig"), id="table, BOM"),
        pytest.param(NEW_FORM.encode("utf-16"), id="table, UTF-16"),
        pytest.param(NEW_FORM.rstrip().replace(",", '","').replace("\n", '"\n"').join('""').encode(), id="quoted"),
        pytest.param(
            f"User name,Password,Access key ID,Secret access key,Console login link\nzoë,,{KEY},{SECRET},x\n".encode(),
            id="with a user",
        ),
        pytest.param(f"User Name,Access Key Id,Secret Access Key\nalice,{KEY},{SECRET}".encode(), id="older headers"),
    ],
)
def test_each_form_is_read(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "credentials.csv").write_bytes(content)

    (place,) = find(tmp_path).places

    assert place.access_key_id.value == KEY
    assert place.secret is not None
    assert place.secret.reveal() == SECRET


def test_the_name_and_the_user_column_are_told(tmp_path: Path) -> None:
    (tmp_path / "rootkey.csv").write_text(OLD_FORM)
    (tmp_path / "x_accessKeys.csv").write_text(f"User name,Access key ID,Secret access key\nalice,{KEY},{SECRET}\n")

    root, user = find(tmp_path).places

    assert "root" in root.note
    assert "alice" in user.note


def test_a_table_without_secrets_is_told_without(tmp_path: Path) -> None:
    (tmp_path / "accessKeys.csv").write_text(f"Access key ID,Status\n{KEY},Active\nAKIATWO0000000000002,Inactive\n")

    places = find(tmp_path).places

    assert [(place.locator, place.secret) for place in places] == [("row 1", None), ("row 2", None)]


def test_another_form_is_at_least_a_mention(tmp_path: Path) -> None:
    (tmp_path / "rootkey.csv").write_text(f"my key is {KEY}\n")

    (place,) = find(tmp_path).places

    assert (place.kind, place.access_key_id.value) == (PlaceKind.MENTION, KEY)


def test_folders_in_the_persons_language_are_looked_into(tmp_path: Path) -> None:
    (tmp_path / ".config").mkdir()
    (tmp_path / ".config" / "user-dirs.dirs").write_text('XDG_DOWNLOAD_DIR="$HOME/Téléchargements"\n')
    (tmp_path / "Téléchargements").mkdir()
    (tmp_path / "Téléchargements" / "rootkey.csv").write_text(OLD_FORM)

    assert len(find(tmp_path).places) == 1


def test_other_tables_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "Downloads").mkdir()
    (tmp_path / "Downloads" / "invoices.csv").write_text(NEW_FORM)

    assert find(tmp_path) == Findings()
