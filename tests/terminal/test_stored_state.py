"""Whatever stands in Keyturn's folder: every command reads every version, and tells damage and what is newer."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import pytest

from .conftest import Answer, Desk

FROZEN = Path(__file__).parents[1] / "frozen"
OLD = "AKIAIT2JM32CYOQZC7NK"
COMMANDS = {
    "scan": ("scan", "--offline"),
    "plan": ("plan", "KEY"),
    "rotate": ("rotate", "KEY", "--yes"),
    "continue": ("continue",),
    "status": ("status",),
    "done": ("done", "turn-off"),
    "undo": ("undo", "--yes"),
    "turn-off": ("turn-off", "--yes"),
    "turn-on": ("turn-on",),
    "delete": ("delete", "--confirm", "C7NK"),
    "end": ("end", "--confirm", "C7NK"),
    "verify": ("verify",),
    "name": ("name", "KEY", "/office/nas"),
    "history": ("history", "/office/nas"),
    "move": ("move", "KEY", "--into", "files", "--yes"),
    "remind": ("remind",),
    "snooze": ("remind", "--snooze", "3"),
    "renew": ("renew", "--list"),
    "renew-due": ("renew", "--due"),
    "keeper": ("keeper",),
    "tell": ("tell", "list"),
    "hold": ("hold", "KEY", "--yes"),
    "report": ("report", "--offline"),
}


def typed(desk: Desk, name: str, *options: str) -> Answer:
    words = [desk.old.access_key_id.value if word == "KEY" else word for word in COMMANDS[name]]
    return desk.type(*words, *options)


def problems_of(answer: Answer) -> list[str]:
    """The codes of the problems that a JSON answer names."""
    last = answer.lines[-1]
    named = [last.get("problem"), *last.get("memory_problems", ())]
    return [one["code"] for one in named if one is not None]


# ── Every version that ever was ──────────────────────────────────────────────────────────────────────────────────────


def thaw(desk: Desk, journal: str, secrets: str) -> None:
    """Lay files as that version wrote them into Keyturn's folder."""
    desk.state_dir.mkdir(mode=0o700)

    def text_of(name: str) -> str:
        text = (FROZEN / name).read_text(encoding="utf-8")
        return text.replace("@HOME@", str(desk.home)).replace("@URL@", desk.endpoint_url)

    with closing(sqlite3.connect(desk.state_dir / "journal.sqlite3")) as database:
        database.executescript(text_of(journal))
    for name, frozen in (
        ("secrets", secrets),
        ("settings", "settings-1.json"),
        ("seen-keys", "seen-keys-1.json"),
        ("reminding", "reminding-1.json"),
        ("key-names", "key-names-1.json"),
        ("moves", "moves-1.json"),
        ("renewals", "renewals-1.json"),
        ("keeper", "keeper-1.json"),
        ("recipients", "recipients-1.json"),
        ("telling", "telling-1.json"),
        ("computer", "computer-1.json"),
    ):
        (desk.state_dir / f"{name}.json").write_text(text_of(frozen), encoding="utf-8")
    for file in desk.state_dir.iterdir():
        file.chmod(0o600)


@pytest.mark.parametrize("journal", sorted(path.name for path in FROZEN.glob("journal-*.sql")))
def test_every_command_opens_what_every_version_wrote(small_desk: Desk, journal: str) -> None:
    desk = small_desk
    for number, name in enumerate(COMMANDS):
        desk.state_dir = desk.state_dir.with_name(f"state-{number}")
        thaw(desk, journal, f"secrets-{number % 2}.json")
        answer = typed(desk, name, "--json")
        assert answer.code in {0, 1, 2, 3, 4}, name
        said = json.dumps(answer.lines[-1])
        assert "unexpected" not in problems_of(answer), said
        assert not {"journal.newer", "journal.broken", "state.newer", "state.damaged", "secrets.file"} & set(
            problems_of(answer)
        ), said
        assert answer.code != 1 or name == "verify", said


# ── A folder that takes nothing ──────────────────────────────────────────────────────────────────────────────────────

CHANGING = ("rotate", "continue", "done", "undo", "turn-off", "turn-on", "delete", "end", "name", "move", "hold")


