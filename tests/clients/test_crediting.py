"""Programs that run with a key that stands elsewhere: whose key each one takes, and what that place needs for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.clients.endpoints import same_server
from keyturn.clients.registry import find_everything
from keyturn.computer.computer import Computer
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.manners import Manner
from keyturn.model.needs import Addition
from keyturn.model.places import Place, PlaceKind, Target

ONE = KeyPair(AccessKeyId("AKIAONE0000000000001"), Secret("oneONEoneONEoneONEoneONEoneONEoneONE/+on"))
TWO = KeyPair(AccessKeyId("AKIATWO0000000000002"), Secret("twoTWOtwoTWOtwoTWOtwoTWOtwoTWOtwoTWO/+tw"))


def exported(pair: KeyPair = ONE) -> str:
    return f"export AWS_ACCESS_KEY_ID={pair.access_key_id}\nexport AWS_SECRET_ACCESS_KEY={pair.secret.reveal()}\n"


def profile(name: str, pair: KeyPair = ONE) -> str:
    return f"[{name}]\naws_access_key_id = {pair.access_key_id}\naws_secret_access_key = {pair.secret.reveal()}\n"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def found(home: Path) -> dict[str, Place]:
    """The places with a key, by the file's name, and by the section of a file that has several."""
    places = [one for one in find_everything(Computer.at(home, "linux")).places if one.kind is PlaceKind.DESTINATION]
    return {**{one.path.name: one for one in places}, **{f"{one.path.name} {one.name}": one for one in places}}


def where(place: Place) -> set[str]:
    return {one.where for one in place.consumers}


@pytest.mark.parametrize(
    "start",
    [
        'D=$HOME/keys\nsource "$D/k"',
        "export $(grep -v '^#' ~/keys/k | xargs)",
        'eval "$(cat ~/keys/k)"',
        "env $(cat $HOME/keys/k)",
        "docker run --env-file ~/keys/k restic/restic",
        "docker run --env-file=$HOME/keys/k restic/restic",
    ],
)
def test_a_file_of_variables_is_read_in_the_ways_in_which_people_read_it(start: str, tmp_path: Path) -> None:
    write(tmp_path / "keys/k", exported().replace("export ", ""))
    ends = " " if start.startswith(("env", "docker")) else "\n"
    write(tmp_path / "bin/b.sh", f"#!/bin/bash\n{start}{ends}restic -r s3:s3.amazonaws.com/photos/a backup /etc\n")
    assert found(tmp_path)["k"].targets == (Target("photos", "a"),)


@pytest.mark.parametrize("options", ["-o passwd_file={home}/keys/k", "-opasswd_file=~/keys/k,use_sse"])
def test_a_mount_of_s3fs_reads_the_password_file_that_it_names(options: str, tmp_path: Path) -> None:
    for path in ("keys/k", ".passwd-s3fs"):
        write(tmp_path / path, f"{ONE.access_key_id}:{ONE.secret.reveal()}\n").chmod(0o600)
    write(tmp_path / "bin/b.sh", f"#!/bin/sh\ns3fs photos:/a /mnt {options.format(home=tmp_path)}\n")
    places = found(tmp_path)
    assert places["k"].targets == (Target("photos", "a"),)
    assert places[".passwd-s3fs"].targets == ()


