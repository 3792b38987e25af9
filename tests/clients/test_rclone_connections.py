"""Keys within rclone's own file that stand in another remote's setting, as connection strings."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.clients.registry import client_named, find_everything
from keyturn.clients.replacement import replace_pair
from keyturn.computer.computer import Computer
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.needs import Addition
from keyturn.model.places import Place, Target

ID, SECRET = "AKIAONE0000000000001", "oneONE/+on" * 4
NEW = KeyPair(AccessKeyId("AKIATWO0000000000002"), Secret("twoTWO/+tw" * 4))


def found_in(home: Path, text: str) -> tuple[Place, ...]:
    file = home / ".config" / "rclone" / "rclone.conf"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text.replace("@ID@", ID).replace("@SECRET@", SECRET), encoding="utf-8")
    return find_everything(Computer.at(home, "linux")).places


@pytest.mark.parametrize(
    "setting",
    [
        "type = crypt\nremote = :s3,provider=AWS,access_key_id=@ID@,secret_access_key=@SECRET@:bkt/x\n",
        "type = crypt\nremote = :s3,access_key_id='@ID@',secret_access_key='@SECRET@',region=eu-west-1:bkt/x\n",
        'type = alias\nremote = ":s3,access_key_id=@ID@,secret_access_key=@SECRET@:bkt/x"\n',
        'type = alias\nremote = :s3,endpoint="https://s3.eu-west-1.amazonaws.com",access_key_id=@ID@,'
        'secret_access_key="@SECRET@":bkt/x\n',
        "type = union\nupstreams = /here :s3,access_key_id=@ID@,secret_access_key=@SECRET@:bkt/x:ro\n",
        'type = union\nupstreams = ":s3,access_key_id=""@ID@"",secret_access_key=""@SECRET@"":bkt/x" /here\n',
        'type = combine\nupstreams = "a=:s3,access_key_id=@ID@,secret_access_key=@SECRET@:bkt/x" b=/here\n',
        "type = alias\nremote = base,access_key_id=@ID@,secret_access_key=@SECRET@:bkt/x\n\n[base]\ntype = s3\n",
    ],
)
def test_it_is_a_place_of_rclones_that_is_edited_exactly(setting: str, tmp_path: Path) -> None:
    (place,) = found_in(tmp_path, f"[c]\n{setting}")
    before = place.path.read_text(encoding="utf-8")
    assert (place.client, place.locator, place.editable, place.targets) == ("rclone", "c", True, (Target("bkt", "x"),))
    assert Addition.CREATE_BUCKET in place.additions

    computer = Computer.at(tmp_path, "linux")
    replace_pair(computer, [place], expected=place.access_key_id, pair=NEW)

    wanted = before.replace(ID, NEW.access_key_id.value).replace(SECRET, NEW.secret.reveal())
    assert place.path.read_text(encoding="utf-8") == wanted
    read = client_named("rclone").locate(computer, (place,))
    assert [one.pair for one in read] == [NEW]


def test_two_of_them_and_a_remote_of_its_own_are_told_apart(tmp_path: Path) -> None:
    made_up = "':s3,access_key_id=@ID@,secret_access_key=@SECRET@:{bucket}'"
    own = "[own]\ntype = s3\naccess_key_id = @ID@\nsecret_access_key = @SECRET@\n"
    strings = " ".join(made_up.format(bucket=bucket).strip("'") for bucket in ("one", "two"))
    found = found_in(tmp_path, f"[u]\ntype = union\nupstreams = {strings} own:three\n{own}")
    assert {(place.locator, *(target.bucket for target in place.targets)) for place in found} == {
        ("u", "one"),
        ("u (2)", "two"),
        ("own", "three"),
    }


def test_the_bucket_of_a_key_that_is_given_there_is_not_the_remotes_own(tmp_path: Path) -> None:
    own = "[own]\ntype = s3\naccess_key_id = AKIATWO0000000000002\nsecret_access_key = @SECRET@\n"
    wrapper = "[a]\ntype = alias\nremote = own,access_key_id=@ID@,secret_access_key=@SECRET@:bkt\n"
    found = {place.access_key_id.value: place.targets for place in found_in(tmp_path, own + wrapper)}
    assert found == {ID: (Target("bkt"),), "AKIATWO0000000000002": ()}


def test_another_stores_is_listed_with_its_store(tmp_path: Path) -> None:
    text = "[a]\ntype = alias\nremote = :s3,endpoint=s3.wasabisys.com,access_key_id=@ID@,secret_access_key=@SECRET@:b\n"
    (place,) = found_in(tmp_path, text)
    assert place.endpoint == "s3.wasabisys.com"
