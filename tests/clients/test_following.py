"""What scripts, units, jobs and compose files name is followed to files that are read by their own grammar."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from keyturn.clients.registry import find_everything
from keyturn.clients.replacement import replace_pair
from keyturn.clients.variables.unit_files import MATCHES
from keyturn.computer.computer import Computer, Platform
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.places import Findings, Place, Target

ONE = KeyPair(AccessKeyId("AKIAONE0000000000001"), Secret("oneONEoneONEoneONEoneONEoneONEoneONE/+on"))
TWO = KeyPair(AccessKeyId("AKIATWO0000000000002"), Secret("twoTWOtwoTWOtwoTWOtwoTWOtwoTWOtwoTWO/+tw"))
ID, SECRET = ONE.access_key_id.value, ONE.secret.reveal()
VARIABLES = f"AWS_ACCESS_KEY_ID={ID}\nAWS_SECRET_ACCESS_KEY={SECRET}\n"
RCLONE = f"[aws]\ntype = s3\nprovider = AWS\naccess_key_id = {ID}\nsecret_access_key = {SECRET}\n"
AWS = f"[backup]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n"
KOPIA = f'{{"storage": {{"type": "s3", "config": {{"accessKeyID": "{ID}", "secretAccessKey": "{SECRET}"}}}}}}'
SERVICE = f"services: {{a: {{environment: {{AWS_ACCESS_KEY_ID: {ID}, AWS_SECRET_ACCESS_KEY: '{SECRET}'}}}}}}\n"
S3CMD = f"[default]\naccess_key = {ID}\nsecret_key = {SECRET}\n"
# Deeper than any corner, and named by nothing that tells.
DEEP = "kept/very/deep/down/x.dat"
UNIT = ".config/systemd/user/a.service"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def find(home: Path, platform: str = "linux") -> Findings:
    return find_everything(Computer.at(home, platform))


def at(places: Sequence[Place], path: Path) -> Place:
    (found,) = (place for place in places if place.path == path)
    return found


@pytest.mark.parametrize(
    ("by", "text", "kept", "client"),
    [
        ("bin/a.sh", "rclone --config '{deep}' sync ~ aws:bkt", RCLONE, "rclone"),
        ("bin/a.sh", 'rclone sync ~ aws:bkt --config="$HOME/{deep}"', RCLONE, "rclone"),
        ("bin/a.sh", "D=~/kept/very\nexport RCLONE_CONFIG=$D/deep/down/x.dat\nrclone sync ~ aws:bkt", RCLONE, "rclone"),
        (UNIT, "[Service]\nEnvironment=RCLONE_CONFIG=%h/{deep}\nExecStart=/bin/rclone ls aws:bkt", RCLONE, "rclone"),
        (UNIT, "[Service]\nExecStart=/usr/bin/rclone sync x aws:bkt --config %h/{deep}", RCLONE, "rclone"),
        (".crontab", "@daily rclone sync x aws:bkt --config $HOME/{deep}", RCLONE, "rclone"),
        ("bin/a.sh", "s3cmd -c ~/{deep} sync / s3://bkt", S3CMD, "s3cmd"),
        ("bin/a.sh", "export AWS_SHARED_CREDENTIALS_FILE=$HOME/{deep}\naws s3 ls", AWS, "aws"),
        (UNIT, "[Service]\nEnvironment=AWS_SHARED_CREDENTIALS_FILE=%h/{deep}\n", AWS, "aws"),
        ("n/compose.yml", "services: {{a: {{environment: {{AWS_SHARED_CREDENTIALS_FILE: /k/x.dat}}, "
         "volumes: ['../kept/very/deep/down:/k:ro']}}}}", AWS, "aws"),
        ("bin/a.sh", "s3fs bkt /mnt -o allow_other,passwd_file=$HOME/{deep}", f"{ID}:{SECRET}\n", "s3fs"),
        ("bin/a.sh", "set -a; source ~/{deep}; set +a\nrestic -r s3:h.example/bkt backup /", VARIABLES, "environment"),
        ("bin/a.sh", '. "$(dirname "$0")/../{deep}"\naws s3 sync / s3://bkt', VARIABLES, "environment"),
        ("bin/a.sh", 'H="$(cd "$(dirname "${{BASH_SOURCE[0]}}")" && pwd)"\n. "$H/../{deep}"', VARIABLES, "environment"),
        ("n/compose.yml", "services: {{a: {{image: x, env_file: ../{deep}}}}}", VARIABLES, "environment"),
        ("n/compose.yml", "services: {{a: {{env_file: [{{path: ../{deep}}}]}}}}", VARIABLES, "environment"),
        ("bin/a.sh", "docker run --env-file ~/{deep} restic/restic", VARIABLES, "environment"),
        (UNIT, "[Service]\nEnvironmentFile=-%h/{deep}\n", VARIABLES, "environment"),
        (UNIT, "[Service]\nExecStart=%h/{deep} --daily", f"#!/bin/sh\n{VARIABLES}", "environment"),
        (".crontab", "0 3 * * * /bin/sh ~/{deep} >x 2>&1", VARIABLES, "environment"),
        ("bin/a.sh", "cd ~/kept && sudo docker stack deploy -c very/deep/down/x.dat nightly", SERVICE, "compose"),
        ("bin/a.sh", "s5cmd --credentials-file ~/{deep} --profile backup sync / s3://bkt", AWS, "aws"),
        ("bin/a.sh", "velero install --bucket bkt --secret-file=$HOME/{deep}", AWS, "aws"),
        ("bin/a.sh", "kopia --config-file ~/{deep} snapshot create", KOPIA, "kopia"),
        ("n/compose.yml", "services: {{a: {{volumes: ['../{deep}:/config/rclone/rclone.conf']}}}}", RCLONE, "rclone"),
    ],
)  # fmt: skip
def test_a_file_that_something_names_is_read_as_that_and_edited(
    by: str, text: str, kept: str, client: str, tmp_path: Path
) -> None:
    file = write(tmp_path / DEEP, kept)
    write(tmp_path / by, text.format(deep=DEEP) + "\n")

    found = find(tmp_path)
    place = at(found.places, file)
    replace_pair(Computer.at(tmp_path, "linux"), [place], expected=ONE.access_key_id, pair=TWO)

    assert (place.client, place.pair, place.editable) == (client, ONE, True)
    assert [problem.code for problem in found.problems if problem.code.startswith("reference")] == []
    assert ID not in file.read_text()


@pytest.mark.parametrize(
    ("text", "kept", "client"),
    [
        ("EnvironmentFile=%h/kept/%i/deep/down/x.dat", VARIABLES, "environment"),
        ("EnvironmentFile=-%h/kept/%I/de?p/down/x.dat", VARIABLES, "environment"),
        ("ExecStart=%h/kept/very/deep/down/%i.dat --daily", f"#!/bin/sh\n{VARIABLES}", "environment"),
        ('ExecStart=/usr/bin/rclone sync x aws:bkt --config "%h/kept/%i/deep/down/x.dat"', RCLONE, "rclone"),
    ],
)
def test_what_a_template_names_is_read_for_each_of_its_instances(
    text: str, kept: str, client: str, tmp_path: Path
) -> None:
    file = write(tmp_path / DEEP, kept)
    write(tmp_path / ".config/systemd/user/a@.service", f"[Service]\n{text}\n")
    found = find(tmp_path)
    assert (at(found.places, file).client, at(found.places, file).editable) == (client, True)
    assert [problem.code for problem in found.problems if problem.code.startswith("reference")] == []


def test_a_template_none_of_whose_instances_has_a_file_is_told(tmp_path: Path) -> None:
    text = "[Service]\nEnvironmentFile=%h/kept/%i/env\nExecStart=/bin/restic ls\n"
    write(tmp_path / ".config/systemd/user/a@.service", text)
    (problem,) = find(tmp_path).problems
    assert problem.code == "reference.unfollowed"
    assert "%h/kept/%i/env" in problem.message


@pytest.mark.parametrize(
    "loop",
    [
        "for f in ~/kept/very/deep/down/*.dat",
        'D=$HOME/kept\nfor f in "$D"/very/*/down/x.*',
        'for f in "$HOME/nothing" ~/kept/very/deep/down/x.dat',
    ],
)
def test_each_file_of_a_loop_is_read(loop: str, tmp_path: Path) -> None:
    file = write(tmp_path / DEEP, f"{VARIABLES}RESTIC_REPOSITORY=s3:s3.amazonaws.com/bkt\n")
    write(tmp_path / "bin/a.sh", f'#!/bin/bash\n{loop}; do\n  set -a; . "$f"; set +a\n  restic backup /\ndone\n')
    found = find(tmp_path)
    place = at(found.places, file)
    assert (place.editable, place.targets) == (True, (Target("bkt"),))
    assert [problem.code for problem in found.problems if problem.code.startswith("reference")] == []


def test_a_file_of_a_loop_that_only_a_run_would_tell_is_told_beside_the_others(tmp_path: Path) -> None:
    file = write(tmp_path / DEEP, VARIABLES)
    write(tmp_path / "bin/a.sh", f'#!/bin/sh\nfor f in ~/{DEEP} "$EXTRA"; do . "$f"; aws s3 ls; done\n')
    found = find(tmp_path)
    assert at(found.places, file).editable
    assert [problem.code for problem in found.problems] == ["reference.unfollowed"]


@pytest.mark.parametrize("name", ["bin/a.sh", "app/entrypoint"])
@pytest.mark.parametrize(
    "written",
    [
        "[s3]\ntype = s3\naccess_key_id = $AWS_ACCESS_KEY_ID\nsecret_access_key = $AWS_SECRET_ACCESS_KEY",
        "[default]\naws_access_key_id = ${AWS_ACCESS_KEY_ID}\naws_secret_access_key = ${AWS_SECRET_ACCESS_KEY}",
    ],
)
def test_a_script_that_writes_a_programs_file_is_a_script(written: str, name: str, tmp_path: Path) -> None:
    exported = VARIABLES.replace("AWS", "export AWS")
    text = f"#!/bin/sh\n{exported}cat > ~/kept.x <<END\n{written}\nEND\naws s3 sync / s3://bkt\n"
    file = write(tmp_path / name, text)
    found = find(tmp_path)
    place = at(found.places, file)
    assert (place.client, place.editable, place.targets) == ("environment", True, (Target("bkt"),))
    assert found.problems == ()


def test_what_lies_further_down_in_a_folder_that_a_container_sees_is_found(tmp_path: Path) -> None:
    write(tmp_path / "app/compose.yml", "services: {a: {image: restic/restic, volumes: ['./kept:/config']}}\n")
    file = write(tmp_path / "app/kept/a/rclone/rclone.conf", RCLONE)
    assert at(find(tmp_path).places, file).editable


def test_a_job_of_launchd_leads_to_its_script(tmp_path: Path) -> None:
    file = write(tmp_path / DEEP, f"#!/bin/sh\n{VARIABLES}")
    arguments = f"<array><string>{file}</string><string>now</string></array>"
    write(
        tmp_path / "Library/LaunchAgents/a.plist",
        f"<plist><dict><key>ProgramArguments</key>{arguments}</dict></plist>",
    )
    assert at(find(tmp_path, "macos").places, file).editable


def test_a_script_of_powershell_leads_to_a_configuration(tmp_path: Path) -> None:
    file = write(tmp_path / DEEP, RCLONE)
    write(
        tmp_path / "scripts/a.ps1",
        f'rclone sync C:\\x aws:bkt --config "$env:USERPROFILE\\{DEEP}"\r\n'.replace("/", "\\"),
    )
    assert at(find(tmp_path, "windows").places, file).editable


def test_what_a_script_runs_with_a_file_of_variables_tells_its_bucket(tmp_path: Path) -> None:
    file = write(tmp_path / DEEP, VARIABLES)
    commands = "".join(f"restic -r s3:s3.amazonaws.com/{bucket} ls\n" for bucket in ("one", "two"))
    write(tmp_path / "bin/a.sh", f". ~/{DEEP}\n{commands}")
    place = at(find(tmp_path).places, file)
    assert place.targets == (Target("one"), Target("two"))
    assert {consumer.where for consumer in place.consumers} == {"a.sh, line 2", "a.sh, line 3"}


def test_a_script_that_a_script_runs_is_followed_too(tmp_path: Path) -> None:
    write(tmp_path / ".crontab", "@daily ~/kept/very/deep/one.sh\n")
    write(tmp_path / "kept/very/deep/one.sh", "#!/bin/sh\n. ./two.env\nexec ./three.sh\n")
    two = write(tmp_path / "kept/very/deep/two.env", VARIABLES)
    write(tmp_path / "kept/very/deep/three.sh", "#!/bin/sh\nrclone --config ./r.conf sync x aws:bkt\n")
    four = write(tmp_path / "kept/very/deep/r.conf", RCLONE)
    places = find(tmp_path).places
    assert {place.path for place in places} == {two, four}


def test_scripts_that_name_each_other_in_a_ring_come_to_an_end(tmp_path: Path) -> None:
    write(tmp_path / "bin/a.sh", "#!/bin/sh\n# s3://x\n. ./b.sh\n./a.sh\n")
    write(tmp_path / "bin/b.sh", f"#!/bin/sh\n{VARIABLES}. ./a.sh\n")
    assert len(find(tmp_path).places) == 1


def test_a_program_in_another_language_that_a_job_runs_is_told(tmp_path: Path) -> None:
    program = f"client('s3', aws_access_key_id='{ID}', aws_secret_access_key='{SECRET}')\n"
    file = write(tmp_path / "kept/very/deep/backup.py", program)
    write(tmp_path / ".crontab", "@daily /usr/bin/python3 ~/kept/very/deep/backup.py --now\n")
    assert at(find(tmp_path).places, file).pair == ONE


@pytest.mark.parametrize(
    ("by", "text"),
    [
        ("bin/a.sh", "AWS_ACCESS_KEY_ID=$(cat ~/kept/id) AWS_SECRET_ACCESS_KEY=`cat ~/kept/secret` aws s3 ls"),
        ("bin/a.sh", 'export AWS_ACCESS_KEY_ID="$(< ~/kept/id)"\nAWS_SECRET_ACCESS_KEY="$(head -n1 ~/kept/secret)"'),
        ("n/compose.yml", "services: {a: {environment: {AWS_ACCESS_KEY_ID_FILE: /run/secrets/id, "
         "AWS_SECRET_ACCESS_KEY_FILE: /run/secrets/s}, secrets: [id, s]}}\n"
         "secrets: {id: {file: ../kept/id}, s: {file: ../kept/secret}}"),
        (UNIT, "[Service]\nLoadCredential=AWS_ACCESS_KEY:%h/kept/id\nLoadCredential=AWS_SECRET_KEY:%h/kept/secret"),
    ],
)  # fmt: skip
def test_a_key_in_two_files_is_known_and_both_are_told(by: str, text: str, tmp_path: Path) -> None:
    identifier, secret = write(tmp_path / "kept/id", f"{ID}\n"), write(tmp_path / "kept/secret", f"{SECRET}\n")
    write(tmp_path / by, f"{text}\n")
    places = find(tmp_path).places
    assert {place.path for place in places} == {identifier, secret}
    assert all(place.pair == ONE and not place.editable for place in places)
    assert str(secret) in at(places, identifier).note


@pytest.mark.parametrize(
    ("by", "text"),
    [
        (".crontab", "@daily envdir ~/kept/very/env litestream replicate /db s3://pg/x"),
        ("bin/a.sh", "exec chpst -u backup -e $HOME/kept/very/env aws s3 sync /d s3://pg/x"),
    ],
)
def test_a_folder_in_which_each_file_is_a_variable_is_read(by: str, text: str, tmp_path: Path) -> None:
    folder = tmp_path / "kept/very/env"
    identifier = write(folder / "AWS_ACCESS_KEY_ID", f"{ID}\n")
    secret = write(folder / "AWS_SECRET_ACCESS_KEY", f"{SECRET}\n")
    write(folder / "WALG_S3_PREFIX", "s3://bkt/wal\n")
    write(tmp_path / by, f"{text}\n")
    places = find(tmp_path).places
    assert {place.path for place in places} == {identifier, secret}
    assert all(place.pair == ONE for place in places)
    assert {target.bucket for place in places for who in place.consumers for target in who.targets} == {"pg"}


@pytest.mark.parametrize(
    "text",
    [
        'source "$CONFIGURATION/keys"',
        "rclone --config $(find / -name rclone.conf) sync x aws:bkt",
        "export AWS_SHARED_CREDENTIALS_FILE=/run/user/$(id -u)/keys",
    ],
)
def test_what_only_a_run_would_tell_is_a_blind_spot_with_its_name(text: str, tmp_path: Path) -> None:
    path = write(tmp_path / "bin/a.sh", f"#!/bin/sh\n{text}\naws s3 sync x s3://bkt\n")
    (problem,) = find(tmp_path).problems
    assert (problem.code, problem.path) == ("reference.unfollowed", path)
    assert "only a run would tell" in problem.message


def test_a_file_that_is_not_there_is_none(tmp_path: Path) -> None:
    write(tmp_path / "bin/a.sh", "#!/bin/sh\n[ -f ~/.more ] && . ~/.more\nrclone --config ~/gone.conf sync x aws:bkt\n")
    assert find(tmp_path) == Findings()


@pytest.mark.parametrize(
    ("value", "keeper"),
    [
        ("$(pass show aws/id)", "pass"),
        ("op://Private/AWS/id", "1Password"),
        ("$(security find-generic-password -s aws -w)", "macOS keychain"),
        ("`secret-tool lookup aws id`", "Secret Service"),
        ("$(bw get username aws)", "Bitwarden"),
        ("$(vault kv get -field=id secret/aws)", "HashiCorp Vault"),
        ("$(gpg --quiet -d ~/.id.gpg)", "GnuPG"),
    ],
)
def test_what_a_password_manager_keeps_is_named_with_its_script(value: str, keeper: str, tmp_path: Path) -> None:
    path = write(tmp_path / "bin/a.sh", f"#!/bin/sh\nexport AWS_ACCESS_KEY_ID={value}\nrestic -r s3:h.example/bkt ls\n")
    (problem,) = find(tmp_path).problems
    assert (problem.code, problem.client, problem.path) == ("client.blind-spot", "password-manager", path)
    assert keeper in problem.title


def test_on_another_disk_a_path_is_looked_up_there_or_named_and_never_here(tmp_path: Path) -> None:
    here = write(tmp_path / "here/keys.env", VARIABLES)
    home = tmp_path / "disk/Users/Jo"
    there = write(tmp_path / "disk/srv/keys.env", VARIABLES)
    write(home / "bin/a.sh", f"#!/bin/sh\n# aws s3://x\n. /srv/keys.env\n. {here}\n")
    assert [place.path for place in find(home, "macos").places] == [there]

    linux = tmp_path / "mnt/home/jo"
    mine = write(linux / "kept/very/deep/keys", VARIABLES)
    write(linux / "bin/a.sh", f"#!/bin/sh\n# aws s3://x\n. /home/jo/kept/very/deep/keys\n. {here}\n")
    found = find(linux)
    assert [place.path for place in found.places] == [mine]
    assert [problem.code for problem in found.problems] == ["reference.unfollowed"]


def test_on_another_disk_no_link_leads_to_this_computer(tmp_path: Path) -> None:
    here = write(tmp_path / "here/keys.env", VARIABLES)
    home = tmp_path / "disk/Users/Jo"
    write(home / "bin/a.sh", "#!/bin/sh\n# aws s3://x\n. ~/kept/very/deep/keys\n")
    (home / "kept/very/deep").mkdir(parents=True)
    (home / "kept/very/deep/keys").symlink_to(here)
    found = find_everything(Computer(Platform.MACOS, home, {}, is_this_one=False))
    assert found.places == ()
    assert [problem.code for problem in found.problems] == ["reference.unfollowed"]


@pytest.mark.parametrize(
    ("by", "text"),
    [
        (".config/systemd/user/a@.service", "[Service]\nExecStart=%h/kept/%i --daily\n"),
        (".config/systemd/user/a@.service", "[Service]\nExecStart=rclone ls aws:b --config %h/kept/%i\n"),
        (".config/systemd/user/a@.service", "[Service]\nLoadCredential=AWS_ACCESS_KEY_ID:%h/kept/%i\n"),
        ("bin/a.sh", '#!/bin/sh\nfor f in ~/kept/*; do . "$f"; restic backup /; done\n'),
        ("docker/compose.yml", "services: {a: {image: rclone/rclone, volumes: ['../kept:/config/rclone']}}\n"),
        ("bin/a.sh", "#!/bin/sh\nrun-parts ~/kept\nrestic backup /\n"),
    ],
)
def test_a_folder_of_more_files_than_are_followed_is_named(by: str, text: str, tmp_path: Path) -> None:
    for number in range(MATCHES + 1):
        write(tmp_path / f"kept/{number:03}", "#!/bin/sh\necho nothing of S3\n").chmod(0o700)
    write(tmp_path / by, text)
    told = [problem.path for problem in find(tmp_path).problems if problem.code == "search.bounded"]
    assert tmp_path / "kept" in told
    (tmp_path / "kept/000").unlink()
    assert tmp_path / "kept" not in [problem.path for problem in find(tmp_path).problems]


@pytest.mark.parametrize("call", ["source_env ../keys.envrc", "dotenv ../keys.envrc", "dotenv_if_exists ../keys.envrc"])
def test_what_direnv_reads_is_followed(call: str, tmp_path: Path) -> None:
    client = tmp_path / "work" / "client"
    client.mkdir(parents=True)
    (client / ".envrc").write_text(f"{call}\nexport RESTIC_REPOSITORY=s3:s3.amazonaws.com/bkt\n", encoding="utf-8")
    pair = f"export AWS_ACCESS_KEY_ID=AKIAONE0000000000001\nexport AWS_SECRET_ACCESS_KEY={'oneONE/+on' * 4}\n"
    (client.parent / "keys.envrc").write_text(pair, encoding="utf-8")
    (place,) = find_everything(Computer.at(tmp_path, "linux")).places
    assert (place.path.name, place.editable) == ("keys.envrc", True)


def test_an_execline_script_names_its_folder_of_variables(tmp_path: Path) -> None:
    folder = tmp_path / "service" / "backup"
    (folder / "env").mkdir(parents=True)
    (folder / "env" / "AWS_ACCESS_KEY_ID").write_text("AKIAONE0000000000001\n", encoding="utf-8")
    (folder / "env" / "AWS_SECRET_ACCESS_KEY").write_text(f"{'oneONE/+on' * 4}\n", encoding="utf-8")
    run = f"#!/bin/execlineb -P\ns6-envdir {folder}/env\nrestic -r s3:s3.amazonaws.com/bkt backup /srv\n"
    (folder / "run").write_text(run, encoding="utf-8")
    places = find_everything(Computer.at(tmp_path, "linux")).places
    assert {place.path.name for place in places} == {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
