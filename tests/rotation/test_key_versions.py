"""Which key a name means at every moment: after whichever entry Keyturn is killed, it is one that works."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from keyturn.model.errors import StateError
from keyturn.model.key_names import KeyName
from keyturn.model.keys import AccessKeyId
from keyturn.rotation import rotation_service
from keyturn.rotation.key_life.key_versions import Author, NamedKey, VersionState, key_named, with_all_versions
from keyturn.rotation.steps import By, Ending, Route, Step
from keyturn.state import stored_key_names
from keyturn.state.journal import FILE_NAME, Mark
from keyturn.state.stored_key_names import FirstKey

from .conftest import Office

NAME = "/office/nas"


def name_it(office: Office) -> None:
    first = FirstKey(office.old.access_key_id, datetime(2026, 1, 1, tzinfo=UTC), seen=True)
    stored_key_names.save(office.memory, {KeyName(NAME): first})


def named_after(office: Office, entries: int) -> NamedKey:
    """What the name means to anyone who reads the journal when so many entries are written."""
    copy = office.memory.with_name(f"memory-{entries}")
    copy.mkdir(mode=0o700)
    for file in (FILE_NAME, stored_key_names.FILE_NAME):
        (copy / file).write_bytes((office.memory / file).read_bytes())
        (copy / file).chmod(0o600)
    with closing(sqlite3.connect(copy / FILE_NAME)) as database:
        database.execute("DELETE FROM entry WHERE number > ?", (entries,))
        database.commit()
    return key_named(copy, NAME)


@pytest.mark.parametrize("route", [Route.SCOPED_USER, Route.NEW_ROOT_KEY])
def test_it_is_the_old_key_until_the_proof_and_from_the_first_entry_of_an_undo(office: Office, route: Route) -> None:
    name_it(office)
    new = office.rotate(route).new_access_key_id
    assert new is not None
    assert rotation_service.undo(office.start(), None).ending is Ending.DONE
    (rotation,) = office.rotations()
    proved = rotation.latest(Step.PROVE, Mark.DONE)
    undo = next(one for one in rotation.entries if one.step == Step.UNDO and one.mark is Mark.INTENT)
    assert proved is not None
    for count in range(len(rotation.entries) + 1):
        written = rotation.entries[:count]
        wanted = new if proved in written and undo not in written else office.old.access_key_id
        assert named_after(office, count).current.key == wanted, written[-1:]


def test_the_chain_goes_on_over_rotations_and_each_keeps_its_number(office: Office) -> None:
    name_it(office)
    second = office.rotate(Route.NEW_ROOT_KEY).new_access_key_id
    assert rotation_service.turn_off(office.start(), None, By.KEY).ending is not Ending.STOPPED
    assert rotation_service.delete(office.start(), None, office.old.access_key_id.last4).ending is Ending.DONE
    first, office.old = office.old, office.kept_by_id(str(second))
    third = office.rotate(Route.NEW_ROOT_KEY).new_access_key_id
    named = key_named(office.memory, NAME)
    assert [(one.number, one.key, one.state) for one in named.versions] == [
        (1, first.access_key_id, VersionState.DELETED),
        (2, second, VersionState.PREVIOUS),
        (3, third, VersionState.CURRENT),
    ]
    assert named.versions[0].until == named.versions[1].since
    assert third is not None
    assert with_all_versions(office.memory, third) == named.keys


def test_a_rotation_that_was_closed_as_it_stood_leaves_the_key_that_works(office: Office) -> None:
    name_it(office)
    new = office.rotate(Route.NEW_ROOT_KEY).new_access_key_id
    assert new is not None
    office.account.root_turn_off(new)
    office.clock.sleep(60)
    rotation_service.end(office.start(), None, office.old.access_key_id.last4)
    assert key_named(office.memory, NAME).current.key == office.old.access_key_id


def test_a_rotation_of_the_key_that_cannot_be_read_is_no_guess(office: Office) -> None:
    name_it(office)
    office.rotate(Route.NEW_ROOT_KEY)
    with closing(sqlite3.connect(office.memory / FILE_NAME)) as database:
        database.execute("UPDATE entry SET mark = 'delegated' WHERE step = 'undo' OR step = 'prove'")
        database.commit()
    with pytest.raises(StateError):
        key_named(office.memory, NAME)


def test_what_a_newer_keyturn_says_beside_it_keeps_no_key_from_its_programs(office: Office) -> None:
    name_it(office)
    new = office.rotate(Route.NEW_ROOT_KEY).new_access_key_id
    rotation_service.turn_off(office.start(), None, By.KEY)
    rewrite(office, Step.TURN_OFF, {"by": "butler", "weather": "fair"})
    old, current = key_named(office.memory, NAME).versions
    assert (current.key, current.state) == (new, VersionState.CURRENT)
    assert (old.state, old.author) == (VersionState.OFF, Author.PERSON)


def test_how_a_rotation_was_closed_is_no_guess_where_a_newer_keyturn_says_it(office: Office) -> None:
    name_it(office)
    office.rotate(Route.NEW_ROOT_KEY)
    rotation_service.end(office.start(), None, office.old.access_key_id.last4)
    rewrite(office, Step.END, {"ended": {"old": "asleep", "new": "on", "holds": []}})
    with pytest.raises(StateError):
        key_named(office.memory, NAME)


def rewrite(office: Office, step: Step, facts: object) -> None:
    """Have the entry that says that the step is done say this."""
    with closing(sqlite3.connect(office.memory / FILE_NAME)) as database:
        change = "UPDATE entry SET facts = ? WHERE step = ? AND mark = 'done'"
        assert database.execute(change, (json.dumps(facts), step.value)).rowcount == 1
        database.commit()


def test_a_rotation_of_another_key_that_cannot_be_read_is_no_obstacle(office: Office) -> None:
    office.rotate(Route.NEW_ROOT_KEY)
    other = AccessKeyId("AKIAIT2JM32CYOQZ52AB")
    stored_key_names.save(office.memory, {KeyName(NAME): FirstKey(other, datetime(2026, 1, 1, tzinfo=UTC), seen=False)})
    with closing(sqlite3.connect(office.memory / FILE_NAME)) as database:
        database.execute("UPDATE rotation SET decision = '{'")
        database.commit()
    assert key_named(office.memory, NAME).current.key == other
