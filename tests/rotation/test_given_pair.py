"""The key of an S3-compatible store: a person makes the new one, and Keyturn proves it and puts it in place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import count

import pytest

from keyturn.clients.registry import find_everything
from keyturn.model.errors import UsageError
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.places import PlaceKind
from keyturn.rotation import rotation_service
from keyturn.rotation.carrying_out.verifying import verify
from keyturn.rotation.decision_format import FORMAT
from keyturn.rotation.finding import situation
from keyturn.rotation.finding.survey import take_survey
from keyturn.rotation.planning.plan import Options, Plan
from keyturn.rotation.planning.planning import make_plan
from keyturn.rotation.steps import By, Ending, Result, Route, State, Step
from keyturn_practice import faults
from keyturn_practice.account import PracticeAccount
from keyturn_practice.messages import Request, Response
from keyturn_practice.server import PracticeServer

from .conftest import Office
from .test_interrupted import killed_at

MISTYPED = Secret("mistypedMISTYPEDmistypedMISTYPEDmistyped")


@dataclass
class Store:
    """An S3-compatible store: it answers S3 and nothing else, and does not name its requests as AWS does."""

    office: Office
    inside: PracticeAccount
    old: KeyPair
    url: str

    def plan(self, pair: KeyPair | None = None, **options: object) -> Plan:
        context = self.office.start()
        survey = take_survey(context)
        (found,) = survey.find(self.old.access_key_id.value)
        chosen = {"watch_days": 0.0, "off_days": 0.0, "pair": pair, **options}
        return make_plan(context, survey, found, Options(**chosen))  # type: ignore[arg-type]

    def rotate(self, pair: KeyPair) -> Result:
        return rotation_service.rotate(self.office.start(), self.plan(pair))

    def new_key(self) -> KeyPair:
        return self.inside.create_root_key()

    def keys_in_files(self) -> set[str]:
        places = find_everything(self.office.start().computer).places
        here = [one for one in places if one.endpoint == self.url and one.kind is PlaceKind.DESTINATION]
        assert len(here) == 2
        return {one.access_key_id.value for one in here}


@pytest.fixture
def store(office: Office) -> Iterator[Store]:
    inside = PracticeAccount("444455556666", clock=office.clock)

    def answer(request: Request) -> Response:
        answered = inside.answer(request)
        kept = [(name, value) for name, value in answered.headers if not name.lower().startswith("x-amz")]
        return replace(answered, headers=tuple(kept))

    server = PracticeServer(answer)
    inside.create_bucket("attic")
    inside.put_object("attic", "laptop/config", b"a repository")
    old = inside.create_root_key(age_days=900)
    key, secret = old.access_key_id.value, old.secret.reveal()
    office.write(
        ".config/rclone/rclone.conf",
        f"[cellar]\ntype = s3\nprovider = Other\naccess_key_id = {key}\nsecret_access_key = {secret}\n"
        f"endpoint = {server.url}\n\n[films]\ntype = alias\nremote = cellar:attic/films\n",
    )
    office.write(
        ".config/restic/cellar.env",
        f"AWS_ACCESS_KEY_ID={key}\nAWS_SECRET_ACCESS_KEY={secret}\nRESTIC_REPOSITORY=s3:{server.url}/attic/laptop\n",
    )
    yield Store(office, inside, old, server.url)
    server.stop()
    inside.close()


def ticked(store: Store, result: Result) -> None:
    for one in result.awaiting:
        if one.item == "last-use":
            rotation_service.tick(store.office.start(), None, one.item)


def test_the_plan_says_that_a_person_makes_the_key_and_asks_the_store_for_s3_alone(store: Store) -> None:
    plan = store.plan()
    assert (plan.route, plan.decision is not None) == (Route.GIVEN_PAIR, True)
    (gate,) = plan.closed
    assert (gate.code, gate.step, gate.waits) == ("pair.missing", Step.CREATE, True)
    assert {call.service for call in plan.calls} == {"s3"}
    assert [one.item for one in plan.by_hand] == ["last-use", "turn-off", "delete"]
    host = store.url.removeprefix("http://")
    assert all(host in one.title for one in plan.by_hand)


def test_aws_is_not_asked_for_the_buckets_of_a_stores_key(store: Store) -> None:
    key, secret = store.old.access_key_id.value, store.old.secret.reveal()
    store.office.write(
        ".config/rclone/rclone.conf",
        f"[cellar]\ntype = s3\nprovider = Other\naccess_key_id = {key}\nsecret_access_key = {secret}\n"
        f"endpoint = {store.url}\n",
    )
    seen = len(store.office.account.records)

    plan = store.plan(store.new_key())

    assert "bucket.unnamed" in {gate.code for gate in plan.closed}
    assert [one for one in store.office.account.records[seen:] if one.key == store.old.access_key_id] == []


def test_the_pair_is_proved_there_put_in_place_and_proved_again_without_iam_or_sts(store: Store) -> None:
    new = store.new_key()
    seen = len(store.office.account.records)

    rotated = store.rotate(new)

    assert (rotated.ending, rotated.step, rotated.problem) == (Ending.WAITING, Step.WATCH, None), str(rotated.problem)
    assert rotated.new_access_key_id == new.access_key_id
    assert store.keys_in_files() == {new.access_key_id.value}
    assert {action.partition(":")[0] for action in store.inside.log.actions()} == {"s3"}
    assert store.inside.trace_of("attic").uploads == frozenset()
    asked = [
        one for one in store.office.account.records[seen:] if one.key in {store.old.access_key_id, new.access_key_id}
    ]
    assert asked == []


def test_keys_of_any_shape_are_replaced_and_put_back(store: Store) -> None:
    for path in (".config/rclone/rclone.conf", ".config/restic/cellar.env"):
        file = store.office.home / path
        file.write_text(file.read_text().replace(store.old.access_key_id.value, "minioadmin"))
    store.old = store.inside.rename_key(store.old, "minioadmin")
    new = store.inside.rename_key(store.new_key(), "laptopBackup")

    result = store.rotate(new)

    assert result.problem is None
    assert result.new_access_key_id == new.access_key_id
    assert store.keys_in_files() == {"laptopBackup"}
    (rotation,) = store.office.rotations()
    assert (rotation.decision.key.value, rotation.decision.key.masked) == ("minioadmin", "mi…dmin")
    assert not rotation.still_holding
    rotation_service.undo(store.office.start(), None)
    assert store.keys_in_files() == {"minioadmin"}


@pytest.mark.parametrize(("name", "secret"), [("my-key", None), ("minioadmin", "pa$$ word-1")])
def test_a_pair_that_undo_could_not_write_back_closes_the_gate(store: Store, name: str, secret: str | None) -> None:
    file = store.office.home / ".config/rclone/rclone.conf"
    text = file.read_text().replace(store.old.access_key_id.value, name)
    file.write_text(text if secret is None else text.replace(store.old.secret.reveal(), secret))
    (store.office.home / ".config/restic/cellar.env").unlink()
    store.old = store.inside.rename_key(store.old, name)

    assert "place.no-way-back" in {gate.code for gate in store.plan(store.new_key()).closed}


def test_the_old_key_dies_at_the_store_and_the_person_says_that_it_is_deleted(store: Store) -> None:
    ticked(store, store.rotate(store.new_key()))
    waits = rotation_service.turn_off(store.office.start(), None)
    assert (waits.ending, [one.item for one in waits.awaiting]) == (Ending.WAITING, ["turn-off"])
    assert "web page" in waits.awaiting[0].title

    store.inside.root_turn_off(store.old.access_key_id)
    off = rotation_service.tick(store.office.start(), None, "turn-off")
    assert (off.ending, off.step) == (Ending.DONE, Step.DELETE), str(off.problem)

    asked = rotation_service.delete(store.office.start(), None, store.old.access_key_id.last4)
    assert [one.item for one in asked.awaiting] == ["delete"]
    store.inside.root_delete(store.old.access_key_id)
    assert (
        rotation_service.tick(store.office.start(), None, "delete", store.old.access_key_id.last4).state is State.DONE
    )
    assert store.office.secrets.get(store.old.access_key_id) is None


def test_nothing_tells_who_else_uses_the_key_so_a_person_looks_before_it_goes_off(store: Store) -> None:
    rotated = store.rotate(store.new_key())
    assert [one.item for one in rotated.awaiting] == ["last-use"]
    held = rotation_service.turn_off(store.office.start(), None)
    assert held.problem is not None and held.problem.message == f"{rotated.awaiting[0].title}."


def test_no_key_turns_itself_off_there(store: Store) -> None:
    ticked(store, store.rotate(store.new_key()))
    stopped = rotation_service.turn_off(store.office.start(), None, By.KEY)
    assert stopped.problem is not None and stopped.problem.code == "usage.by"
    assert store.inside.accepts(store.old, "s3")


@pytest.mark.parametrize("secret", [None, MISTYPED], ids=["a key that is off", "a mistyped secret"])
def test_a_pair_that_does_not_work_is_put_nowhere(store: Store, secret: Secret | None) -> None:
    new = store.new_key()
    if secret is None:
        store.inside.root_turn_off(new.access_key_id)
    else:
        new = KeyPair(new.access_key_id, secret)
    result = store.rotate(new)
    assert (result.ending, result.state) == (Ending.PUT_BACK, State.UNDONE)
    assert result.problem is not None and "AWS" not in str(result.problem)
    assert store.keys_in_files() == {store.old.access_key_id.value}
    assert store.office.secrets.get(new.access_key_id) is None


def test_undo_puts_the_old_pair_back_and_leaves_the_new_key_to_who_made_it(store: Store) -> None:
    new = store.new_key()
    store.rotate(new)
    undone = rotation_service.undo(store.office.start(), None)
    assert (undone.ending, undone.state) == (Ending.DONE, State.UNDONE)
    assert store.keys_in_files() == {store.old.access_key_id.value}
    assert [one.item for one in undone.awaiting] == ["given-key"]
    assert store.inside.accepts(new, "s3")
    assert {action.partition(":")[0] for action in store.inside.log.actions()} == {"s3"}


def test_a_proof_that_fails_after_the_switch_puts_everything_back(store: Store) -> None:
    new = store.new_key()
    # Two destinations, two requests each: the fifth is of the second proof. AWS's patience with a young key is long.
    refusal = faults.refused(403, "AccessDenied")
    store.inside.faults.add(faults.Rule(refusal, "s3:PutObject", new.access_key_id.value, nth=5, times=1000))
    result = store.rotate(new)
    assert result.ending is Ending.PUT_BACK
    assert store.keys_in_files() == {store.old.access_key_id.value}


@pytest.mark.parametrize(("ending", "code"), [("same", "pair.same"), ("temporary", "key.temporary")])
def test_a_pair_that_cannot_be_the_new_one_closes_the_gate(store: Store, ending: str, code: str) -> None:
    temporary = KeyPair(AccessKeyId("ASIATEMPORARYKEY0001"), MISTYPED)
    plan = store.plan(store.old if ending == "same" else temporary)
    assert [gate.code for gate in plan.closed] == [code]


def test_another_route_does_not_fit_a_store(store: Store) -> None:
    with pytest.raises(UsageError, match="S3-compatible store"):
        store.plan(route=Route.SCOPED_USER)


def test_a_pair_that_was_not_kept_before_a_kill_begins_anew(store: Store) -> None:
    new = store.new_key()
    decision = store.plan(new).decision
    assert decision is not None
    context = store.office.start()
    context.journal.begin("killed", store.office.clock.now(), FORMAT.dump(replace(decision, rotation="killed")))
    carried = rotation_service.carry_on(store.office.start(), "killed")
    assert (carried.ending, carried.state) == (Ending.PUT_BACK, State.UNDONE)
    assert carried.problem is not None and carried.problem.code == "secret.gone"


def test_killed_anywhere_it_goes_on_and_back_and_no_file_holds_a_key_that_is_dead(store: Store) -> None:
    """Every seventh moment: the steps are those of every route, of which `dev.py sweep` kills at each."""
    for nth in count(1, 7):
        new = store.new_key()
        killed = killed_at(store.office, nth, partial(rotation_service.rotate, plan=store.plan(new)))
        assert store.keys_in_files() <= {store.old.access_key_id.value, new.access_key_id.value}
        for rotation in store.office.rotations():
            if not rotation.is_over:
                went_on = rotation_service.carry_on(store.office.start(), rotation.name)
                assert (went_on.ending, went_on.step) == (Ending.WAITING, Step.WATCH), (nth, str(went_on.problem))
                assert rotation_service.undo(store.office.start(), rotation.name).state is State.UNDONE
                assert store.office.secrets.get(new.access_key_id) is None
        assert store.keys_in_files() == {store.old.access_key_id.value}
        assert not store.inside.trace_of("attic").uploads
        store.inside.root_delete(new.access_key_id)
        if not killed:
            break
    assert nth > 40


def test_verify_proves_the_buckets_of_a_store(store: Store) -> None:
    _survey, proofs = verify(store.office.start())
    there = [one for one in proofs if one.access_key_id == store.old.access_key_id]
    assert [(one.client, one.ok) for one in there] == [("rclone", True), ("restic", True)]
    assert {check.check for one in there for check in one.checks} >= {"list", "read", "write"}


def test_a_key_that_a_person_made_at_aws_is_taken_as_well(office: Office) -> None:
    office.account.create_user(
        "by-hand", policies={"all": '{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'}
    )
    new = office.account.create_user_key("by-hand")
    rotated = office.rotate(pair=new)
    assert (rotated.ending, rotated.new_access_key_id) == (Ending.WAITING, new.access_key_id), str(rotated.problem)
    assert office.pairs_in_files() == {new.access_key_id.value}
    undone = rotation_service.undo(office.start(), None)
    assert undone.ending is Ending.DONE
    assert office.account.accepts(new)
    assert not {"iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:CreateUser"} & set(office.account.log.actions())


def test_of_a_stores_keys_it_is_said_that_nobody_tells_and_how_one_is_replaced(store: Store) -> None:
    store.office.forget_programs()
    key, secret = store.old.access_key_id.value, store.old.secret.reveal()
    store.office.write(
        ".config/rclone/rclone.conf",
        f"[cellar]\ntype = s3\naccess_key_id = {key}\nsecret_access_key = {secret}\nendpoint = {store.url}\n",
    )
    survey = take_survey(store.office.start())
    said = situation.of_survey(survey, store.office.clock.now(), store.office.home)
    assert said.mood is situation.Mood.UNKNOWN
    assert "--pair" in said.sentences[0]


def test_a_storage_address_that_holds_a_password_closes_the_plan_and_is_never_asked_or_shown(store: Store) -> None:
    office, password = store.office, "madeUp1Word"
    for name in (".config/rclone/rclone.conf", ".config/restic/cellar.env"):
        text = (office.home / name).read_text(encoding="utf-8")
        office.write(name, text.replace("http://", f"http://backup:{password}@"))
    asked = len(store.inside.records)
    context = office.start()

    plan = store.plan()
    _survey, proofs = verify(context)

    assert "place.address" in [gate.code for gate in plan.closed]
    mine = [one for one in proofs if one.access_key_id == store.old.access_key_id]
    assert mine
    assert all(one.first_failure is not None for one in mine)
    assert password not in repr([plan, [check.detail for one in mine for check in one.checks]])
    assert len(store.inside.records) == asked