@pytest.mark.parametrize(
    "text",
    [
        "OUT=$(aws s3 sync --acl public-read /a s3://photos/a 2>&1)",
        'B=photos\nif ! log="$(aws s3 sync --acl public-read /a "s3://$B/a")"; then exit 1; fi',
        "sudo bash <<'END'\naws s3 sync --acl public-read /a s3://photos/a\nEND",
    ],
)
def test_a_command_within_another_one_is_credited_with_all_that_it_asks(text: str, tmp_path: Path) -> None:
    write(tmp_path / ".aws/credentials", profile("default"))
    write(tmp_path / "bin/b.sh", f"#!/bin/bash\n{text}\n")
    place = found(tmp_path)["credentials"]
    assert place.targets == (Target("photos", "a"),)
    assert Addition.OBJECT_ACL in {one for consumer in place.consumers for one in consumer.additions}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("b.ps1", "$out = (aws s3 sync --acl public-read C:\\a s3://photos/a) | Out-String"),
        ("b.ps1", "Invoke-Expression 'aws s3 sync --acl public-read C:\\a s3://photos/a'"),
        (
            "b.ps1",
            'Start-Process -FilePath aws -ArgumentList "s3","sync","--acl","public-read",".","s3://photos/a" -Wait',
        ),
        (
            "b.ps1",
            "Start-Process aws -Wait -ArgumentList @('s3', 'sync', '--acl', 'public-read', '.', 's3://photos/a')",
        ),
        ("b.ps1", "if ($(aws s3 sync --acl public-read C:\\a s3://photos/a)) { exit 1 }"),
        ("b.cmd", 'cmd /c "aws s3 sync --acl public-read C:\\a s3://photos/a"'),
        ("b.cmd", 'powershell -NoProfile -Command "aws s3 sync --acl public-read . s3://photos/a"'),
        ("b.cmd", "for /f \"delims=\" %%i in ('aws s3 sync --acl public-read . s3://photos/a') do echo %%i"),
    ],
)
def test_a_command_within_another_one_of_windows_is_credited_with_all_that_it_asks(
    name: str, text: str, tmp_path: Path
) -> None:
    write(tmp_path / ".aws/credentials", profile("default"))
    write(tmp_path / "Documents" / name, f"{text}\r\n")
    places = find_everything(Computer.at(tmp_path, "windows")).places
    (place,) = (one for one in places if one.client == "aws")
    assert place.targets == (Target("photos", "a"),)
    assert Addition.OBJECT_ACL in {one for consumer in place.consumers for one in consumer.additions}


@pytest.mark.parametrize(
    ("by", "text"),
    [
        (
            ".config/systemd/user/b.service",
            "[Service]\nExecStart=/bin/sh -c 'x=$$(aws s3 sync --acl public-read /a s3://photos/a); echo $$x'\n",
        ),
        (
            "app/compose.yml",
            "services:\n  a:\n    image: amazon/aws-cli\n    volumes: ['~/.aws:/root/.aws']\n"
            "    entrypoint: sh -c 'x=$$(aws s3 sync --acl public-read /a s3://photos/a); echo $$x'\n",
        ),
    ],
)
def test_what_a_shell_gets_with_one_mark_is_read_with_one(by: str, text: str, tmp_path: Path) -> None:
    write(tmp_path / ".aws/credentials", profile("default"))
    write(tmp_path / by, text)
    place = found(tmp_path)["credentials"]
    assert place.targets == (Target("photos", "a"),)
    assert Addition.OBJECT_ACL in {one for consumer in place.consumers for one in consumer.additions}


def test_a_container_reads_the_credentials_file_that_it_sees_elsewhere(tmp_path: Path) -> None:
    write(tmp_path / "app/k/cr", profile("default"))
    write(
        tmp_path / "app/compose.yml",
        "services:\n  b:\n    image: amazon/aws-cli\n    environment: {AWS_SHARED_CREDENTIALS_FILE: /keys/cr}\n"
        "    volumes: ['./k:/keys:ro']\n    command: s3 sync /a s3://photos/a\n",
    )
    assert found(tmp_path)["cr"].targets == (Target("photos", "a"),)


def test_rclones_configuration_of_a_unit_is_found_by_systemds_specifiers(tmp_path: Path) -> None:
    remote = f"access_key_id = {ONE.access_key_id}\nsecret_access_key = {ONE.secret.reveal()}\n"
    write(tmp_path / "x/rc", f"[far]\ntype = s3\nprovider = AWS\n{remote}")
    unit = '[Service]\nEnvironment="RCLONE_CONFIG=%h/x/rc"\nExecStart=rclone sync /a far:photos/a\n'
    write(tmp_path / ".config/systemd/user/b.service", unit)
    assert found(tmp_path)["rc far"].targets == (Target("photos", "a"),)


def test_a_script_uses_the_variables_of_the_file_that_it_reads(tmp_path: Path) -> None:
    write(tmp_path / ".config/restic/env", exported() + "export RESTIC_REPOSITORY=s3:s3.amazonaws.com/photos/a\n")
    write(
        tmp_path / "bin/b.sh",
        "#!/bin/sh\n. ~/.config/restic/env\nrestic backup /etc\nrestic -r s3:s3.amazonaws.com/films/b backup /etc\n",
    )
    place = found(tmp_path)["env"]
    assert set(place.targets) == {Target("photos", "a"), Target("films", "b")}
    assert "b.sh, line 4" in where(place)


