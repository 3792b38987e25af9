"""A key in a file of variables belongs to what the file that names it says: bucket, server, and which service."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.clients.registry import find_everything
from keyturn.clients.replacement import read_pair, replace_pair
from keyturn.computer.computer import Computer, Platform
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.places import Place, Target

ONE = KeyPair(AccessKeyId("AKIAONE0000000000001"), Secret("oneONEoneONEoneONEoneONEoneONEoneONE/+on"))
TWO = KeyPair(AccessKeyId("AKIATWO0000000000002"), Secret("twoTWOtwoTWOtwoTWOtwoTWOtwoTWOtwoTWO/+tw"))
AT_AWS, AT_A_STORE = "s3:s3.amazonaws.com/photos/a", "s3:http://minio.lan:9000/photos"


def write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def compose(home: Path, identifier: str, secret: str, repository: str) -> None:
    write(
        home / "app/compose.yml",
        "services:\n  backup:\n    image: restic/restic\n    environment:\n"
        f"      AWS_ACCESS_KEY_ID: {identifier}\n      AWS_SECRET_ACCESS_KEY: {secret}\n"
        f"      RESTIC_REPOSITORY: {repository}\n    command: backup /data\n",
    )


def lines(identifier: str, secret: str, pair: KeyPair = ONE, *, end: str = "\n") -> str:
    return f"{identifier}={pair.access_key_id}{end}{secret}={pair.secret.reveal()}{end}"


def places(home: Path) -> list[Place]:
    return [one for one in find_everything(Computer.at(home, "linux")).places if one.secret is not None]


def problems(home: Path) -> set[str]:
    return {one.code for one in find_everything(Computer.at(home, "linux")).problems}


# ── Compose ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("identifier", "secret", "text"),
    [
        ("${AWS_ACCESS_KEY_ID}", "$AWS_SECRET_ACCESS_KEY", lines("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")),
        ("${MY_ID:?say it}", "${MY_PW:-}", lines("MY_ID", "MY_PW")),
        ("'${MY_ID}'", '"$MY_PW"', "\N{BYTE ORDER MARK}" + lines("MY_ID", "MY_PW", end="\r\n")),
        ("", "null", lines("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")),
    ],
)
def test_a_service_says_where_the_key_of_its_variables_goes(
    identifier: str, secret: str, text: str, tmp_path: Path
) -> None:
    compose(tmp_path, identifier, secret, AT_AWS)
    write(tmp_path / "app/.env", text)

    (place,) = places(tmp_path)

    assert (place.path.name, place.editable, place.endpoint) == (".env", True, None)
    assert place.targets == (Target("photos", "a"),)


def test_a_repository_is_filled_in_as_well(tmp_path: Path) -> None:
    compose(tmp_path, "${K}", "${S}", "s3:s3.amazonaws.com/${BUCKET:-none}/${PART:-a}")
    write(tmp_path / "app/.env", lines("K", "S") + "BUCKET=photos\n")
    (place,) = places(tmp_path)
    assert Target("photos", "a") in place.targets


def test_each_service_has_the_key_that_it_refers_to(tmp_path: Path) -> None:
    service = "    image: restic/restic\n    environment:\n"
    service += "      - AWS_ACCESS_KEY_ID=${%s}\n      - AWS_SECRET_ACCESS_KEY=$%s\n"
    write(
        tmp_path / "app/compose.yml",
        f"services:\n  a:\n{service % ('K1', 'S1')}      - RESTIC_REPOSITORY={AT_AWS}\n"
        f"  b:\n{service % ('K2', 'S2')}      - RESTIC_REPOSITORY=s3:s3.amazonaws.com/films\n",
    )
    write(tmp_path / "app/.env", lines("K1", "S1") + lines("K2", "S2", TWO))

    one, two = places(tmp_path)

    assert (one.pair, one.targets) == (ONE, (Target("photos", "a"),))
    assert (two.pair, two.targets) == (TWO, (Target("films"),))


@pytest.mark.parametrize(
    "named",
    ["env_file: keys.list", "env_file: [./keys.list]", "env_file:\n      - path: keys.list\n        required: false"],
)
@pytest.mark.parametrize("equals", ["=", " = "])
def test_what_env_file_names_is_read_by_composes_rules_whatever_it_is_called(
    named: str, equals: str, tmp_path: Path
) -> None:
    write(
        tmp_path / "app/compose.yml",
        "services:\n  b:\n    image: restic/restic\n"
        f"    {named}\n    environment:\n      RESTIC_REPOSITORY: {AT_AWS}\n",
    )
    keys = write(
        tmp_path / "app/keys.list", lines("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY").replace("=", equals, 1)
    )

    (place,) = places(tmp_path)

    assert (place.path, place.targets) == (keys, (Target("photos", "a"),))
    replace_pair(Computer.at(tmp_path, "linux"), [place], expected=ONE.access_key_id, pair=TWO)
    assert read_pair(Computer.at(tmp_path, "linux"), place) == TWO


@pytest.mark.parametrize("sign", [":-", "-"])
def test_a_default_that_stands_in_the_file_is_replaced_there(sign: str, tmp_path: Path) -> None:
    compose(tmp_path, f"${{MY_ID{sign}{ONE.access_key_id}}}", f"${{MY_PW{sign}{ONE.secret.reveal()}}}", AT_AWS)
    (place,) = places(tmp_path)
    assert (place.client, place.editable, place.targets) == ("compose", True, (Target("photos", "a"),))
    replace_pair(Computer.at(tmp_path, "linux"), [place], expected=ONE.access_key_id, pair=TWO)
    text = place.path.read_text()
    assert f"${{MY_ID{sign}{TWO.access_key_id}}}" in text
    assert f"${{MY_PW{sign}{TWO.secret.reveal()}}}" in text


def test_a_key_of_any_shape_belongs_to_the_store_that_its_service_names(tmp_path: Path) -> None:
    compose(tmp_path, "${AWS_ACCESS_KEY_ID}", "${AWS_SECRET_ACCESS_KEY}", AT_A_STORE)
    write(tmp_path / "app/.env", "AWS_ACCESS_KEY_ID=minioadmin\nAWS_SECRET_ACCESS_KEY=minioadmin123\n")
    (place,) = places(tmp_path)
    assert (place.endpoint, place.targets, place.plain_http) == ("http://minio.lan:9000", (Target("photos"),), True)
    assert "place.no-key-id" not in problems(tmp_path)


def test_the_same_at_aws_is_told(tmp_path: Path) -> None:
    compose(tmp_path, "${AWS_ACCESS_KEY_ID}", "${AWS_SECRET_ACCESS_KEY}", AT_AWS)
    write(tmp_path / "app/.env", "AWS_ACCESS_KEY_ID=minioadmin\nAWS_SECRET_ACCESS_KEY=minioadmin123\n")
    assert places(tmp_path) == []
    assert "place.no-key-id" in problems(tmp_path)


@pytest.mark.parametrize("inside", [True, False])
def test_a_repository_that_only_a_run_would_tell_is_told_to_be_unclear(inside: bool, tmp_path: Path) -> None:
    key = (ONE.access_key_id.value, ONE.secret.reveal()) if inside else ("${K}", "${S}")
    compose(tmp_path, *key, "s3:s3.amazonaws.com/${BUCKET}/a")
    write(tmp_path / "app/.env", lines("K", "S") if not inside else "K=1\n")
    (place,) = places(tmp_path)
    assert [one.unclear for one in place.consumers] == [("s3:s3.amazonaws.com/${BUCKET}/a",)]


def test_so_is_one_that_a_script_sets(tmp_path: Path) -> None:
    pair = f"export AWS_ACCESS_KEY_ID={ONE.access_key_id}\nexport AWS_SECRET_ACCESS_KEY={ONE.secret.reveal()}\n"
    script = f'#!/bin/sh\n{pair}export RESTIC_REPOSITORY="s3:s3.amazonaws.com/$BUCKET/a"\nrestic backup /\n'
    write(tmp_path / "bin/b.sh", script)
    (place,) = places(tmp_path)
    assert [one.unclear for one in place.consumers] == [("s3:s3.amazonaws.com/$BUCKET/a",)]


@pytest.mark.parametrize(
    "script",
    [
        "entrypoint: [/bin/sh, -c]\n    command:\n      - |\n        cd /d\n        restic -r %s backup .",
        "entrypoint: [/bin/sh, -c]\n    command: ['cd $$HOME; restic -r %s backup /d']",
        'command: sh -c "restic -r %s backup /d"',
    ],
)
def test_what_a_service_hands_to_a_shell_says_where_its_key_goes(script: str, tmp_path: Path) -> None:
    write(
        tmp_path / "app/compose.yml",
        f"services:\n  b:\n    image: restic/restic\n    {script % AT_AWS}\n    environment:\n"
        f"      AWS_ACCESS_KEY_ID: {ONE.access_key_id}\n      AWS_SECRET_ACCESS_KEY: {ONE.secret.reveal()}\n",
    )
    (place,) = places(tmp_path)
    assert place.targets == (Target("photos", "a"),)


def test_a_remote_of_rclones_in_variables_has_its_key_in_another_file(tmp_path: Path) -> None:
    write(
        tmp_path / "app/compose.yml",
        "services:\n  b:\n    image: rclone/rclone\n    environment:\n      RCLONE_CONFIG_S_TYPE: s3\n"
        "      RCLONE_CONFIG_S_ENDPOINT: http://minio.lan:9000\n      RCLONE_CONFIG_S_ACCESS_KEY_ID: ${K}\n"
        "      RCLONE_CONFIG_S_SECRET_ACCESS_KEY: ${S}\n      RCLONE_CONFIG_S_STORAGE_CLASS: GLACIER\n"
        "    command: copyto /a S:photos/a\n",
    )
    write(tmp_path / "app/.env", lines("K", "S"))
    (place,) = places(tmp_path)
    assert (place.endpoint, place.targets) == ("http://minio.lan:9000", (Target("photos", "a"),))
    assert [(one.program, one.manner.storage_class) for one in place.consumers] == [("rclone", "GLACIER")]


def test_a_compose_file_and_its_override_describe_a_service_together(tmp_path: Path) -> None:
    service = "services:\n  b:\n    image: restic/restic\n    environment:\n"
    key = f"      AWS_ACCESS_KEY_ID: {ONE.access_key_id}\n      AWS_SECRET_ACCESS_KEY: {ONE.secret.reveal()}\n"
    write(tmp_path / "app/compose.yml", f"{service}      RESTIC_REPOSITORY: {AT_AWS}\n")
    write(tmp_path / "app/compose.override.yml", service + key)
    (place,) = places(tmp_path)
    assert (place.path.name, place.targets) == ("compose.override.yml", (Target("photos", "a"),))

    (tmp_path / "app/compose.override.yml").rename(tmp_path / "app/compose.other.yml")
    (place,) = places(tmp_path)
    assert place.targets == ()


def test_a_script_that_is_called_conf_is_no_unit(tmp_path: Path) -> None:
    text = lines("export AWS_ACCESS_KEY_ID", "export AWS_SECRET_ACCESS_KEY")
    write(tmp_path / "k.env", text)
    script = 'BUCKET=photos\n. ~/k.env\nexport RESTIC_REPOSITORY="s3:s3.amazonaws.com/$BUCKET/a"\nrestic backup /\n'
    write(tmp_path / ".config/restic/b.conf", script)
    (place,) = places(tmp_path)
    assert place.targets == (Target("photos", "a"),)


@pytest.mark.parametrize(
    ("include", "file"),
    [
        ("include: kept/deep/er/part.yaml", "app/kept/deep/er/.env"),
        ("include:\n  - kept/deep/er/part.yaml", "app/kept/deep/er/.env"),
        ("include:\n  - path: ./kept/deep/er/part.yaml\n    env_file: kept/deep/er/k", "app/kept/deep/er/k"),
        ("include:\n  - path: [kept/deep/er/part.yaml]\n    env_file: [kept/deep/er/k]", "app/kept/deep/er/k"),
        ("include:\n  - path: [kept/deep/er/part.yaml]\n    project_directory: kept/x", "app/kept/x/.env"),
        ("include:\n  - kept/deep/er/part.yaml", "app/.env"),
    ],
)
def test_a_compose_file_that_another_one_includes_is_read_with_the_variables_of_both(
    include: str, file: str, tmp_path: Path
) -> None:
    compose(tmp_path, "${K}", "${S}", "s3:s3.amazonaws.com/${WHERE}/a")
    (tmp_path / "app/kept/deep/er").mkdir(parents=True)
    (tmp_path / "app/compose.yml").rename(tmp_path / "app/kept/deep/er/part.yaml")
    write(tmp_path / "app/compose.yml", f"{include}\n")
    key = write(tmp_path / file, lines("K", "S") + "WHERE=photos\n")

    (place,) = places(tmp_path)

    assert (place.path, place.editable, place.targets) == (key, True, (Target("photos", "a"),))


def test_compose_files_that_include_each_other_come_to_an_end(tmp_path: Path) -> None:
    compose(tmp_path, "${K}", "${S}", AT_AWS)
    file = tmp_path / "app/compose.yml"
    file.write_text(f"include: [other.yaml]\n{file.read_text()}")
    write(tmp_path / "app/other.yaml", "include: [compose.yml, gone.yaml]\n")
    write(tmp_path / "app/.env", lines("K", "S"))
    (place,) = places(tmp_path)
    assert place.targets == (Target("photos", "a"),)


@pytest.mark.parametrize(
    ("by", "text"),
    [
        ("bin/up.sh", "#!/bin/sh\ndocker compose -f ~/app/kept/c.yaml --env-file ~/app/kept/k up -d\n"),
        ("bin/up.sh", "#!/bin/sh\ncd ~/app\ndocker-compose -f kept/c.yaml --env-file=kept/k up -d\n"),
        ("bin/up.sh", '#!/bin/sh\ncd "$HOME/app" && cd kept\ndocker-compose --file=c.yaml --env-file k up\n'),
        (".crontab", "@daily docker compose --env-file $HOME/app/kept/k --file ~/app/kept/c.yaml run --rm backup\n"),
        (
            ".config/systemd/user/b.service",
            "[Service]\nExecStart=/usr/bin/docker compose -f %h/app/kept/c.yaml --env-file %h/app/kept/k up\n",
        ),
    ],
)
def test_what_a_command_line_of_compose_names_fills_in_its_file(by: str, text: str, tmp_path: Path) -> None:
    compose(tmp_path, "${K}", "${S}", "s3:s3.amazonaws.com/${WHERE}/a")
    (tmp_path / "app/kept").mkdir()
    (tmp_path / "app/compose.yml").rename(tmp_path / "app/kept/c.yaml")
    write(tmp_path / "app/kept/.env", "WHERE=attic\n")
    key = write(tmp_path / "app/kept/k", lines("K", "S") + "WHERE=photos\n")
    write(tmp_path / by, text)

    (place,) = places(tmp_path)

    assert (place.path, place.editable, place.targets) == (key, True, (Target("photos", "a"),))


def test_without_a_name_compose_takes_the_file_of_its_folder(tmp_path: Path) -> None:
    compose(tmp_path, "${K}", "${S}", AT_AWS)
    write(tmp_path / "app/k", lines("K", "S"))
    write(tmp_path / "bin/up.sh", "#!/bin/sh\ncd ~/app\ndocker compose --env-file k up -d\n")
    (place,) = places(tmp_path)
    assert place.targets == (Target("photos", "a"),)


# ── systemd ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def unit(home: Path, named: str, more: str = "") -> None:
    write(
        home / ".config/systemd/user/b.service",
        f"[Service]\nEnvironmentFile={named}\nEnvironment=RESTIC_REPOSITORY={AT_AWS}\n{more}"
        "ExecStart=/usr/bin/restic backup /\n",
    )


@pytest.mark.parametrize(
    "text",
    [
        "; a comment\n# and another\n" + lines("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
        lines("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", end="\r\n"),
        lines("AWS_ACCESS_KEY_ID ", " AWS_SECRET_ACCESS_KEY ") + "RESTIC_PASSWORD=it's $5, \\\n  and more\n",
        f"AWS_ACCESS_KEY_ID='{ONE.access_key_id}'\nAWS_SECRET_ACCESS_KEY=\"{ONE.secret.reveal()}\"\n",
    ],
)
@pytest.mark.parametrize(("named", "where"), [("%h/k.conf", "k.conf"), ("-%E/restic/k.conf", ".config/restic/k.conf")])
def test_what_environment_file_names_is_read_by_systemds_rules(
    named: str, where: str, text: str, tmp_path: Path
) -> None:
    unit(tmp_path, named)
    file = write(tmp_path / where, text)
    (place,) = places(tmp_path)
    assert (place.path, place.pair, place.targets) == (file, ONE, (Target("photos", "a"),))
    assert "place.comment" not in problems(tmp_path)


@pytest.mark.parametrize("named", ["%h/keys/*.conf", "-%h/ke?s/[ab].conf"])
def test_wildcards_of_environment_file_stand_for_each_file_that_they_match(named: str, tmp_path: Path) -> None:
    unit(tmp_path, named)
    key = lines("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    file = write(tmp_path / "keys/a.conf", key + "REGION=x # y\n")
    for other in (".hidden.conf", "c.txt"):
        write(tmp_path / "keys" / other, key)
    (tmp_path / "keys/b.conf").mkdir()
    credited = [one for one in places(tmp_path) if one.targets]
    assert [(one.path, one.pair, one.targets) for one in credited] == [(file, ONE, (Target("photos", "a"),))]


def test_the_last_of_the_files_that_wildcards_match_counts(tmp_path: Path) -> None:
    unit(tmp_path, "%h/keys/*", 'ExecStart=/bin/sh -c "aws s3 cp /a s3://$WHERE/"\n')
    write(tmp_path / "keys/1", lines("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY") + "WHERE=films\n")
    write(tmp_path / "keys/2", "WHERE=attic\n")
    (place,) = places(tmp_path)
    assert {target.bucket for target in place.targets} == {"photos", "attic"}


def test_more_files_than_are_read_for_one_line_are_told(tmp_path: Path) -> None:
    unit(tmp_path, "%h/keys/*")
    for number in range(102):
        write(tmp_path / f"keys/{number:03}", "REGION=x\n")
    assert "search.bounded" in problems(tmp_path)


def test_a_file_of_variables_of_another_disk_is_never_looked_for_here(tmp_path: Path) -> None:
    here = write(
        tmp_path / "here/k.conf", lines("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY").replace("\n", " # x\n", 1)
    )
    home = tmp_path / "disk/home/jo"
    unit(home, str(here))
    found = find_everything(Computer(Platform.LINUX, home, {}, is_this_one=False))
    assert found.places == ()
    assert [one.code for one in found.problems] == ["reference.unfollowed"]


def test_a_comment_behind_a_key_is_a_part_of_it_for_systemd_and_is_told(tmp_path: Path) -> None:
    unit(tmp_path, "%h/k.conf")
    write(tmp_path / "k.conf", lines("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY").replace("\n", " # mine\n", 1))
    assert "place.comment" in problems(tmp_path)


def test_a_credentials_folder_stands_for_the_file_that_is_handed_over(tmp_path: Path) -> None:
    file = write(
        tmp_path / "private/aws",
        f"[default]\naws_access_key_id = {ONE.access_key_id}\naws_secret_access_key = {ONE.secret.reveal()}\n",
    )
    unit(
        tmp_path,
        "-/nowhere",
        "LoadCredential=aws:%h/private/aws\nEnvironment=AWS_SHARED_CREDENTIALS_FILE=%d/aws\n",
    )
    (place,) = places(tmp_path)
    assert (place.path, place.client) == (file, "aws")


RCLONE = f"[far]\ntype = s3\naccess_key_id = {ONE.access_key_id}\nsecret_access_key = {ONE.secret.reveal()}\n"
PROFILE = f"[default]\naws_access_key_id = {ONE.access_key_id}\naws_secret_access_key = {ONE.secret.reveal()}\n"


@pytest.mark.parametrize(
    ("script", "kept", "client"),
    [
        ("export AWS_SHARED_CREDENTIALS_FILE=$CREDENTIALS_DIRECTORY/x\naws s3 cp /a s3://photos/a", PROFILE, "aws"),
        ('AWS_SHARED_CREDENTIALS_FILE="${CREDENTIALS_DIRECTORY}/x" aws s3 cp /a s3://photos/a', PROFILE, "aws"),
        ('rclone --config "$CREDENTIALS_DIRECTORY"/x sync /a far:photos/a', RCLONE, "rclone"),
        ("D=${CREDENTIALS_DIRECTORY}\n. $D/x\naws s3 cp /a s3://photos/a",
         lines("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "environment"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("drop_in", [True, False])
def test_a_script_sees_by_its_name_the_file_that_its_unit_hands_over(
    script: str, kept: str, client: str, drop_in: bool, tmp_path: Path
) -> None:
    unit = tmp_path / ".config/systemd/user/b.service"
    hands = "[Service]\nLoadCredential=x:%h/kept/very/deep/down/f\n"
    write(unit, f"{'' if drop_in else hands}[Service]\nExecStart=%h/bin/b.sh\n")
    write(unit.with_name("b.service.d") / "k.conf", hands if drop_in else "")
    write(tmp_path / "bin/b.sh", f"#!/bin/sh\n{script}\n")
    file = write(tmp_path / "kept/very/deep/down/f", kept)

    (place,) = places(tmp_path)

    assert (place.path, place.client, place.targets) == (file, client, (Target("photos", "a"),))
    assert "reference.unfollowed" not in problems(tmp_path)


@pytest.mark.parametrize("named", ["%d/x", "${CREDENTIALS_DIRECTORY}/x"])
def test_so_does_the_unit_itself(named: str, tmp_path: Path) -> None:
    write(
        tmp_path / ".config/systemd/user/b.service",
        "[Service]\nLoadCredential=x:%h/kept/very/deep/down/f\n"
        f"ExecStart=/usr/bin/rclone --config {named} sync /a far:photos/a\n",
    )
    file = write(tmp_path / "kept/very/deep/down/f", RCLONE)
    (place,) = places(tmp_path)
    assert (place.path, place.targets) == (file, (Target("photos", "a"),))
    assert "reference.unfollowed" not in problems(tmp_path)


def test_halves_that_are_handed_over_and_read_by_a_script_are_one_key_told_once(tmp_path: Path) -> None:
    write(
        tmp_path / ".config/systemd/user/b.service",
        "[Service]\nLoadCredential=id:%h/k/i\nLoadCredential=secret:%h/k/s\nExecStart=%h/bin/b.sh\n",
    )
    both = (
        "AWS_ACCESS_KEY_ID=$(cat $CREDENTIALS_DIRECTORY/id) AWS_SECRET_ACCESS_KEY=$(cat $CREDENTIALS_DIRECTORY/secret)"
    )
    write(tmp_path / "bin/b.sh", f"#!/bin/sh\nexport {both}\n./c.sh\n")
    write(tmp_path / "bin/c.sh", "#!/bin/sh\naws s3 cp /a s3://photos/a\n")
    halves = [write(tmp_path / "k/i", f"{ONE.access_key_id}\n"), write(tmp_path / "k/s", f"{ONE.secret.reveal()}\n")]

    found = places(tmp_path)

    assert sorted(one.path for one in found) == halves
    assert [(one.pair, one.targets) for one in found] == [(ONE, (Target("photos", "a"),))] * 2


@pytest.mark.parametrize("named", ["y", "x"])
def test_what_no_unit_hands_over_or_two_do_differently_is_told(named: str, tmp_path: Path) -> None:
    for name in ("b", "c"):
        write(
            tmp_path / f".config/systemd/user/{name}.service",
            f"[Service]\nLoadCredential=x:%h/k/{name}\nExecStart=%h/bin/b.sh\n",
        )
        write(tmp_path / f"k/{name}", RCLONE)
    write(tmp_path / "bin/b.sh", f"#!/bin/sh\nrclone --config $CREDENTIALS_DIRECTORY/{named} sync /a far:photos/a\n")
    assert "reference.unfollowed" in problems(tmp_path)


def test_several_scripts_that_take_the_same_values_tell_them_once(tmp_path: Path) -> None:
    write(tmp_path / "k/id", f"{ONE.access_key_id}\n")
    write(tmp_path / "k/s", f"{ONE.secret.reveal()}\n")
    for bucket in ("photos", "films"):
        both = "AWS_ACCESS_KEY_ID=$(cat ~/k/id) AWS_SECRET_ACCESS_KEY=$(cat ~/k/s)"
        write(tmp_path / f"bin/{bucket}.sh", f"#!/bin/sh\n{both} aws s3 cp /a s3://{bucket}\n")
    found = places(tmp_path)
    assert [one.path.name for one in found] == ["id", "s"]
    assert all(set(one.targets) == {Target("photos"), Target("films")} for one in found)


def test_a_key_of_two_stores_stays_known_at_both(tmp_path: Path) -> None:
    write(tmp_path / "k/id", f"{ONE.access_key_id}\n")
    write(tmp_path / "k/s", f"{ONE.secret.reveal()}\n")
    both = "export AWS_ACCESS_KEY_ID=$(cat ~/k/id)\nexport AWS_SECRET_ACCESS_KEY=$(cat ~/k/s)\n"
    write(tmp_path / "bin/a.sh", f"#!/bin/sh\n{both}aws s3 cp /a s3://photos\n")
    store = "export AWS_ENDPOINT_URL=http://minio.lan:9000\n"
    write(tmp_path / "bin/b.sh", f"#!/bin/sh\n{both}{store}aws s3 cp /a s3://films\n")
    assert {one.endpoint for one in places(tmp_path)} == {None, "http://minio.lan:9000"}
