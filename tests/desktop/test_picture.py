"""What the map, the list, the timeline and the picture of powers show, without a window where none is needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from keyturn.computer.clock import SystemClock
from keyturn.desktop.destination_list import DestinationList
from keyturn.desktop.key_map import KeyMap
from keyturn.desktop.key_timeline import MomentKind, moments_of
from keyturn.desktop.look import ColorTone
from keyturn.desktop.main_view import MainView
from keyturn.desktop.map_nodes import LineState, Opens
from keyturn.desktop.overview import Overview
from keyturn.desktop.overview_words import order_of
from keyturn.desktop.pages.parts import Fold, StateRow
from keyturn.desktop.pages.programs_list import programs_list
from keyturn.desktop.picture import draw, prepare, rows
from keyturn.desktop.power import PowerPicture, before_and_after
from keyturn.desktop.rotation_view import Program, count_of_programs
from keyturn.model.errors import AwsError, AwsFault, StoreError
from keyturn.model.keys import AccessKey, AccessKeyId, KeyPair, KeyStatus, LastUse, Principal, Secret
from keyturn.model.places import Consumer, Place, PlaceKind, Problem, Target
from keyturn.rotation.advice import Advice
from keyturn.rotation.carrying_out.own_checks import Check
from keyturn.rotation.carrying_out.proving import DestinationProof
from keyturn.rotation.finding.known_buckets import Reach, ReachedBucket
from keyturn.rotation.finding.situation import Mood
from keyturn.rotation.finding.survey import FoundKey, Survey

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ROOT = Principal.from_arn("arn:aws:iam::111122223333:root")
OLD = AccessKeyId("AKIAIOSFODNN7EXAMPLE")
SECRET = Secret("wJalrXUtnFEMIEXAMPLEwJalrXUtnFEMIEXAMPLE")


def _place(name: str, *, buckets: Sequence[str] = ("photos",), editable: bool = True, secret: Secret = SECRET) -> Place:
    return Place(
        client="rclone",
        name=name,
        path=Path("/home/x/.config/rclone/rclone.conf"),
        locator=name,
        kind=PlaceKind.DESTINATION,
        access_key_id=OLD,
        secret=secret,
        editable=editable,
        targets=tuple(Target(bucket) for bucket in buckets),
    )


def _found(*places: Place, advice: Advice = Advice.REPLACE, status: KeyStatus = KeyStatus.ACTIVE) -> FoundKey:
    key = AccessKey(OLD, ROOT, status, NOW - timedelta(days=3300), LastUse(NOW - timedelta(days=2), "s3", "us-east-1"))
    return FoundKey(key, places, advice, KeyPair(OLD, SECRET))


def _overview(*keys: FoundKey, proofs: tuple[DestinationProof, ...] = ()) -> Overview:
    return Overview(Survey(keys, ()), (), proofs, NOW, Path("/home/x"), {OLD.value: (NOW,)})


def _proof(place: Place, ok: bool | None) -> DestinationProof:
    check = Check("list", ok, "it may not list the bucket")
    return DestinationProof(place.client, place.name, place.path, OLD, "photos", (check,), place.identity)


def _states(overview: Overview) -> dict[str, LineState]:
    return {row.place.name: row.state for row in rows(overview)}


@pytest.mark.parametrize(
    ("found", "proved", "expected"),
    [
        (_found(_place("a")), None, LineState.OLD),
        (_found(_place("a")), True, LineState.OLD),
        (_found(_place("a")), False, LineState.BROKEN),
        (_found(_place("a"), advice=Advice.OK), None, LineState.FINE),
        (_found(_place("a"), advice=Advice.OK), True, LineState.PROVED),
        (_found(_place("a"), advice=Advice.UNKNOWN), None, LineState.WAITING),
        (_found(_place("a"), status=KeyStatus.REJECTED), None, LineState.BROKEN),
        (_found(_place("a", secret=Secret("another"))), None, LineState.BROKEN),
    ],
)
def test_each_state_of_a_destination_has_a_line_of_its_own(
    found: FoundKey, proved: bool | None, expected: LineState
) -> None:
    proofs = () if proved is None else (_proof(found.places[0], proved),)
    assert _states(_overview(found, proofs=proofs)) == {"a": expected}


def test_a_program_without_a_bucket_has_no_line_to_the_right_and_says_why() -> None:
    overview = _overview(_found(_place("a", buckets=())))
    picture = draw(overview, rows(overview))
    assert picture.buckets == ()
    assert [link.end for link in picture.links] == [picture.programs[0].identity]
    assert picture.programs[0].detail == "a · names no bucket"


def test_a_program_counts_once_however_many_places_it_has() -> None:
    places = [_place("a"), _place("b")]
    overview = _overview(_found(*places))
    assert "1 program here uses it, in 2 places" in draw(overview, rows(overview)).keys[0].facts
    overview = _overview(_found())
    assert "no program here uses it" in draw(overview, rows(overview)).keys[0].facts
    programs = [Program.from_place(one, ("photos",), Path("/home/x")) for one in places]
    assert count_of_programs(programs) == "one program"


def test_what_is_not_known_of_a_key_is_said_so_and_of_one_that_is_refused_that_it_does_not_work() -> None:
    refused = _found(_place("a"), status=KeyStatus.REJECTED, advice=Advice.UNKNOWN)
    stores = replace(_found(_place("b"), advice=Advice.UNKNOWN), at_store=True)
    stores = replace(stores, key=AccessKey(OLD, None, KeyStatus.UNKNOWN))
    cards = [draw(overview, rows(overview)).keys[0] for overview in (_overview(refused), _overview(stores))]
    assert [one.pill for one in cards] == ["does not work", "not known"]
    assert cards[1].detail == "key of another store"


def test_what_keyturn_does_not_edit_says_by_hand() -> None:
    overview = _overview(_found(_place("a", editable=False)))
    assert draw(overview, rows(overview)).programs[0].pill == "by hand"


def test_more_than_fits_is_folded_and_a_broken_one_in_the_fold_is_told() -> None:
    places = [_place(f"box{number}") for number in range(100)]
    overview = _overview(_found(*places), proofs=(_proof(places[99], False),))
    picture = draw(overview, rows(overview))
    assert len(picture.programs) == 8
    more = picture.programs[-1]
    assert more.title == "and 93 more"
    assert more.state is LineState.BROKEN
    assert "1 of them does not work" in more.facts


def test_a_thousand_destinations_are_listed_narrowed_and_sorted(qtbot: QtBot) -> None:
    # How long that takes is measured by `packaging/dev.py bench`: a busy computer would decide it here.
    overview = _overview(_found(*(_place(f"box{number}", buckets=(f"b{number}",)) for number in range(1000))))
    view = MainView(SystemClock())
    qtbot.addWidget(view)
    view.show()
    view.show_overview(prepare(overview))
    assert view.list.model.rowCount() == 1000
    assert view.tabs.currentIndex() == 1, "the list is read sooner"
    view.list.model.narrow("box77")
    view.list.model.sort(1, Qt.SortOrder.DescendingOrder)
    assert view.list.model.rowCount() == 11
    assert view.list.model.data(view.list.model.index(0, 1)) == "box779"


def test_with_more_than_seven_places_the_list_comes_first_and_the_map_is_a_choice_that_stays(qtbot: QtBot) -> None:
    shown = []
    for count in (7, 8):
        overview = _overview(_found(*(_place(f"box{number}") for number in range(count))))
        view = MainView(SystemClock())
        qtbot.addWidget(view)
        view.show_overview(prepare(overview))
        shown.append(view.tabs.currentIndex())
    assert shown == [0, 1]
    view.tabs.setCurrentIndex(0)
    view.show_overview(prepare(overview))
    assert view.tabs.currentIndex() == 0


def test_many_places_of_one_program_are_one_row_that_unfolds(qtbot: QtBot) -> None:
    def place(name: str, number: int) -> Program:
        return Program(f"{name}{number}", name, name, f"profile{number}", "~/file", ())

    few = programs_list([place("aws", number) for number in range(8)])
    many = programs_list([*(place("aws", number) for number in range(900)), place("rclone", 0)])
    for each in (few, many):
        qtbot.addWidget(each)
        each.resize(700, 500)
        each.show()
    qtbot.waitUntil(lambda: len(few.findChildren(StateRow)) == 8)
    assert len(many.findChildren(StateRow)) == 2
    fold = many.findChild(Fold)
    assert isinstance(fold, Fold)
    assert fold.button.text() == "All 900 places of aws"
    fold.button.click()
    assert len(many.findChildren(StateRow)) > 2, "the first of them are there at once"
    fold.button.click()  # nobody waits for the others
    assert len([one for one in many.findChildren(StateRow) if one.isVisible()]) == 2


def test_of_many_places_the_worst_is_said_and_of_how_many(qtbot: QtBot) -> None:
    places = [Program(f"aws{number}", "aws", "AWS CLI", f"profile{number}", "~/file", ()) for number in range(12)]

    def state_of(one: Program) -> tuple[str, ColorTone, str]:
        unclear = one.identity in {"aws3", "aws7"}
        return ("unclear", ColorTone.ATTENTION, "exclamation") if unclear else ("clear", ColorTone.NEUTRAL, "circle")

    said = []
    for each in (state_of, lambda one: ("proved", ColorTone.GOOD, "check")):
        shown = programs_list(places, each)
        qtbot.addWidget(shown)
        (row,) = shown.findChildren(StateRow)
        said.append(row.state.text().replace("\u200b", ""))
    assert said == ["2 of 12 places: unclear", "12 places: proved"]


# ── What the header says beyond the survey ───────────────────────────────────────────────────────────────────────────


def test_where_aws_was_not_reached_the_header_says_that_and_tries_again() -> None:
    error = AwsError("AWS cannot be reached", "Check the connection.", fault=AwsFault.NO_NETWORK)
    found = replace(_found(_place("a"), advice=Advice.UNKNOWN), key=AccessKey(OLD, None, KeyStatus.UNKNOWN))
    overview = _overview(replace(found, failure=error))
    assert overview.situation.title == "AWS cannot be reached."
    assert overview.situation.mood is Mood.UNKNOWN
    assert order_of(overview) == "Try again"


@pytest.mark.parametrize(
    ("advice", "order"),
    [
        (Advice.REPLACE, "Replace it safely…"),
        (Advice.RENEW, "Renew it safely…"),
        (Advice.RETIRE, "Retire it safely…"),
        (Advice.OK, ""),
        (Advice.UNKNOWN, ""),
    ],
)
def test_the_one_button_follows_from_what_the_key_needs(advice: Advice, order: str) -> None:
    assert order_of(_overview(_found(_place("a"), advice=advice))) == order


def test_without_a_keychain_the_window_says_so_and_shows_everything_else(qtbot: QtBot) -> None:
    problem = StoreError("No keychain was found", "Start Keyturn in your desktop session.", code="keychain.missing")
    view = MainView(SystemClock())
    qtbot.addWidget(view)
    view.show_overview(prepare(replace(_overview(_found(_place("a"))), store_problems=(problem,))))
    assert "No keychain was found" in view.note.text()
    assert not view.note.isHidden()
    assert view.map.cards


def test_every_backup_is_called_proved_only_where_each_one_was(qtbot: QtBot) -> None:
    view = MainView(SystemClock())
    qtbot.addWidget(view)
    place = _place("a")
    view.show_overview(prepare(_overview(_found(place), proofs=(_proof(place, True),))))
    assert view.when.text().startswith("Every backup proved")
    view.show_overview(prepare(_overview(_found(place), proofs=(_proof(place, None),))))
    assert "0 of 1 proved" in view.when.text()


# ── A key's life, and what a thief could do ──────────────────────────────────────────────────────────────────────────


def test_a_keys_life_has_only_moments_that_somebody_knows() -> None:
    found = _found(_place("a"))
    moments = moments_of(found, _overview(found))
    kinds = [moment.kind for moment in moments]
    assert kinds == [MomentKind.MADE, MomentKind.USED, MomentKind.OWN, MomentKind.NOW]
    unknown = replace(found, key=AccessKey(OLD, None, KeyStatus.UNKNOWN))
    overview = replace(_overview(unknown), own_uses={})
    assert [moment.kind for moment in moments_of(unknown, overview)] == [MomentKind.NOW]


def test_a_root_key_can_all_that_the_new_key_cannot(qtbot: QtBot) -> None:
    old, new = before_and_after(ROOT, ("Read the bucket.",), ("Delete users.",))
    assert old.can == ("Read the bucket.", "Delete users.")
    picture = PowerPicture(old, new)
    qtbot.addWidget(picture)
    texts = [label.text() for label in picture.findChildren(QLabel)]
    assert texts.count("Delete users.") == 2
    assert texts.count("A thief could not:") == 1


# ── What is not known, and what is past ──────────────────────────────────────────────────────────────────────────────


def _unread(name: str, code: str = "file.unreadable") -> Problem:
    return Problem(Path("/home/x") / name, "It cannot be read", "Line 7 is cut off.", "s3cmd", code)


def test_what_could_not_be_read_is_a_dashed_card_with_dotted_lines_from_each_key_that_may_stand_there() -> None:
    overview = _overview(_found(_place("a")))
    overview = replace(overview, survey=replace(overview.survey, problems=(_unread(".s3cfg"),)))
    picture = draw(overview, rows(overview))
    (card,) = [one for one in picture.programs if not one.is_known]
    assert (card.title, card.detail, card.opens) == ("s3cmd", "cannot be read: .s3cfg", Opens.UNREAD)
    assert "~/.s3cfg" in card.facts
    assert [(one.start, one.state) for one in picture.links if one.end == card.identity] == [
        (OLD.value, LineState.UNKNOWN)
    ]
    assert any("could not be read" in sentence for sentence in overview.situation.sentences)


def test_the_list_holds_what_could_not_be_read_as_well(qtbot: QtBot) -> None:
    overview = _overview(_found(_place("a")))
    overview = replace(overview, survey=replace(overview.survey, problems=(_unread(".s3cfg"),)))
    shown = DestinationList()
    qtbot.addWidget(shown)
    shown.show_rows(prepare(overview).rows)
    model = shown.model
    assert [model.data(model.index(1, column)) for column in range(5)] == [
        "s3cmd", "~/.s3cfg", "not known", "not known", "cannot be read"
    ]  # fmt: skip
    assert "1 place, and 1 that cannot be read" in [one.text() for one in shown.findChildren(QLabel)]
    with qtbot.waitSignal(shown.unread):
        shown.view.activated.emit(model.index(1, 0))


@pytest.mark.parametrize("width", [400, 640, 1400])
def test_no_column_of_the_list_is_lost_in_a_narrow_window(qtbot: QtBot, width: int) -> None:
    overview = _overview(_found(_place("a")))
    shown = DestinationList()
    qtbot.addWidget(shown)
    shown.show_rows(prepare(overview).rows)
    shown.resize(width, 400)
    shown.show()
    header = shown.view.header()
    assert not shown.view.horizontalScrollBar().isVisible()
    assert header.sectionViewportPosition(4) + 30 < shown.view.viewport().width()


def test_many_unread_files_are_one_card() -> None:
    overview = _overview(_found(_place("a")))
    problems = tuple(_unread(f"{number}.cfg") for number in range(9))
    overview = replace(overview, survey=replace(overview.survey, problems=problems))
    (card,) = [one for one in draw(overview, rows(overview)).programs if not one.is_known]
    assert card.title == "9 places cannot be read"


def test_buckets_of_which_nobody_said_anything_are_a_dashed_card_that_asks_and_count_in_the_headline() -> None:
    overview = _overview(_found(_place("a", buckets=())))
    reach = Reach("111122223333", (ReachedBucket("tax", "111122223333"), ReachedBucket("web", "111122223333")))
    overview = replace(overview, survey=replace(overview.survey, reaches=(reach,)))
    picture = draw(overview, rows(overview))
    (card,) = [one for one in picture.buckets if not one.is_known]
    assert (card.title, card.opens, card.key) == ("2 other buckets", Opens.QUESTION, OLD)
    assert "tax, web" in card.facts
    assert [one.state for one in picture.links if one.end == card.identity] == [LineState.UNKNOWN]
    assert "two more buckets" in overview.situation.sentences[-1]


def test_a_place_not_all_of_whose_buckets_were_understood_says_so() -> None:
    place = replace(_place("a"), consumers=(Consumer("rclone", "a", (), unclear=("s3:$BUCKET",)),))
    overview = _overview(_found(place))
    (card,) = draw(overview, rows(overview)).programs
    assert card.pill == "not all known"
    assert "s3:$BUCKET" in card.facts


@pytest.mark.parametrize(
    ("width", "columns"),
    [(900, 3), (300, 1)],
)
def test_a_card_to_which_no_line_leads_has_its_place_too(qtbot: QtBot, width: int, columns: int) -> None:
    overview = _overview(_found(_place("a")))
    damaged = _unread(".s3cfg", "file.unparsable")  # all is known of it but what it means, so no key may stand there
    overview = replace(overview, survey=replace(overview.survey, problems=(damaged,)))
    drawn = KeyMap()
    qtbot.addWidget(drawn)
    drawn.show_picture(draw(overview, rows(overview)))
    drawn.resize(width, 600)
    drawn.show()
    places = [card.geometry() for card in drawn.cards]
    assert len({place.left() for place in places}) == (columns if columns == 3 else 3)
    assert not any(one.intersects(other) for at, one in enumerate(places) for other in places[:at])