@pytest.mark.parametrize(
    "reads", ['source "$HOME/scripts/env.sh"', '. "$(dirname "$0")/env.sh"', ". ${0%/*}/env.sh", ". ./env.sh"]
)
def test_a_file_is_read_in_whatever_way_it_is_named(tmp_path: Path, reads: str) -> None:
    write(tmp_path / "bin/env.sh", exported())
    write(tmp_path / "scripts/env.sh", exported(TWO))
    write(tmp_path / "bin/run.sh", f"#!/bin/sh\n{reads}\naws s3 sync /srv s3://photos/x --acl private\n")
    (credited,) = (one for one in find_everything(Computer.at(tmp_path, "linux")).places if one.consumers)
    assert credited.pair == (TWO if "HOME" in reads else ONE)
    assert credited.additions_for(Target("photos", "x")) == {Addition.OBJECT_ACL}


@pytest.mark.parametrize(
    ("by", "text"),
    [
        ("bin/b.sh", "AWS_ACCESS_KEY_ID=$(cat ~/k/id) AWS_SECRET_ACCESS_KEY=`cat ~/k/s` aws s3 sync /a s3://photos/a"),
        (
            "bin/b.sh",
            'export AWS_ACCESS_KEY_ID="$(< ~/k/id)"\nexport AWS_SECRET_ACCESS_KEY="$(<~/k/s)"\n'
            "restic -r s3:s3.amazonaws.com/photos/a backup /",
        ),
        (
            "n/compose.yml",
            "services:\n  b:\n    image: restic/restic\n    secrets: [id, s]\n    environment:\n"
            "      AWS_ACCESS_KEY_ID_FILE: /run/secrets/id\n      AWS_SECRET_ACCESS_KEY_FILE: /run/secrets/s\n"
            "      RESTIC_REPOSITORY: s3:s3.amazonaws.com/photos/a\n"
            "  other:\n    image: restic/restic\n    environment: {RESTIC_REPOSITORY: 's3:s3.amazonaws.com/films'}\n"
            "secrets: {id: {file: ../k/id}, s: {file: ../k/s}}",
        ),
        (
            ".config/systemd/user/b.service",
            "[Service]\nLoadCredential=AWS_ACCESS_KEY_ID:%h/k/id\nLoadCredential=AWS_SECRET_ACCESS_KEY:%h/k/s\n"
            "Environment=RESTIC_REPOSITORY=s3:s3.amazonaws.com/photos/a\nExecStart=/usr/bin/restic backup /",
        ),
        (
            ".config/systemd/user/b.service",
            "[Service]\nLoadCredential=AWS_ACCESS_KEY_ID:%h/k/id\nLoadCredential=AWS_SECRET_ACCESS_KEY:%h/k/s\n"
            "ExecStart=%h/kept/very/deep/b.sh",
        ),
    ],
)
def test_whoever_takes_a_key_from_files_of_one_value_tells_its_bucket(by: str, text: str, tmp_path: Path) -> None:
    write(tmp_path / "k/id", f"{ONE.access_key_id}\n")
    write(tmp_path / "k/s", f"{ONE.secret.reveal()}\n")
    write(tmp_path / "kept/very/deep/b.sh", "#!/bin/sh\naws s3 sync /a s3://photos/a\n")
    write(tmp_path / by, text + "\n")
    places = found(tmp_path)
    assert (places["id"].targets, places["s"].targets) == ((Target("photos", "a"),), (Target("photos", "a"),))


def test_a_script_has_the_values_of_the_file_that_it_reads_from_others(tmp_path: Path) -> None:
    write(tmp_path / "k/id", f"{ONE.access_key_id}\n")
    write(tmp_path / "k/s", f"{ONE.secret.reveal()}\n")
    write(tmp_path / "k/v.sh", "export AWS_ACCESS_KEY_ID=$(cat ~/k/id)\nexport AWS_SECRET_ACCESS_KEY=$(cat ~/k/s)\n")
    write(tmp_path / "bin/b.sh", "#!/bin/sh\n. ~/k/v.sh\naws s3 sync /a s3://photos/a\n")
    write(tmp_path / "bin/other.sh", "#!/bin/sh\naws s3 sync /a s3://films\n")
    places = found(tmp_path)
    assert (places["id"].targets, places["s"].targets) == ((Target("photos", "a"),), (Target("photos", "a"),))


