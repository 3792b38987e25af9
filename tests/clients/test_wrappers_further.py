"""What wrappers of restic keep beside their own file: autorestic's variables, resticprofile's copies and conf.d."""

from __future__ import annotations

from pathlib import Path

from keyturn.clients.registry import find_everything
from keyturn.clients.replacement import replace_pair
from keyturn.computer.computer import Computer
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.places import Place, Target

ONE = KeyPair(AccessKeyId("AKIAONE0000000000001"), Secret("oneONEoneONEoneONEoneONEoneONEoneONE/+on"))
TWO = KeyPair(AccessKeyId("AKIATWO0000000000002"), Secret("twoTWOtwoTWOtwoTWOtwoTWOtwoTWOtwoTWO/+tw"))
ID, SECRET = ONE.access_key_id.value, ONE.secret.reveal()
ENV = f"    env:\n      AWS_ACCESS_KEY_ID: {ID}\n      AWS_SECRET_ACCESS_KEY: {SECRET}\n"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def find(home: Path) -> dict[str, Place]:
    return {place.locator: place for place in find_everything(Computer.at(home, "linux")).places}


def test_autorestics_file_of_variables_knows_the_bucket_of_each_back_end(tmp_path: Path) -> None:
    backends = "".join(
        f"  {name}:\n    type: s3\n    path: s3.amazonaws.com/{name}\n" for name in ("one", "my_two", "my-three")
    )
    write(tmp_path / ".autorestic.yml", f"version: 2\nbackends:\n{backends}")
    text = "".join(
        f"AUTORESTIC_{name}_RESTIC_PASSWORD=x\nAUTORESTIC_{name}_AWS_ACCESS_KEY_ID={ID}\n"
        f"AUTORESTIC_{name}_AWS_SECRET_ACCESS_KEY={SECRET}\n"
        for name in ("ONE", "MY_TWO", "MY_THREE")
    )
    path = write(tmp_path / ".autorestic.env", text)

    places = find(tmp_path)
    replace_pair(Computer.at(tmp_path, "linux"), list(places.values()), expected=ONE.access_key_id, pair=TWO)

    assert {name: (place.client, place.targets) for name, place in places.items()} == {
        "one": ("autorestic", (Target("one"),)),
        "my_two": ("autorestic", (Target("my_two"),)),
        "my-three": ("autorestic", (Target("my-three"),)),
    }
    assert ID not in path.read_text()


def test_a_copy_with_variables_of_its_own_is_a_place_of_its_own(tmp_path: Path) -> None:
    text = (
        f'version: "1"\ndefault:\n  repository: local:/srv\n  copy:\n    repository: s3:s3.amazonaws.com/copies\n{ENV}'
    )
    path = write(tmp_path / ".config/resticprofile/profiles.yaml", text)
    (place,) = find(tmp_path).values()
    replace_pair(Computer.at(tmp_path, "linux"), [place], expected=ONE.access_key_id, pair=TWO)
    assert (place.locator, place.targets) == ("default: copy", (Target("copies"),))
    assert ID not in path.read_text()


def test_a_copy_without_variables_of_its_own_takes_those_of_its_profile(tmp_path: Path) -> None:
    own = "  repository: s3:s3.amazonaws.com/first\n  copy:\n    repository: s3:s3.amazonaws.com/copies\n"
    env = f"  env:\n    AWS_ACCESS_KEY_ID: {ID}\n    AWS_SECRET_ACCESS_KEY: {SECRET}\n"
    write(tmp_path / ".config/resticprofile/profiles.yaml", f'version: "1"\ndefault:\n{own}{env}')
    (place,) = find(tmp_path).values()
    assert place.targets == (Target("first"), Target("copies"))


def test_a_further_file_in_conf_d_is_read_as_its_own(tmp_path: Path) -> None:
    env = f"  env:\n    AWS_ACCESS_KEY_ID: {ID}\n    AWS_SECRET_ACCESS_KEY: {SECRET}\n"
    text = f"aws:\n  repository: s3:s3.amazonaws.com/more\n{env}"
    path = write(tmp_path / ".config/resticprofile/conf.d/x.yaml", text)
    (place,) = find(tmp_path).values()
    assert (place.client, place.path, place.targets) == ("resticprofile", path, (Target("more"),))