def test_every_command_that_changes_something_stops_where_keyturns_folder_takes_no_lock(small_desk: Desk) -> None:
    desk = small_desk
    (desk.state_dir / "keyturn.lock").mkdir(mode=0o700, parents=True)  # as a read-only disk: nobody may write one
    desk.state_dir.chmod(0o700)
    for name in CHANGING:
        answer = typed(desk, name, "--json")
        assert (answer.code, problems_of(answer)) == (4, ["lock.unavailable"]), name
    assert not {"iam:CreateUser", "iam:CreateAccessKey", "iam:TagUser"} & set(desk.account.log.actions())


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on what a process writes")
def test_what_is_to_be_remembered_stops_a_command_where_the_disk_is_full(small_desk: Desk) -> None:
    import resource

    desk = small_desk
    assert desk.type("scan", "--offline").code == 0
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    for name, code in (("snooze", "state.unwritable"), ("rotate", "journal.broken")):
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, usual[1]))
        try:
            answer = typed(desk, name, "--json")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, usual)
        assert (answer.code, problems_of(answer)) == (4, [code]), name


# ── Damage, and what is newer ────────────────────────────────────────────────────────────────────────────────────────

DAMAGE: dict[str, Callable[[Path], object]] = {
    "truncated": lambda file: file.write_text('{"version": 1, '),
    "empty": lambda file: file.write_text(""),
    "wrong types": lambda file: file.write_text(
        '{"version": 1, "secrets": 3, "homes": 3, "watch_days": "3", "snoozed_until": 3}'
    ),
    "a list": lambda file: file.write_text("[]"),
    "no text": lambda file: file.write_bytes(b"\xff\xfe\x00\x81"),
    "too deep": lambda file: file.write_text("[" * 200_000),
    "a folder": lambda file: file.mkdir(),
    "a link": lambda file: file.symlink_to("/etc/hostname"),
    "a link to nothing": lambda file: file.symlink_to("nothing"),
    "newer": lambda file: file.write_text('{"version": 99}'),
}
FILES = (
    *("settings.json", "secrets.json", "seen-keys.json", "reminding.json", "bucket-answers.json"),
    *("key-names.json", "moves.json", "renewals.json", "keeper.json", "recipients.json", "telling.json"),
    *("computer.json", "journal.sqlite3"),
)


def expect_told(desk: Desk, file: str, names: Iterable[str]) -> None:
    for name in names:
        answer = typed(desk, name, "--json")
        assert answer.code == 4, (name, answer.out, answer.err)
        assert problems_of(answer), name
        assert "unexpected" not in problems_of(answer), (name, answer.out)
    answer = typed(desk, "status")
    assert answer.code == 4
    assert "Traceback" not in answer.err
    assert file in answer.err


@pytest.mark.parametrize("damage", ["truncated", "newer"])
@pytest.mark.parametrize("file", FILES)
def test_every_command_tells_what_it_cannot_read_and_ends_with_4(small_desk: Desk, file: str, damage: str) -> None:
    small_desk.state_dir.mkdir(mode=0o700)
    DAMAGE[damage](small_desk.state_dir / file)
    expect_told(small_desk, file, COMMANDS)


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("file", FILES)
def test_damage_of_every_kind_is_told_and_not_written_over(desk: Desk, file: str, damage: str) -> None:
    desk.forget_programs()
    desk.state_dir.mkdir(mode=0o700)
    path = desk.state_dir / file
    DAMAGE[damage](path)
    before = path.lstat()
    expect_told(desk, file, ("scan", "remind", "snooze", "undo"))
    assert (path.lstat().st_ino, path.lstat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert not (desk.state_dir / "nothing").exists(), "nothing is written through a link"


def test_what_does_not_need_the_damaged_part_is_answered_all_the_same(small_desk: Desk) -> None:
    small_desk.rotate()
    (small_desk.state_dir / "reminding.json").write_text("{")
    scan = small_desk.type("scan", "--offline", "--json")
    assert (scan.code, bool(scan.document["keys"])) == (4, True)
    status = small_desk.type("status", "--json")
    assert (status.code, len(status.document["rotations"])) == (4, 1)
    assert [one["code"] for one in status.document["memory_problems"]] == ["state.damaged"]
    undo = small_desk.type("undo", "--json")
    assert (undo.code, undo.lines[-1]["state"]) == (4, "undone"), "the way back is open"


def test_a_rotation_of_a_newer_keyturn_hides_no_other_one(small_desk: Desk) -> None:
    desk = small_desk
    thaw(desk, "journal-1.sql", "secrets-1.json")
    with closing(sqlite3.connect(desk.state_dir / "journal.sqlite3")) as database:
        database.execute("UPDATE entry SET mark = 'delegated' WHERE rotation = '20261130-C7NK' AND number % 2")
        database.commit()
    answer = desk.type("status", "--json")
    assert answer.code == 4
    assert {one["rotation"] for one in answer.document["rotations"]} == {"20261001-52AB", "20261101-C7NK"}
    (problem,) = answer.document["memory_problems"]
    assert problem["code"] == "journal.newer"
    assert "20261130-C7NK" in problem["title"]
    assert "Use the newer Keyturn" in desk.type("status").err