def test_values_of_the_file_that_is_read_are_known_in_the_script(tmp_path: Path) -> None:
    write(tmp_path / "bin/backup.env", exported() + "export BUCKET=films\n")
    write(tmp_path / "bin/run.sh", "#!/bin/sh\n. ~/bin/backup.env\naws s3 sync /srv s3://$BUCKET/x\n")
    place = found(tmp_path)["backup.env"]
    assert Target("films", "x") in place.targets
    assert {target.bucket for target in place.targets} == {"films"}
    assert place.unclear == ()


def test_a_remote_has_the_buckets_of_every_command_that_names_it(tmp_path: Path) -> None:
    pair = f"access_key_id = {ONE.access_key_id}\nsecret_access_key = {ONE.secret.reveal()}\n"
    write(
        tmp_path / ".config/rclone/rclone.conf",
        f"[aws]\ntype = s3\nstorage_class = GLACIER\n{pair}[other]\ntype = s3\n{pair}"
        "[secret]\ntype = crypt\nremote = aws:photos/enc\n",
    )
    write(tmp_path / "bin/run.sh", "#!/bin/sh\nrclone sync /srv aws:films/x --s3-server-side-encryption AES256\n")
    places = found(tmp_path)
    place = places["rclone.conf aws"]
    assert set(place.targets) == {Target("photos", "enc"), Target("films", "x")}
    assert place.manners_for(Target("films", "x")) == (Manner("AES256", storage_class="GLACIER"),)
    assert place.manners_for(Target("photos", "enc")) == (Manner(storage_class="GLACIER"),)
    assert places["rclone.conf other"].targets == ()


def test_programs_without_a_key_take_the_profile_that_they_name_or_the_usual_one(tmp_path: Path) -> None:
    write(tmp_path / ".aws/credentials", profile("default") + profile("work", TWO))
    write(
        tmp_path / "bin/run.sh",
        "#!/bin/sh\naws s3 sync a s3://photos --acl private\naws --profile work s3 sync b s3://films\n",
    )
    write(tmp_path / "bin/other.sh", "#!/bin/sh\nexport AWS_PROFILE=work\naws s3 sync a s3://attic\n")
    places = found(tmp_path)
    assert set(places["credentials work"].targets) == {Target("films"), Target("attic")}
    assert places["credentials default"].targets == (Target("photos"),)


def test_a_unit_lets_its_program_and_its_script_have_the_variables_of_a_file(tmp_path: Path) -> None:
    units = tmp_path / ".config/systemd/user"
    write(tmp_path / "backup/s3.env", exported().replace("export ", ""))
    write(
        units / "a.service",
        "[Service]\nEnvironmentFile=%h/backup/s3.env\nExecStart=/usr/bin/rclone copy /srv :s3,env_auth=true:photos\n",
    )
    write(units / "b.service", "[Service]\nEnvironmentFile=%h/backup/s3.env\nExecStart=%h/bin/run.sh\n")
    write(tmp_path / "bin/run.sh", "#!/bin/sh\naws s3 sync /srv s3://films --storage-class DEEP_ARCHIVE\n")
    place = found(tmp_path)["s3.env"]
    assert set(place.targets) == {Target("photos"), Target("films")}
    assert Addition.CREATE_BUCKET in place.additions_for(Target("photos"))
    assert place.manners_for(Target("films")) == (Manner(storage_class="DEEP_ARCHIVE"),)


def test_a_timetable_lends_its_variables_to_the_scripts_that_it_starts(tmp_path: Path) -> None:
    variables = exported().replace("export ", "")
    write(tmp_path / ".crontab", f"{variables}0 3 * * * $HOME/bin/run.sh\n")
    write(tmp_path / "bin/run.sh", "#!/bin/sh\ns3cmd put x s3://never\naws s3 sync /srv s3://films\n")
    place = found(tmp_path)[".crontab"]
    assert place.targets == (Target("films"),)


