"""A rotation that takes pairs out of files: killed or refused anywhere, each profile has a pair that works."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import pytest

from keyturn.computer.leftover_copies import clear_temporaries
from keyturn.edits.filesystem import RealFileSystem
from keyturn.model.errors import ClientError
from keyturn.model.keys import KeyPair
from keyturn.rotation import rotation_service
from keyturn.rotation.cancelling import CancelToken
from keyturn.rotation.context import Context, Event, Moment
from keyturn.rotation.key_life import helper as helpers
from keyturn.rotation.key_life.handing_out import current_pair
from keyturn.rotation.key_life.helper import Helper
from keyturn.rotation.planning.plan import IntoKeychain
from keyturn.rotation.steps import Ending, Result, Route, State, Step
from keyturn.state import stored_key_names
from keyturn.state.secrets import FileSecrets

from .conftest import Office
from .test_interrupted import killed_at
from .test_move_killed import _KILLED, _WRITING

NAME = "/aws/nas"
BUCKET = "family-archive"


class Stopped(BaseException):
    """Keyturn ends here."""


@dataclass
class AskingOffice(Office):
    """An office with a profile and a remote of rclone's that may ask, and a profile that lends its key to a role."""

    @property
    def credentials(self) -> Path:
        return self.home / ".aws" / "credentials"

    @property
    def program(self) -> Path:
        return self.home.parent / "keyturn"

    def start(self, *, cancel: CancelToken | None = None, progress: Callable[[Event], None] | None = None) -> Context:
        started = super().start(cancel=cancel, progress=progress)
        served = lambda name, _folder: self.handed(name)  # noqa: E731
        return replace(started, computer=replace(started.computer, served=served))

    def handed(self, name: str) -> KeyPair:
        """What anyone who asks gets at this moment."""
        return current_pair(self.memory, FileSecrets(self.memory / "secrets.json"), name)

    def answer(self, argv: Sequence[str], _environment: object) -> bytes:
        """What the helper writes."""
        assert argv[:2] == [str(self.program), "credentials"]
        pair = self.handed(argv[2])
        given = {"AccessKeyId": pair.access_key_id.value, "SecretAccessKey": pair.secret.reveal()}
        return json.dumps({"Version": 1, **given}).encode()

    def write_programs(self) -> None:
        """Two profiles and a remote of rclone's."""
        super().write_programs()
        (self.home / ".config" / "restic" / "office.env").unlink()
        pair = f"aws_access_key_id={self.old.access_key_id}\naws_secret_access_key = {self.old.secret.reveal()}\n"
        text = (
            f"; mine\n[nas]\nregion = eu-central-1\n{pair}\n[lent]\n{pair}[role]\nrole_arn = x\nsource_profile = lent\n"
        )
        self.write(".aws/credentials", text)

    def contents(self) -> dict[Path, bytes]:
        """Every file."""
        return {path: path.read_bytes() for path in self.home.rglob("*") if path.is_file()}

    def put_back(self, contents: dict[Path, bytes]) -> None:
        """Have the files stand as they did."""
        for path in self.contents().keys() - contents.keys():
            path.unlink()
        for path, content in contents.items():
            path.write_bytes(content)

    def into(self) -> IntoKeychain:
        return IntoKeychain(Helper(self.program, (), needs_session=False), by_me=True)

    def rotate_into(self, start: Callable[[], Context] | None = None, route: Route | None = None) -> Result:
        plan = self.plan(route, buckets=(BUCKET,), into=self.into())
        return rotation_service.rotate((start or self.start)(), plan)

    def expect_sound(self) -> str:
        """See that every place holds or gets a whole pair that works now; return how the profile comes to its."""
        for key in self.pairs_in_files():
            assert self.account.accepts(self.old if key == self.old.access_key_id.value else self.kept_by_id(key))
        assert not list(self.home.rglob(".keyturn-*"))
        asks = f"{self.program} credentials {NAME}".encode() in self.credentials.read_bytes()
        remote = b"profile = aws-nas" in (self.home / ".config" / "rclone" / "rclone.conf").read_bytes()
        return "asks" if asks and remote else "between" if asks or remote else "holds"


@pytest.fixture
def asking(office: Office, monkeypatch: pytest.MonkeyPatch) -> AskingOffice:
    """The office; anyone who starts the helper is answered without the start of a program."""
    made = AskingOffice(**{one.name: getattr(office, one.name) for one in fields(Office)})
    made.write_programs()

    monkeypatch.setattr(helpers, "answer_of_our_own", made.answer)
    return made


def test_a_renewal_after_it_changes_no_file_and_the_pair_can_come_back_as_the_key_of_now(asking: AskingOffice) -> None:
    asking.use_key_of_user("backup", age_days=400)
    asking.credentials.write_text(asking.credentials.read_text().partition("\n[lent]")[0])
    first = asking.rotate_into(route=Route.SAME_USER)
    assert first.ending is Ending.WAITING, first.problem
    assert asking.expect_sound() == "asks"
    assert rotation_service.turn_off(asking.start(), None).ending is Ending.DONE
    done = rotation_service.delete(asking.start(), None, asking.old.access_key_id.last4)
    assert done.ending is Ending.DONE, done.problem
    before = asking.contents()
    asking.old = asking.kept(first.new_access_key_id)  # type: ignore[arg-type]
    again = asking.rotate(Route.SAME_USER, buckets=(BUCKET,))
    assert again.ending is Ending.WAITING, again.problem
    assert asking.pairs_in_files() == {str(again.new_access_key_id)}
    assert asking.contents() == before


