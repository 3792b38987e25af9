"""Which profiles may give up their pair: those whose every reader then asks, and comes to the same key."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from keyturn.clients.asking_edits import ask_keyturn, hold_pair, why_not
from keyturn.clients.registry import find_everything
from keyturn.clients.variables.starters import ProfileStarts, what_starts
from keyturn.computer.computer import Computer, Platform
from keyturn.model.errors import ClientError, FileError
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.pair_layout import PairLayout
from keyturn.model.places import Place

PAIR = KeyPair(AccessKeyId("AKIAONE0000000000001"), Secret("oneONEoneONEoneONEoneONEoneONEoneONE/+on"))
LINES = f"aws_access_key_id = {PAIR.access_key_id}\naws_secret_access_key = {PAIR.secret.reveal()}\n"
COMMAND = "/usr/bin/keyturn credentials /office/nas"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(f"[nas]\n{LINES}")
    return tmp_path


def computer(home: Path) -> Computer:
    return Computer(Platform.LINUX, home, {}, is_this_one=False)


def place_in(home: Path, name: str = "nas", file: str = "credentials") -> Place:
    places = find_everything(computer(home), corners=False).places
    return next(one for one in places if one.name == name and one.path == home / ".aws" / file)


def write(home: Path, name: str, text: str) -> Path:
    path = home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_profile_that_stands_alone_can(home: Path) -> None:
    write(home, ".aws/config", "[profile nas]\nregion = eu-central-1\n\n[profile other]\nrole_arn = x\n")
    assert why_not(computer(home), place_in(home)) == ""


@pytest.mark.parametrize(
    ("config", "more", "why"),
    [
        ("[profile nas]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = other\n", "", "role_arn"),
        ("[profile nas]\ncredential_process = /usr/bin/vault\n", "", "credential_process"),
        (f"[profile nas]\n{LINES}", "", "aws_access_key_id"),
        ("[profile nas]\nsso_session = work\n", "", "sso_session"),
        ("[profile deep]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = nas\n", "", "takes a role"),
        ("", "\n[deep]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = nas\n", "takes a role"),
        ("", "\n[DEFAULT]\ncredential_process = /usr/bin/vault\n", "inherit"),
        ("[profile nas\n", "", "is not known"),
    ],
)
def test_one_of_which_another_line_speaks_stays(home: Path, config: str, more: str, why: str) -> None:
    credentials = home / ".aws/credentials"
    credentials.write_text(credentials.read_text() + more)
    write(home, ".aws/config", config)
    assert why in why_not(computer(home), place_in(home))


def test_one_of_the_config_file_stays_because_restic_does_not_read_it(home: Path) -> None:
    write(home, ".aws/config", f"[profile near]\n{LINES}")
    assert "~/.aws/credentials" in why_not(computer(home), place_in(home, "near", "config"))


@pytest.mark.parametrize(
    ("program", "may"), [("restic -r s3:s3.amazonaws.com/b backup /home", True), ("s5cmd ls", False)]
)
def test_one_that_a_program_takes_which_is_not_known_to_ask_stays(home: Path, program: str, may: bool) -> None:
    place = place_in(home)
    name = program.split(maxsplit=1)[0]
    from keyturn.model.places import Consumer

    taken = replace(place, consumers=(Consumer(name, "job.sh, line 2"),))
    assert (why_not(computer(home), taken) == "") is may


def starts_of(home: Path) -> ProfileStarts:
    place = place_in(home)
    return what_starts(computer(home), [place])[place.identity]


def test_what_timetables_and_units_start_with_it_is_seen_through_their_scripts(home: Path) -> None:
    script = write(home, "bin/nightly.sh", "#!/bin/sh\naws --profile nas s3 sync /home s3://b\n")
    table = write(home, ".crontab", f"0 3 * * * {script}\n")
    unit = write(
        home, ".config/systemd/user/b.service", "[Service]\nExecStart=/usr/bin/aws --profile nas s3 ls s3://b\n"
    )
    other = write(
        home, ".config/systemd/user/c.service", "[Service]\nExecStart=/usr/bin/aws --profile x s3 ls s3://b\n"
    )
    found = starts_of(home)
    assert set(found.timetables) == {table, unit}
    assert not any(str(other) in why for why in found.unsure)


def test_a_script_that_nobody_starts_but_a_person_is_no_timetable(home: Path) -> None:
    write(home, "bin/nightly.sh", "#!/bin/sh\naws --profile nas s3 sync /home s3://b\n")
    found = starts_of(home)
    assert (found.timetables, found.containers) == ((), ())
    assert len(found.unsure) == 1  # what lies outside of another computer's home


def test_a_timetable_that_names_it_without_a_command_that_is_known_is_told(home: Path) -> None:
    table = write(home, ".crontab", "0 3 * * * /opt/backup --account nas\n5 3 * * * /usr/bin/true nas2\n")
    found = starts_of(home)
    assert found.timetables == ()
    assert any(str(table) in why for why in found.unsure)


def test_a_script_that_becomes_somebody_else_is_told(home: Path) -> None:
    script = write(home, "bin/run.sh", "#!/bin/sh\nsudo -E aws --profile nas s3 sync /home s3://b\n")
    assert any(str(script) in why for why in starts_of(home).unsure)


def test_a_container_that_may_be_lent_the_files_is_told(home: Path) -> None:
    script = write(home, "bin/run.sh", "#!/bin/sh\ndocker run -v ~/.aws:/root/.aws restic/restic backup\n")
    write(home, "bin/aws.sh", "#!/bin/sh\naws --profile nas s3 ls s3://b\n")
    assert any(str(script) in why for why in starts_of(home).unsure)


def test_another_pair_than_the_one_that_was_kept_is_never_taken_out(home: Path) -> None:
    place, file = place_in(home), home / ".aws/credentials"
    before = file.read_bytes()
    remembered: list[PairLayout] = []
    strange = KeyPair(PAIR.access_key_id, Secret("x" * 40))
    with pytest.raises(FileError):
        ask_keyturn(place, COMMAND, strange, file, remembered.append)
    assert (file.read_bytes(), remembered) == (before, [])


def test_how_the_pair_stood_is_remembered_before_it_goes(home: Path) -> None:
    place, file = place_in(home), home / ".aws/credentials"
    before = file.read_bytes()
    ask_keyturn(place, COMMAND, PAIR, file, lambda _layout: _same(file.read_bytes(), before))
    assert ask_keyturn(place, COMMAND, PAIR, file, lambda _layout: pytest.fail("again")).changed is False


def test_a_line_that_asks_for_another_name_is_not_written_over(home: Path) -> None:
    place, file = place_in(home), home / ".aws/credentials"
    ask_keyturn(place, COMMAND, PAIR, file, lambda _layout: None)
    before = file.read_bytes()
    with pytest.raises(ClientError):
        hold_pair(place, "/office/other", PAIR, file, None)
    assert file.read_bytes() == before


def test_a_link_that_leads_elsewhere_by_now_is_not_followed(home: Path) -> None:
    place, file = place_in(home), home / ".aws/credentials"
    planned = file.rename(home / "one")
    other = write(home, "two", planned.read_text())
    file.symlink_to(other)
    with pytest.raises(FileError):
        ask_keyturn(place, COMMAND, PAIR, planned, lambda _layout: None)
    assert other.read_bytes() == planned.read_bytes()


def _same(now: bytes, before: bytes) -> None:
    assert now == before