def test_a_service_has_the_variables_of_the_file_that_it_is_given(tmp_path: Path) -> None:
    write(tmp_path / "stack/.env", exported().replace("export ", ""))
    write(
        tmp_path / "stack/compose.yaml",
        "services:\n  a:\n    image: amazon/aws-cli\n    env_file: [.env]\n"
        "    command: s3 sync /data s3://films/x --sse\n",
    )
    place = found(tmp_path)[".env"]
    assert place.targets == (Target("films", "x"),)
    assert place.manners_for(Target("films", "x")) == (Manner(encryption="AES256"),)


def test_the_configuration_that_a_command_names_is_the_one_whose_key_it_takes(tmp_path: Path) -> None:
    for name, pair in ((".s3cfg", ONE), (".other-s3cfg", TWO)):
        write(
            tmp_path / name,
            f"[default]\naccess_key = {pair.access_key_id}\nsecret_key = {pair.secret.reveal()}\n",
        )
    write(tmp_path / "bin/run.sh", "#!/bin/sh\ns3cmd put x s3://photos/p\ns3cmd -c ~/.other-s3cfg put x s3://films/p\n")
    assert found(tmp_path)[".s3cfg"].targets == (Target("photos", "p"),)


def test_a_remote_that_takes_its_key_from_a_profile_brings_its_commands_along(tmp_path: Path) -> None:
    write(tmp_path / ".aws/credentials", profile("default"))
    write(tmp_path / ".config/rclone/rclone.conf", "[aws]\ntype = s3\nenv_auth = true\nacl = private\n")
    write(tmp_path / "bin/run.sh", "#!/bin/sh\nrclone rcat aws:films/x/y.gz\n")
    place = found(tmp_path)["credentials default"]
    assert place.targets == (Target("films", "x/y.gz"),)
    assert place.additions_for(Target("films", "x/y.gz")) == {Addition.CREATE_BUCKET, Addition.OBJECT_ACL}
    assert place.manners_for(Target("films", "x/y.gz")) == (Manner(acl="private"),)


def test_a_command_for_another_server_takes_another_key(tmp_path: Path) -> None:
    write(tmp_path / ".aws/credentials", profile("default"))
    write(tmp_path / "bin/run.sh", "#!/bin/sh\nrestic -r s3:https://s3.example.com/films/x backup /srv\n")
    assert found(tmp_path)["credentials default"].targets == ()


@pytest.mark.parametrize(
    "command",
    [
        "aws --profile films --endpoint-url https://s3.example.com s3 sync /srv s3://films/x",
        "aws s3 sync /srv s3://films/x --endpoint-url=https://s3.example.com --profile=films",
        "export AWS_PROFILE=films\naws --endpoint-url https://s3.example.com s3 sync /srv s3://films/x",
        "export AWS_ENDPOINT_URL_S3=https://s3.example.com\naws --profile films s3 sync /srv s3://films/x",
        "export AWS_PROFILE=films AWS_ENDPOINT_URL=https://s3.example.com\naws s3 sync /srv s3://films/x",
        "export AWS_PROFILE=films\nrestic -r s3:https://s3.example.com/films/x backup /srv",
    ],
)
def test_a_profile_that_is_named_is_for_the_server_of_the_commands_that_name_it(command: str, tmp_path: Path) -> None:
    write(tmp_path / ".aws/credentials", profile("films"))
    write(tmp_path / "bin/run.sh", f"#!/bin/sh\n{command}\n")
    place = found(tmp_path)["credentials films"]
    assert same_server(place.endpoint, "https://s3.example.com")
    assert place.targets == (Target("films", "x"),)


def test_one_server_that_is_written_in_two_ways_is_one(tmp_path: Path) -> None:
    write(tmp_path / ".aws/credentials", profile("films"))
    write(
        tmp_path / "bin/run.sh",
        "#!/bin/sh\nexport AWS_PROFILE=films\nrestic -r s3:s3.example.com/films/x backup /srv\n"
        "aws --endpoint-url https://s3.example.com s3 sync /srv s3://photos\n",
    )
    place = found(tmp_path)["credentials films"]
    assert same_server(place.endpoint, "https://s3.example.com")
    assert set(place.targets) == {Target("films", "x"), Target("photos")}