@pytest.mark.parametrize("stops", ["before it begins", "when the new key is to be handed out"])
def test_where_whoever_asks_gets_no_key_everything_is_as_it_was(
    asking: AskingOffice, monkeypatch: pytest.MonkeyPatch, stops: str
) -> None:
    files = asking.contents()
    sound = asking.answer

    def answer(argv: Sequence[str], environment: Any) -> bytes:  # noqa: ANN401
        if stops == "before it begins" or asking.handed(NAME) != asking.old:
            raise ClientError("It did not start", "", code="program.failed")
        return sound(argv, environment)

    monkeypatch.setattr(helpers, "answer_of_our_own", answer)
    result = asking.rotate_into()
    assert (result.ending, result.problem is not None and result.problem.code) == (Ending.PUT_BACK, "program.failed")
    assert asking.contents() == files
    assert [one.access_key_id for one in asking.account.listed_keys()] == [asking.old.access_key_id]
    assert stored_key_names.load(asking.memory) == {}
    assert (asking.rotations() == ()) is (stops == "before it begins")


# Of all moments, which the sweep of the whole rotation has, some; an odd number meets both sides of an entry.
_EVERY = 23


def test_killed_at_any_entry_or_request_it_goes_on_or_back(asking: AskingOffice) -> None:
    before = asking.contents()
    nth, over = 5, 0
    while killed_at(asking, nth, lambda context: asking.rotate_into(lambda: context)):
        asking.expect_sound()
        rotations = asking.rotations()
        if rotations and not rotations[-1].is_over:
            over += 1
            if over % 2:
                result = rotation_service.carry_on(asking.start(), None)
                assert (result.problem, asking.expect_sound()) == (None, "asks"), nth
            result = rotation_service.undo(asking.start(), None)
            assert (result.problem, result.state) == (None, State.UNDONE), nth
        assert asking.contents() == before, nth
        nth += _EVERY
    assert over > 2
    assert rotation_service.undo(asking.start(), None).state is State.UNDONE


def killed_in(step: Step, number: int, office: AskingOffice, work: Callable[[Context], Result]) -> bool:
    """Do it in a process that ends without a word before its write of this number in the step's files.

    False: it came past the last of them, and ended there.
    """
    child = os.fork()
    if not child:
        count, counting = 0, False
        told: list[str] = []

        def counted(call: Callable[..., Any]) -> Callable[..., Any]:
            def asked(*words: Any, **named: Any) -> Any:  # noqa: ANN401  (whatever the call takes)
                nonlocal count
                count += counting
                if counting and count == number:
                    os._exit(_KILLED)
                return call(*words, **named)

            return asked

        def is_last(event: Event) -> bool:
            told.extend(event.places)
            return step is Step.UNDO and len(told) == 3

        def seen(event: Event) -> None:
            nonlocal counting
            if event.step is step and event.moment is Moment.STARTED:
                counting = True
            # Once the third place has its pair again, the new key is removed at AWS.
            elif counting and (event.moment is Moment.DONE or is_last(event)):
                os._exit(0)

        for name in _WRITING:
            setattr(os, name, counted(getattr(os, name)))
        setattr(RealFileSystem, "exchange", counted(RealFileSystem.exchange))  # noqa: B010
        try:
            work(office.start(progress=seen))
        finally:
            os._exit(98)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in {0, _KILLED}, f"it failed before write {number}"
    return code == _KILLED


@pytest.mark.parametrize("step", [Step.SWITCH, Step.UNDO])
def test_killed_before_any_write_of_a_file_every_place_has_a_key_that_works(asking: AskingOffice, step: Step) -> None:
    first = asking.contents()
    if step is Step.SWITCH:

        def stop(event: Event) -> None:
            if event.step is Step.SWITCH:
                raise Stopped

        with pytest.raises(Stopped):
            asking.rotate_into(lambda: asking.start(progress=stop))
        work = rotation_service.carry_on
    else:
        assert asking.rotate_into().ending is Ending.WAITING
        work = rotation_service.undo
    before = asking.contents()
    kept = asking.memory.with_name("kept")
    shutil.copytree(asking.memory, kept)
    ways: set[str] = set()
    at, killed = 1, True
    while killed:
        killed = killed_in(step, at, asking, lambda context: work(context, None))
        for folder in (asking.memory, asking.credentials.parent, asking.home / ".config" / "rclone"):
            clear_temporaries(folder)
        way = f"{asking.expect_sound()} {len(asking.pairs_in_files())}"
        if way not in ways and step is Step.SWITCH:
            assert rotation_service.carry_on(asking.start(), None).problem is None, at
            assert asking.expect_sound() == "asks"
        ways.add(way)
        if killed:
            shutil.rmtree(asking.memory)
            shutil.copytree(kept, asking.memory)
            asking.put_back(before)
        at += 1
    assert at > 12  # writes
    assert {one.split()[0] for one in ways} == {"holds", "between", "asks"}
    assert rotation_service.undo(asking.start(), None).state is State.UNDONE
    assert asking.contents() == first
