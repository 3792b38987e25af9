"""Keys inside of one word or value: addresses of mc's, and remotes of rclone's that are made up on the spot."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.clients.registry import find_everything
from keyturn.clients.replacement import replace_pair
from keyturn.computer.computer import Computer
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.needs import Addition
from keyturn.model.places import Place, Target

ONE = KeyPair(AccessKeyId("AKIAONE0000000000001"), Secret("oneONEoneONEoneONEoneONEoneONEoneONE/+on"))
TWO = KeyPair(AccessKeyId("AKIATWO0000000000002"), Secret("twoTWOtwoTWOtwoTWOtwoTWOtwoTWOtwoTWO/+tw"))
ID, SECRET = ONE.access_key_id.value, ONE.secret.reveal()
REMOTE = f":s3,provider=AWS,access_key_id={ID},secret_access_key={SECRET}"
HOST = f"https://{ID}:{SECRET}@s3.amazonaws.com"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def only_place(home: Path, platform: str = "linux") -> Place:
    (place,) = find_everything(Computer.at(home, platform)).places
    return place


def swap(home: Path, place: Place, platform: str = "linux") -> None:
    replace_pair(Computer.at(home, platform), [place], expected=ONE.access_key_id, pair=TWO)


@pytest.mark.parametrize(
    "text",
    [
        f"rclone sync ~ {REMOTE}:bkt/p",
        f'rclone sync ~ "{REMOTE}:bkt/p" --fast-list',
        f'rclone sync ~ \':s3,access_key_id="{ID}",secret_access_key="{SECRET}",region=eu-west-1:bkt/p\'',
        f"rclone sync ~ \":s3,access_key_id='{ID}',secret_access_key='{SECRET}',endpoint='https://s3.amazonaws.com':bkt/p\"",
        f'R="{REMOTE}:bkt"\nrclone sync ~ "$R/p"\nrclone check ~ "${{R}}/p"',
        f"export RESTIC_PASSWORD=x\nrestic -r 'rclone:{REMOTE}:bkt/p' backup ~",
    ],
)
def test_a_remote_that_is_made_up_on_the_spot_is_edited_with_the_rights_of_rclone(text: str, tmp_path: Path) -> None:
    file = write(tmp_path / "bin/a.sh", f"#!/bin/sh\n{text}\n")
    place = only_place(tmp_path)
    assert (place.editable, place.pair, place.targets) == (True, ONE, (Target("bkt", "p"),))
    assert {Addition.CREATE_BUCKET, Addition.OBJECT_ACL} <= {one for who in place.consumers for one in who.additions}
    before = file.read_text()
    swap(tmp_path, place)
    assert file.read_text() == before.replace(ID, TWO.access_key_id.value).replace(SECRET, TWO.secret.reveal())


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("bin/a.sh", f"#!/bin/sh\nexport MC_HOST_x={HOST}\nmc mirror ~ x/bkt/p\naws s3 ls s3://o --profile y"),
        ("bin/a.sh", f'#!/bin/sh\nMC_HOST_x="{HOST}/" mc mirror ~ x/bkt/p'),
        ("bin/a.sh", f"#!/bin/sh\ndocker run --rm -e MC_HOST_x={HOST} minio/mc mirror /data x/bkt/p"),
        ("compose.yml", f"services: {{b: {{image: minio/mc, command: ls x/bkt/p, environment: [MC_HOST_x={HOST}]}}}}"),
        (".config/systemd/user/a.service", f"[Service]\nEnvironment=MC_HOST_x={HOST}\nExecStart=/bin/mc ls x/bkt/p"),
        ("bin/a.sh", f"#!/bin/sh\nmc alias set x https://s3.amazonaws.com {ID} '{SECRET}'\nmc ls x/bkt/p"),
        (".crontab", f"MC_HOST_x={HOST}\n0 3 * * * mc mirror /data x/bkt/p"),
    ],
)  # fmt: skip
def test_the_address_of_an_alias_is_edited_and_its_bucket_seen(path: str, text: str, tmp_path: Path) -> None:
    file = write(tmp_path / path, f"{text}\n")
    place = only_place(tmp_path)
    assert (place.editable, place.pair, place.targets) == (True, ONE, (Target("bkt", "p"),))
    assert place.endpoint == "https://s3.amazonaws.com"
    before = file.read_text()
    swap(tmp_path, place)
    assert file.read_text() == before.replace(ID, TWO.access_key_id.value).replace(SECRET, TWO.secret.reveal())


@pytest.mark.parametrize(
    "line",
    [
        'export MC_HOST_x="https://$A:${S}@s3.amazonaws.com"',
        'mc alias set x https://s3.amazonaws.com "$A" ${S} --api S3v4',
    ],
)
def test_an_alias_is_that_of_the_variables_of_which_it_is_made(line: str, tmp_path: Path) -> None:
    write(tmp_path / "bin/a.sh", f"#!/bin/sh\nA={ID}\nS={SECRET}\n{line}\nmc mirror ~ x/bkt\n")
    place = only_place(tmp_path)
    assert (place.editable, place.targets) == (True, (Target("bkt", ""),))


def test_an_alias_of_a_file_of_variables_is_credited_with_what_a_script_does(tmp_path: Path) -> None:
    write(tmp_path / ".env", f"MC_HOST_x={HOST}\n")
    write(tmp_path / "bin/a.sh", "#!/bin/sh\nset -a; . ~/.env; set +a\nmc mirror ~ x/bkt\nmc mirror ~ y/other\n")
    place = only_place(tmp_path)
    assert {target for who in place.consumers for target in who.targets} == {Target("bkt", "")}


def test_an_alias_of_windows_is_known_in_any_case(tmp_path: Path) -> None:
    write(tmp_path / "Documents/a.ps1", f'$env:MC_HOST_nas = "{HOST}"\nmc mirror C:\\d nas/bkt\n')
    assert only_place(tmp_path, "windows").targets == (Target("bkt", ""),)


@pytest.mark.parametrize("secret", ["oneONE%2F%2Bone", f"{SECRET}:token"])
def test_an_address_that_is_not_understood_to_the_letter_is_not_edited(secret: str, tmp_path: Path) -> None:
    write(tmp_path / "bin/a.sh", f"#!/bin/sh\nexport MC_HOST_x=https://{ID}:{secret}@s3.amazonaws.com\nmc ls x/bkt\n")
    assert not only_place(tmp_path).editable


def test_a_key_of_any_shape_is_a_stores_by_the_address_that_holds_it(tmp_path: Path) -> None:
    write(tmp_path / "bin/a.sh", "#!/bin/sh\nexport MC_HOST_x=http://minioadmin:minioadmin@nas:9000\nmc ls x/bkt\n")
    place = only_place(tmp_path)
    assert (place.access_key_id.value, place.endpoint) == ("minioadmin", "http://nas:9000")


@pytest.mark.parametrize(
    "line",
    [
        f"Set-AWSCredential -AccessKey {ID} -SecretKey '{SECRET}'",
        f'Initialize-AWSDefaultConfiguration -AccessKey "{ID}" -SecretKey "{SECRET}" -Region eu-west-1',
    ],
)
def test_a_key_that_powershell_keeps_is_for_the_cmdlets_behind_it(line: str, tmp_path: Path) -> None:
    write(tmp_path / "Documents/a.ps1", f"{line}\nWrite-S3Object -bucketname bkt -Folder C:\\d -KeyPrefix p -Recurse\n")
    place = only_place(tmp_path, "windows")
    assert (place.editable, place.targets) == (True, (Target("bkt", "p"),))


@pytest.mark.parametrize("name", ["Dockerfile", "Containerfile"])
@pytest.mark.parametrize("runs", ['CMD ["aws", "s3", "sync", "/d", "s3://bkt/p"]', "CMD aws s3 sync /d s3://bkt/p"])
def test_the_recipe_of_an_image_is_read_with_its_lists_of_words(name: str, runs: str, tmp_path: Path) -> None:
    file = write(tmp_path / "x" / name, f"FROM a\nENV AWS_ACCESS_KEY_ID={ID} AWS_SECRET_ACCESS_KEY={SECRET}\n{runs}\n")
    place = only_place(tmp_path)
    assert (place.targets, [who.program for who in place.consumers]) == ((Target("bkt", "p"),), ["aws"])
    swap(tmp_path, place)
    assert TWO.secret.reveal() in file.read_text()