def test_a_profile_that_is_named_for_two_servers_is_for_none_of_them(tmp_path: Path) -> None:
    write(tmp_path / ".aws/credentials", profile("films"))
    command = "aws --profile films s3 sync /srv s3://films"
    write(tmp_path / "bin/run.sh", f"#!/bin/sh\n{command}\n{command} --endpoint-url https://s3.example.com\n")
    place = found(tmp_path)["credentials films"]
    assert place.endpoint is None
    assert place.targets == (Target("films"),)


def test_what_a_script_asks_of_other_services_is_told_with_the_profile(tmp_path: Path) -> None:
    write(tmp_path / ".aws/credentials", profile("default"))
    write(tmp_path / "bin/ddns.sh", "#!/bin/sh\naws route53 change-resource-record-sets --hosted-zone-id Z1\n")
    write(tmp_path / "bin/s3.sh", "#!/bin/sh\naws s3 ls s3://photos\naws sns publish --message done\n")
    beyond = {one.beyond: one.where for one in found(tmp_path)["credentials default"].consumers if one.beyond}
    assert beyond == {"aws route53": "ddns.sh, line 2", "aws sns": "s3.sh, line 3"}


@pytest.mark.parametrize(
    ("unit", "drop_in"),
    [
        ("a.service", "a.service.d/override.conf"),
        ("a@.service", "a@.service.d/key.conf"),
        ("a@.service", "a@home.service.d/key.conf"),
    ],
)
@pytest.mark.parametrize("holds", ["unit", "drop-in"])
def test_a_unit_and_its_drop_ins_are_one_job(unit: str, drop_in: str, holds: str, tmp_path: Path) -> None:
    halves = f"AWS_ACCESS_KEY_ID={ONE.access_key_id} AWS_SECRET_ACCESS_KEY={ONE.secret.reveal()}"
    key = f"[Service]\nEnvironment={halves}\n"
    runs = "[Service]\nExecStart=/usr/bin/rclone copyto /d/a :s3:bkt/p --s3-env-auth\n"
    folder = tmp_path / ".config/systemd/user"
    write(folder / unit, key if holds == "unit" else runs)
    write(folder / drop_in, runs if holds == "unit" else key)
    write(folder / "other.service", "[Service]\nExecStart=/usr/bin/rclone copyto /d/a :s3:other/p --s3-env-auth\n")
    (place,) = find_everything(Computer.at(tmp_path, "linux")).places
    assert {target.bucket for who in place.consumers for target in who.targets} == {"bkt"}
    assert Addition.CREATE_BUCKET in {one for who in place.consumers for one in who.additions}


def test_a_profile_that_one_command_is_given_is_not_that_of_the_others(tmp_path: Path) -> None:
    write(tmp_path / ".aws/credentials", profile("default") + profile("b", TWO))
    text = (
        "#!/bin/sh\naws s3 sync /d s3://one\nAWS_PROFILE=b aws s3 sync /d s3://two\n"
        "env AWS_PROFILE=b restic -r s3:s3.amazonaws.com/three backup /\naws s3 cp x s3://four\n"
    )
    write(tmp_path / "bin/a.sh", text)
    places = found(tmp_path)
    assert buckets(places["credentials default"]) == {"one", "four"}
    assert buckets(places["credentials b"]) == {"two", "three"}


def test_profiles_that_are_chosen_one_after_the_other_each_get_all(tmp_path: Path) -> None:
    write(tmp_path / ".aws/credentials", profile("a") + profile("b", TWO))
    text = "#!/bin/sh\nexport AWS_PROFILE=a\naws s3 sync /d s3://one\nexport AWS_PROFILE=b\naws s3 sync /d s3://two\n"
    write(tmp_path / "bin/a.sh", text)
    places = found(tmp_path)
    assert buckets(places["credentials a"]) == buckets(places["credentials b"]) == {"one", "two"}


@pytest.mark.parametrize(
    "line",
    [
        "aws s3 sync /d s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/x/p",
        "restic --repository-file /etc/restic/repository backup /",
    ],
)
def test_what_leads_to_a_bucket_that_is_not_told_leaves_a_place_incomplete(line: str, tmp_path: Path) -> None:
    write(tmp_path / "bin/a.sh", f"#!/bin/sh\n{exported()}{line}\n")
    place = found(tmp_path)["a.sh"]
    assert [word for who in place.consumers for word in who.unclear] != []


def buckets(place: Place) -> set[str]:
    return {target.bucket for who in place.consumers for target in who.targets}
