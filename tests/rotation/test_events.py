"""Each thing that can happen stands in the journal as every Keyturn writes it, and is read again as it was."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest

from keyturn.model.keys import AccessKeyId, KeyUse
from keyturn.model.places import Place, PlaceKind
from keyturn.model.search_scope import SearchScope
from keyturn.rotation.claims import Claim, ClaimState
from keyturn.rotation.events.codec import facts_of
from keyturn.rotation.events.every_event import Event, entry_of
from keyturn.rotation.events.key_events import (
    AsItStood,
    Begun,
    ClosedAsItStood,
    DoneBy,
    KeyMade,
    PutInAgain,
    SeenOrSaid,
    TakenBack,
    Ticked,
)
from keyturn.rotation.events.rotation_events import (
    AllBack,
    BackupsLooked,
    BucketsWritten,
    ClaimsHeard,
    Extent,
    Failed,
    KeyRequest,
    KeysToRemove,
    LetBe,
    MadeUser,
    NewKeyFails,
    NewKeyUsed,
    OffThroughout,
    OldKeyHeld,
    OldKeyLooked,
    OwnChecksPassed,
    PlacesProved,
    ProgramNamed,
    Proved,
    Proving,
    RightsSimulated,
    SearchMade,
    SignedBy,
    Simulation,
    ToldDone,
    UserMade,
    UserRequest,
    UsesElsewhere,
)
from keyturn.rotation.sight import Sight, Sighting
from keyturn.rotation.steps import BegunBy, By, OldKey, Route, Step, Why
from keyturn.rotation.taking_steps import note, taking
from keyturn.rotation.undecided import Undecided
from keyturn.state.journal import Mark, RawEntry
from keyturn.state.written import NotUnderstood

from .conftest import Office

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
AT = "2026-12-01T12:00:00+00:00"
KEY = AccessKeyId("AKIAOLDROOTKEYEXAMPL")
ID = KEY.value
PLACE = Place("rclone", "aws", Path("/home/anna/rclone.conf"), "aws", PlaceKind.DESTINATION, KEY, editable=True)
PLACE_WRITTEN = {
    "client": "rclone",
    "name": "aws",
    "path": str(Path("/home/anna/rclone.conf")),
    "locator": "aws",
    "kind": "destination",
    "access_key_id": ID,
    "region": None,
    "endpoint": None,
    "plain_http": False,
    "note": "",
}
LOOKED = {"scope": "usual", "files": 7, "finished": True}
UNDECIDED_WRITTEN = {
    "key": None,
    "why": "may-not",
    "user": "backup",
    "created": AT,
    "asked": None,
    "used": None,
    "use_known": True,
    "paths": ["/a"],
    "removable": False,
}
CLAIM_WRITTEN = {"item": "waits-1", "computer": "attic", "user": "u", "state": "done", "since": AT, "latest": None}
USE_WRITTEN = {"agent": "aws-cli", "address": "192.0.2.1", "region": "eu-central-1", "events": 3, "last": AT}

STORED: list[tuple[Event, dict[str, Any]]] = [
    (AllBack(True), {"all_back": True}),
    (
        BackupsLooked({"a": Sighting(Sight.RUN, NOON), "b": Sighting(Sight.NO_RUN)}),
        {"backups": {"a": {"sight": "run", "at": AT}, "b": {"sight": "no-run", "at": None}}},
    ),
    (Begun(BegunBy.RENEWAL), {"begun_by": "renewal"}),
    (BucketsWritten({"photos": NOON, "mail": None}), {"written": {"photos": AT, "mail": None}}),
    (
        ClaimsHeard((Claim("waits-1", "attic", "u", ClaimState.DONE, NOON),), True),
        {"claims": [CLAIM_WRITTEN], "unread": True},
    ),
    (
        ClosedAsItStood(AsItStood(OldKey.ON, OldKey.GONE, (("a", KEY), ("b", None)))),
        {"ended": {"old": "on", "new": "gone", "holds": [["a", ID], ["b", None]]}},
    ),
    (DoneBy(By.SIGNER), {"by": "signer"}),
    (Failed("aws.denied"), {"code": "aws.denied"}),
    (
        Failed(
            "key.undecided",
            waits=True,
            undecided=(Undecided(None, Why.MAY_NOT, "backup", NOON, None, None, True, ("/a",)),),
        ),
        {"code": "key.undecided", "waits": True, "undecided": [UNDECIDED_WRITTEN]},
    ),
    (Failed("aws.denied", refused="CreateUser"), {"code": "aws.denied", "refused": "CreateUser"}),
    (KeyMade(KEY), {"new_key": ID}),
    (KeyMade(KEY, found=True), {"found": True, "new_key": ID}),
    (KeyRequest((KEY,), NOON), {"asked": "key", "known": [ID], "at": AT}),
    (KeyRequest((), None), {"asked": "key", "known": [], "at": None}),
    (KeysToRemove((KEY,)), {"made": [ID]}),
    (LetBe((KEY,), False), {"appeared": [ID], "unseen": False}),
    (NewKeyFails(""), {"new_key_fails": ""}),
    (NewKeyUsed(NOON), {"new_key_used": AT}),
    (OffThroughout(False), {"off_throughout": False}),
    (OffThroughout(False, turned_on=NOON), {"off_throughout": False, "turned_on": AT}),
    (OldKeyHeld(("a",)), {"old_again": ["a"]}),
    (OldKeyLooked(False, NOON), {"use_is_told": False, "old_key_used": AT}),
    (OwnChecksPassed(("restic home photos",)), {"own_checks_passed": ["restic home photos"]}),
    (
        PlacesProved((Proved("a", None, (("list", True), ("own", None))),)),
        {"proved": [{"place": "a", "bucket": None, "checks": [["list", True], ["own", None]]}]},
    ),
    (ProgramNamed("arq"), {"also": "arq"}),
    (PutInAgain(True), {"put_in_again": True}),
    (Proving(False), {"proving": False}),
    (SearchMade(Extent(SearchScope.USUAL, 7, True), (PLACE,)), {"searched": LOOKED, "holding": [PLACE_WRITTEN]}),
    (SeenOrSaid(False), {"seen": False}),
    (SignedBy("profile:admin"), {"signer": "profile:admin"}),
    (
        RightsSimulated(Simulation({"photos": ("s3:DeleteObject",)}, {})),
        {"simulated": {"allowed": {"photos": ["s3:DeleteObject"]}, "not_known": {}}},
    ),
    (TakenBack("arq"), {"opposite": "arq"}),
    (TakenBack(None), {"opposite": None}),
    (Ticked("arq"), {"item": "arq"}),
    (ToldDone(False), {"told_done": False}),
    (
        UsesElsewhere((KeyUse("aws-cli", "192.0.2.1", "eu-central-1", 3, NOON),)),
        {"used_elsewhere": [USE_WRITTEN]},
    ),
    (UserMade(MadeUser("backup", "AIDAEXAMPLE")), {"user": {"name": "backup", "id": "AIDAEXAMPLE"}}),
    (UserRequest("backup"), {"asked": "user", "name": "backup"}),
]


def read(facts: object, mark: Mark = Mark.FAILED) -> tuple[Event, ...]:
    return entry_of(RawEntry(AT, Step.WATCH, mark, json.dumps(facts))).events


@pytest.mark.parametrize(("event", "facts"), STORED, ids=[type(event).__name__ for event, _facts in STORED])
def test_what_happened_is_written_member_for_member_and_read_again(event: Event, facts: dict[str, Any]) -> None:
    assert json.dumps(facts_of([event])) == json.dumps(facts)
    assert read(facts) == (event,)


def test_all_that_can_happen_is_tried_here() -> None:
    assert {type(event) for event, _facts in STORED} == set(get_args(Event))


def test_an_entry_says_several_things() -> None:
    facts = {"item": "arq", "opposite": None, "seen": True}
    events = (Ticked("arq"), TakenBack(None), SeenOrSaid(True))
    assert (facts_of(events), read(facts, Mark.TICKED)) == (facts, events)


def test_members_with_one_name_tell_their_events_apart() -> None:
    with pytest.raises(NotUnderstood) as raised:
        read({"asked": "policy", "name": "backup"})
    assert (raised.value.newer, raised.value.where) == (True, "facts.asked")


@pytest.mark.parametrize(
    ("facts", "where", "newer"),
    [
        ({"weather": "fair"}, "facts.weather", True),
        ({"by": "keeper"}, "facts.by", True),
        ({"by": 7}, "facts.by", False),
        ({"known": []}, "facts.asked", False),
        ({"backups": {"a": {"sight": "heard", "at": None}}}, "facts.backups.sight", True),
        ({"user": {"name": "backup"}}, "facts.user.id", False),
        ({"user": {"name": "backup", "id": "AIDA", "path": "/"}}, "facts.user.path", True),
        (
            {"searched": {"scope": "usual", "files": True, "finished": True}, "holding": []},
            "facts.searched.files",
            False,
        ),
        ({"proved": [{"place": "a", "bucket": None, "checks": [["list"]]}]}, "facts.proved.checks", False),
    ],
)
def test_what_is_not_understood_is_named(facts: object, where: str, newer: bool) -> None:
    with pytest.raises(NotUnderstood) as raised:
        read(facts)
    assert (raised.value.where, raised.value.newer) == (where, newer)


def test_whoever_writes_gets_the_rotation_as_the_journal_has_it(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    (before,) = office.rotations()
    context = office.start()
    first = note(context, before, Step.WATCH, NewKeyFails("denied"))
    assert (first.new_key_fails, before.new_key_fails) == ("denied", "")
    second = note(context, before, Step.WATCH, NewKeyUsed(NOON))
    assert (second.new_key_fails, second.new_key_used) == ("denied", NOON)
    assert office.rotations() == (second,)
    with taking(context, second, Step.UNDO) as outcome:
        note(context, second, Step.UNDO, AllBack(True))
    assert office.rotations() == (outcome.rotation,)
    assert outcome.rotation.is_done(Step.UNDO)
