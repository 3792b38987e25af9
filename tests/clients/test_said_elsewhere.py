"""What a key's program is told on the way: by options in variables and profiles, and by files that lie beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.clients.registry import find_everything
from keyturn.computer.computer import Computer
from keyturn.model.needs import Addition
from keyturn.model.places import Place, Target

ID, SECRET = "AKIAOLD0CONTRACT7Q2P", "oldOLDoldOLDoldOLDoldOLDoldOLDoldOLD/+ol"
PAIR = f"export AWS_ACCESS_KEY_ID={ID}\nexport AWS_SECRET_ACCESS_KEY={SECRET}\n"
REMOTE = f"[aws]\ntype = s3\nprovider = AWS\naccess_key_id = {ID}\nsecret_access_key = {SECRET}\n"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def find(home: Path, platform: str = "linux") -> list[Place]:
    return list(find_everything(Computer.at(home, platform)).places)


# ── Options in variables ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "command",
    [
        "restic $OPTS backup ~",
        "restic ${OPTS} backup ~",
        'O2="-r s3:s3.amazonaws.com/bkt/a -o s3.storage-class=GLACIER"\nrestic $O2 $NOTHING backup ~',
    ],
)
def test_options_in_a_variable_without_quotes_are_words_of_their_own(command: str, tmp_path: Path) -> None:
    options = 'OPTS="-r s3:s3.amazonaws.com/bkt/a  -o s3.storage-class=GLACIER"\nNOTHING=""\n'
    write(tmp_path / "bin/backup", f"#!/bin/sh\n{PAIR}{options}{command}\n")
    (place,) = find(tmp_path)
    assert place.targets == (Target("bkt", "a"),)
    assert [one.manner.storage_class for one in place.consumers] == ["GLACIER"]


def test_in_quotes_a_variable_is_one_word(tmp_path: Path) -> None:
    write(tmp_path / "bin/backup", f'#!/bin/sh\n{PAIR}R="s3:s3.amazonaws.com/bkt/a b"\nrestic -r "$R" backup ~\n')
    (place,) = find(tmp_path)
    assert place.targets == (Target("bkt", "a b"),)


def test_duplys_parameters_are_duplicitys_options(tmp_path: Path) -> None:
    text = f"{PAIR}TARGET='boto3+s3://bkt/p'\nDUPL_PARAMS=\"$DUPL_PARAMS --s3-use-glacier \"\n"
    text += 'DUPL_PARAMS="$DUPL_PARAMS --s3-use-server-side-kms-encryption --s3-kms-key-id=k1"\n'
    write(tmp_path / ".duply/nightly/conf", text)
    (place,) = find(tmp_path)
    assert (place.manner.storage_class, place.manner.encryption, place.manner.kms_key) == ("GLACIER", "aws:kms", "k1")


# ── Options of restic's wrappers ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            ".config/resticprofile/profiles.yaml",
            "photos:\n  repository: s3:s3.amazonaws.com/bkt\n  env: {{AWS_ACCESS_KEY_ID: {id}, "
            "AWS_SECRET_ACCESS_KEY: {secret}}}\n  backup:\n    option: [s3.storage-class=glacier, "
            "s3.enable-restore=1]\n",
        ),
        (
            ".config/backrest/config.json",
            '{{"repos": [{{"id": "a", "uri": "s3:s3.amazonaws.com/bkt", "env": ["AWS_ACCESS_KEY_ID={id}", '
            '"AWS_SECRET_ACCESS_KEY={secret}"], "flags": ["-o s3.storage-class=GLACIER -o s3.enable-restore=1"]}}]}}',
        ),
        (
            ".config/crestic/config.cfg",
            "[photos]\nrepo = s3:s3.amazonaws.com/bkt\noption = s3.storage-class=GLACIER\n    s3.enable-restore=1\n"
            "[photos.environ]\nAWS_ACCESS_KEY_ID = {id}\nAWS_SECRET_ACCESS_KEY = {secret}\n",
        ),
    ],
)
def test_a_wrappers_options_give_its_key_the_storage_class_and_the_right_to_restore(
    path: str, text: str, tmp_path: Path
) -> None:
    write(tmp_path / path, text.format(id=ID, secret=SECRET))
    (place,) = find(tmp_path)
    assert place.manner.storage_class == "GLACIER"
    assert Addition.RESTORE in place.additions


# ── Files that are named, or lie beside ──────────────────────────────────────────────────────────────────────────────


def test_a_portable_configuration_beside_the_program_that_a_script_runs_is_found_with_its_bucket(
    tmp_path: Path,
) -> None:
    config = write(tmp_path / "tools/deep/down/in/rclone.conf", REMOTE)
    write(config.with_name("rclone"), "\x7fELF\0")
    write(tmp_path / "bin/backup", f'#!/bin/sh\n"{config.parent}/rclone" sync ~/a aws:bkt/a\n')
    (place,) = find(tmp_path)
    assert (place.client, place.path, place.editable) == ("rclone", config, True)
    assert place.targets == (Target("bkt", "a"),)


def test_the_configuration_beside_the_installed_program_is_read_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from keyturn.clients.programs.rclone import config_paths

    program = write(tmp_path / "bin/rclone", "#!/bin/sh\n")
    program.chmod(0o755)
    this = Computer(Computer.this().platform, tmp_path, {"PATH": str(program.parent)}, is_this_one=True)
    assert config_paths(this)[0] == program.with_name("rclone.conf")


def test_what_a_profile_of_resticprofile_includes_is_read(tmp_path: Path) -> None:
    folder = tmp_path / ".config/resticprofile"
    write(folder / "profiles.toml", 'version = "1"\nincludes = ["more/*.toml", "../never.toml", "profiles.toml"]\n')
    path = write(
        folder / "more/photos.toml",
        "[photos]\nrepository = 's3:s3.amazonaws.com/bkt'\n[photos.env]\n"
        f"AWS_ACCESS_KEY_ID = '{ID}'\nAWS_SECRET_ACCESS_KEY = '{SECRET}'\n",
    )
    (place,) = find(tmp_path)
    assert (place.client, place.path, place.targets) == ("resticprofile", path, (Target("bkt"),))


def test_what_is_included_need_not_say_its_version(tmp_path: Path) -> None:
    folder = tmp_path / ".config/resticprofile"
    write(folder / "profiles.yaml", "version: '2'\nincludes: [more.yaml]\nprofiles: {docs: {}}\n")
    variables = f"{{AWS_ACCESS_KEY_ID: {ID}, AWS_SECRET_ACCESS_KEY: '{SECRET}'}}"
    path = write(
        folder / "more.yaml",
        f"profiles:\n  photos:\n    repository: s3:s3.amazonaws.com/bkt\n    env: {variables}\n",
    )
    (place,) = find(tmp_path)
    assert (place.client, place.path, place.targets) == ("resticprofile", path, (Target("bkt"),))


def test_a_profile_that_inherits_its_key_from_another_file_adds_its_bucket_there(tmp_path: Path) -> None:
    folder = tmp_path / ".config/resticprofile"
    variables = f"{{AWS_ACCESS_KEY_ID: {ID}, AWS_SECRET_ACCESS_KEY: '{SECRET}'}}"
    path = write(
        folder / "profiles.yaml",
        f"includes: ['conf.d/*.yaml']\nbase:\n  repository: s3:s3.amazonaws.com/one\n  env: {variables}\n",
    )
    write(folder / "conf.d/photos.yaml", "photos: {inherit: base, repository: 's3:s3.amazonaws.com/two'}\n")
    (place,) = find(tmp_path)
    assert (place.path, set(place.targets)) == (path, {Target("one"), Target("two")})
