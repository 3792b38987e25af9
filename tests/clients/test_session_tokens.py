"""A session token beside a key goes with a temporary one; beside a lasting one it spoils what is read there alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.clients.registry import find_everything
from keyturn.computer.computer import Computer, Platform
from keyturn.model.keys import AccessKeyId
from keyturn.model.places import Place, PlaceKind

LASTING = AccessKeyId("AKIAMADEUPSAMPLE0001")
TEMPORARY = AccessKeyId("ASIAMADEUPSAMPLE0001")
SECRET = "madeMADEmadeMADEmadeMADEmadeMADEmadeMADE"
TOKEN = "IQoJb3JpZ2luX2VjMADEUP"

# A file of each grammar with a token: where it is, what it says, and what the token is called in it.
FILES = {
    "aws": (
        ".aws/credentials",
        "[default]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\naws_session_token = {token}\n",
        "aws_session_token",
    ),
    "aws-older": (
        ".aws/config",
        "[profile a]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\naws_security_token = {token}\n",
        "aws_security_token",
    ),
    "rclone": (
        ".config/rclone/rclone.conf",
        "[a]\ntype = s3\nprovider = AWS\naccess_key_id = {id}\nsecret_access_key = {secret}\nsession_token = {token}\n",
        "session_token",
    ),
    "s3cmd": (
        ".s3cfg",
        "[default]\naccess_key = {id}\nsecret_key = {secret}\naccess_token = {token}\n",
        "access_token",
    ),
    "environment": (
        ".profile",
        "export AWS_ACCESS_KEY_ID={id}\nexport AWS_SECRET_ACCESS_KEY={secret}\nexport AWS_SESSION_TOKEN={token}\n",
        "AWS_SESSION_TOKEN",
    ),
    "kopia": (
        ".config/kopia/repository.config",
        '{{"storage": {{"type": "s3", "config": {{"bucket": "b", "accessKeyID": "{id}", "secretAccessKey": "{secret}", '
        '"sessionToken": "{token}"}}}}}}',
        "sessionToken",
    ),
    "mc": (
        ".mc/config.json",
        '{{"version": "10", "aliases": {{"s3": {{"url": "https://s3.amazonaws.com", "accessKey": "{id}", '
        '"secretKey": "{secret}", "sessionToken": "{token}"}}}}}}',
        "sessionToken",
    ),
    "resticprofile": (
        ".config/resticprofile/profiles.toml",
        '[default]\nrepository = "s3:s3.amazonaws.com/b"\n[default.env]\nAWS_ACCESS_KEY_ID = "{id}"\n'
        'AWS_SECRET_ACCESS_KEY = "{secret}"\nAWS_SESSION_TOKEN = "{token}"\n',
        "AWS_SESSION_TOKEN",
    ),
}


def place_in(home: Path, name: str, key: AccessKeyId, token: str = TOKEN) -> Place:
    path, text, _line = FILES[name]
    (home / path).parent.mkdir(parents=True, exist_ok=True)
    (home / path).write_text(text.format(id=key, secret=SECRET, token=token))
    places = find_everything(Computer(Platform.LINUX, home, {}, is_this_one=False), corners=False).places
    (place,) = [one for one in places if one.path == home / path]
    return place


@pytest.mark.parametrize("name", FILES)
def test_a_token_beside_a_lasting_key_spoils_this_place_and_is_named(tmp_path: Path, name: str) -> None:
    place = place_in(tmp_path, name, LASTING)
    assert (place.kind, place.session, place.spoiled, place.editable) == (PlaceKind.DESTINATION, False, True, False)
    assert f"“{FILES[name][2]}”" in place.note
    assert "expire by themselves" not in place.note
    assert TOKEN not in place.note


@pytest.mark.parametrize("name", FILES)
def test_a_token_beside_a_temporary_key_belongs_to_it(tmp_path: Path, name: str) -> None:
    place = place_in(tmp_path, name, TEMPORARY)
    assert (place.session, place.spoiled, place.editable) == (True, False, False)
    assert "expire by themselves" in place.note


@pytest.mark.parametrize("name", FILES)
def test_an_empty_token_is_none(tmp_path: Path, name: str) -> None:
    place = place_in(tmp_path, name, LASTING, token="")
    assert (place.session, place.spoiled, place.editable) == (False, False, True)


def test_a_token_that_a_script_asks_for_is_not_left_from_another_day(tmp_path: Path) -> None:
    place = place_in(tmp_path, "environment", LASTING, token='"$(take-the-role)"')
    assert (place.session, place.spoiled, place.editable) == (False, False, True)
