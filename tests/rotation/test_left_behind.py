"""After *switch* each edited file is read once more for the old key: what stands there still is awaited."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.clients.occurrences import spots_of
from keyturn.model.keys import AccessKeyId
from keyturn.model.places import PlaceKind
from keyturn.rotation import rotation_service
from keyturn.rotation.context import Event, Moment
from keyturn.rotation.finding.left_behind import left_behind
from keyturn.rotation.steps import Ending, Result, Route, Step

from .conftest import Office


def rotated_while_somebody_writes(office: Office, line: str) -> Result:
    """A rotation in which somebody adds a line to restic's file after it was planned and before it is edited."""
    restic = office.home / ".config/restic/office.env"

    def write(event: Event) -> None:
        office.events.append(event)
        if (event.step, event.moment) == (Step.SWITCH, Moment.STARTED):
            restic.write_text(restic.read_text() + line)

    return rotation_service.rotate(office.start(progress=write), office.plan(Route.SCOPED_USER))


def awaited_in(result: Result, path: Path) -> list[str]:
    return [one.item for one in result.awaiting if f"Look at {path}" in one.title]


@pytest.fixture
def restic(office: Office) -> Path:
    return office.home / ".config/restic/office.env"


def test_a_line_that_the_edit_does_not_reach_is_told_with_its_number_and_awaited(office: Office, restic: Path) -> None:
    count = len(restic.read_text().splitlines())
    result = rotated_while_somebody_writes(office, f"# before: {office.old.access_key_id}\n")

    (told,) = [one.detail for one in office.events if "stands there still" in one.detail and one.moment != Moment.DONE]
    assert f"on line {count + 1}" in told
    assert str(restic) in told
    (item,) = awaited_in(result, restic)
    off = rotation_service.turn_off(office.start(), result.rotation, None, 0)
    assert off.ending is Ending.WAITING
    assert awaited_in(off, restic) == [item]


def test_it_is_awaited_no_more_once_the_line_is_gone(office: Office, restic: Path) -> None:
    result = rotated_while_somebody_writes(office, f"# before: {office.old.access_key_id}\n")
    assert awaited_in(result, restic)
    restic.write_text("".join(line for line in restic.read_text().splitlines(True) if "before:" not in line))

    again = rotation_service.carry_on(office.start(), result.rotation)

    assert not awaited_in(again, restic)


def test_nothing_is_awaited_where_the_edit_reached_every_line(office: Office, restic: Path) -> None:
    result = rotated_while_somebody_writes(office, "# nothing of a key\n")

    (rotation,) = office.rotations()
    assert rotation.still_holding == ()
    assert not awaited_in(result, restic)


def test_what_the_plan_knew_of_a_file_is_not_asked_twice(office: Office, restic: Path) -> None:
    restic.write_text(f"{restic.read_text()}# before: {office.old.access_key_id}\n")
    planned = office.plan(Route.SCOPED_USER)
    result = office.rotate(Route.SCOPED_USER)

    assert [one.title for one in planned.by_hand if str(restic) in one.title]
    assert len(awaited_in(result, restic)) == 1


def test_an_edited_file_that_cannot_be_read_again_is_not_taken_for_clean(office: Office, restic: Path) -> None:
    office.rotate(Route.SCOPED_USER)
    (rotation,) = office.rotations()
    restic.unlink()
    restic.mkdir()

    (place,) = left_behind(office.start().computer, rotation.decision)

    assert (place.kind, place.path) == (PlaceKind.UNREAD, restic)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_a_key_of_another_shape_is_found_as_a_word_of_its_own(encoding: str) -> None:
    key = AccessKeyId("0123456789abcdef012345678")
    text = f"a={key}\n\nb={key}9\nc: {key}\n"

    assert [one.line for one in spots_of(key, text.encode(encoding))] == [1, 4]
