"""There is a way back with the journal and the old key alone, and nobody is told to end the last key that works."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from keyturn.model.errors import UsageError
from keyturn.model.keys import AccessKeyId, KeyPair, KeyStatus, Secret
from keyturn.rotation import rotation_service
from keyturn.rotation.context import Event, Moment
from keyturn.rotation.steps import By, Ending, Result, Route, State, Step
from keyturn_practice import faults

from .conftest import Office
from .test_ours_is_ours import items, others

DYING: dict[str, Callable[[Office, AccessKeyId], None]] = {
    "deleted": lambda office, new: office.account.root_delete(new),
    "made inactive": lambda office, new: office.account.root_turn_off(new),
    "its user deleted": lambda office, new: office.account.administrator.delete_user("backup-home"),
    "its policy taken": lambda office, new: office.account.administrator.give_policies("backup-home", {}),
}
ROUTES = [(Route.SCOPED_USER, how) for how in DYING] + [
    (Route.NEW_ROOT_KEY, how) for how in ("deleted", "made inactive")
]


def rotated(office: Office, route: Route) -> AccessKeyId:
    new = office.rotate(route).new_access_key_id
    assert new is not None
    office.clock.advance(1200)  # neither key is new any more, so a refusal is believed at once
    return new


def new_key_dies(office: Office, new: AccessKeyId, how: str) -> None:
    DYING[how](office, new)
    office.clock.advance(60)


def held_ids(office: Office) -> set[str]:
    """The IDs in the files, whether or not their secrets are kept."""
    from keyturn.clients.registry import client_named

    computer = office.start().computer
    return {p.access_key_id.value for name in ("rclone", "restic") for p in client_named(name).find(computer).places}


# ── The new key dies ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("route", "how"), ROUTES)
def test_while_watching_a_new_key_that_does_not_work_is_said_so_with_the_three_ways_out(
    office: Office, route: Route, how: str
) -> None:
    new = rotated(office, route)
    new_key_dies(office, new, how)
    commands: list[Callable[[], Result]] = [
        lambda: rotation_service.carry_on(office.start(), None),
        lambda: rotation_service.turn_off(office.start(), None),
        lambda: rotation_service.turn_off(office.start(), None, By.KEY),
        lambda: rotation_service.tick(office.start(), None, "turn-off"),
    ]
    for command in commands:
        result = command()
        assert result.ending is Ending.STOPPED
        assert result.problem is not None
        assert "keyturn undo" in result.problem.message and "keyturn rotate" in result.problem.message
        assert office.old.access_key_id.masked in result.problem.message
        assert items(result) == ["new-key", "undo", "another"]
    assert office.status_of(office.old.access_key_id) is KeyStatus.ACTIVE
    waits = rotation_service.standing(office.start(), office.rotations()[0])
    assert items(waits) == ["new-key", "undo", "another"], "status says so, too"

    undone = rotation_service.undo(office.start(), None)
    assert (undone.ending, undone.state) == (Ending.DONE, State.UNDONE), str(undone.problem)
    assert office.pairs_in_files() == {office.old.access_key_id.value}
    assert (others(office), office.account.user_names()) == ([], ())


def test_a_new_key_that_works_again_is_carried_on_with(office: Office) -> None:
    new = rotated(office, Route.SCOPED_USER)
    new_key_dies(office, new, "made inactive")
    assert rotation_service.carry_on(office.start(), None).ending is Ending.STOPPED
    office.account.root_turn_on(new)
    office.clock.advance(60)
    again = rotation_service.carry_on(office.start(), None)
    assert (again.ending, again.problem, items(again)) == (Ending.WAITING, None, ["turn-off"])


@pytest.mark.parametrize(("route", "how"), [(Route.SCOPED_USER, "deleted"), (Route.NEW_ROOT_KEY, "deleted")])
def test_while_off_the_old_key_is_not_deleted_where_the_new_one_died(office: Office, route: Route, how: str) -> None:
    new = rotated(office, route)
    assert rotation_service.turn_off(office.start(), None, By.KEY).step is Step.DELETE
    new_key_dies(office, new, how)
    for result in (
        rotation_service.carry_on(office.start(), None),
        rotation_service.delete(office.start(), None, office.old.access_key_id.last4),
        # It is inactive, so their word would be wrong.
        rotation_service.tick(office.start(), None, "delete", office.old.access_key_id.last4),
    ):
        assert result.ending is Ending.STOPPED
        assert items(result) == ["new-key", "undo", "another"]
        assert result.problem is not None and "do not delete it" in result.problem.message
        assert "not known" not in result.problem.message, "AWS was asked, and refuses the old key"
    assert office.kept(office.old.access_key_id) == office.old
    assert office.status_of(office.old.access_key_id) is KeyStatus.INACTIVE
    blocked = rotation_service.undo(office.start(), None)
    assert (blocked.ending, items(blocked)) == (Ending.WAITING, ["turn-on"])
    assert any("keyturn end" in note for note in blocked.awaiting[0].notes), "it may be deleted, for all that is known"
    office.account.root_turn_on(office.old.access_key_id)
    office.clock.advance(60)
    undone = rotation_service.undo(office.start(), None)
    assert undone.state is State.UNDONE, str(undone.problem)
    assert office.pairs_in_files() == {office.old.access_key_id.value}


def test_where_no_new_key_was_made_nobody_is_told_to_go_on_with_one(office: Office) -> None:
    plan = office.plan(Route.SCOPED_USER)
    office.account.root_turn_off(office.old.access_key_id)
    office.clock.advance(60)
    rotation_service.rotate(office.start(), plan)
    blocked = rotation_service.undo(office.start(), None)
    assert items(blocked) == ["turn-on"] and blocked.new_access_key_id is None
    said = " ".join(blocked.awaiting[0].notes)
    assert "keyturn end" in said and "new key" not in said


def test_a_user_who_may_make_keys_and_not_delete_them_gets_everything_back_and_is_told_what_is_left(
    office: Office,
) -> None:
    own = ["iam:ListAccessKeys", "iam:GetAccessKeyLastUsed", "iam:GetUser", "iam:CreateAccessKey", "s3:*"]
    policy = json.dumps({"Statement": [{"Effect": "Allow", "Resource": "*", "Action": own}]})
    office.account.create_user("bob", policies={"own": policy})
    office.old = office.account.create_user_key("bob", age_days=900)
    office.write_programs()
    new = office.rotate(Route.SAME_USER).new_access_key_id
    assert new is not None
    asks = rotation_service.undo(office.start(), None)
    assert (asks.ending, asks.state) == (Ending.WAITING, State.WAITING)
    assert items(asks) == [f"delete-{new.last4}", f"keep-{new.last4}"]
    assert office.pairs_in_files() == {office.old.access_key_id.value}
    office.account.root_delete(new)
    assert rotation_service.undo(office.start(), None).state is State.UNDONE


def test_who_wants_no_administrator_leaves_the_new_key_and_is_done(office: Office) -> None:
    own = ["iam:ListAccessKeys", "iam:CreateAccessKey", "s3:*"]
    policy = json.dumps({"Statement": [{"Effect": "Allow", "Resource": "*", "Action": own}]})
    office.account.create_user("bob", policies={"own": policy})
    office.old = office.account.create_user_key("bob", age_days=900)
    office.write_programs()
    new = office.rotate(Route.SAME_USER).new_access_key_id
    assert new is not None
    rotation_service.undo(office.start(), None)
    rotation_service.tick(office.start(), None, f"keep-{new.last4}")
    assert rotation_service.undo(office.start(), None).state is State.UNDONE
    assert office.status_of(new) is KeyStatus.ACTIVE


def delete_bucket(office: Office) -> None:
    office.ask("s3", "DeleteObject", {"Bucket": "family-archive", "Key": "photos/one.jpg"}, office.region)
    office.ask("s3", "DeleteBucket", {"Bucket": "family-archive"}, office.region)


def test_a_bucket_that_was_deleted_meanwhile_does_not_bar_the_way_back(office: Office) -> None:
    rotated(office, Route.SCOPED_USER)
    delete_bucket(office)
    undone = rotation_service.undo(office.start(), None)
    assert undone.state is State.UNDONE, str(undone.problem)
    assert office.pairs_in_files() == {office.old.access_key_id.value}
    assert (others(office), office.account.user_names()) == ([], ())
    assert any("no bucket family-archive" in event.detail for event in office.events)


def test_a_bucket_that_is_deleted_after_the_plan_leaves_nothing_of_the_rotation(office: Office) -> None:
    plan = office.plan(Route.SCOPED_USER)
    delete_bucket(office)
    result = rotation_service.rotate(office.start(), plan)
    assert (result.ending, result.state) == (Ending.PUT_BACK, State.UNDONE), str(result.problem)
    assert result.problem is not None and "family-archive" in result.problem.title
    assert (others(office), office.account.user_names()) == ([], ())


def test_a_bucket_that_refuses_the_old_key_too_leaves_nothing_of_the_rotation(office: Office) -> None:
    plan = office.plan(Route.SCOPED_USER)
    from_one_network = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::office-backup", "arn:aws:s3:::office-backup/*"],
        "Condition": {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}},
    }
    office.account.administrator.set_bucket_policy("office-backup", json.dumps({"Statement": [from_one_network]}))
    result = rotation_service.rotate(office.start(), plan)
    assert (result.ending, result.state) == (Ending.PUT_BACK, State.UNDONE), str(result.problem)
    assert (others(office), office.account.user_names()) == ([], ())
    assert any("unfinished upload is left in office-backup is not known" in event.detail for event in office.events)


# ── Secrets that are gone ────────────────────────────────────────────────────────────────────────────────────────────


def lose_secrets(office: Office) -> None:
    (office.memory / "secrets.json").unlink()


def test_with_the_old_secret_gone_a_rotation_goes_on_by_the_persons_word(office: Office) -> None:
    rotated(office, Route.SCOPED_USER)
    lose_secrets(office)
    office.account.root_turn_off(office.old.access_key_id)
    looked = rotation_service.carry_on(office.start(), None)
    assert (looked.ending, items(looked)) == (Ending.WAITING, ["last-use", "waits-unread"])
    for item in items(looked):
        rotation_service.tick(office.start(), None, item)
    assert items(rotation_service.turn_off(office.start(), None)) == ["turn-off"]
    said = rotation_service.tick(office.start(), None, "turn-off")
    assert (said.ending, said.step) == (Ending.DONE, Step.DELETE), str(said.problem)
    done = rotation_service.tick(office.start(), None, "delete", office.old.access_key_id.last4)
    assert done.state is State.DONE


@pytest.mark.parametrize("command", [rotation_service.undo, rotation_service.turn_on])
def test_what_needs_the_old_secret_says_how_it_is_given_and_goes_on_with_it(
    office: Office, command: Callable[..., Result]
) -> None:
    rotated(office, Route.SCOPED_USER)
    lose_secrets(office)
    asks = command(office.start(), None)
    assert (asks.ending, asks.problem) == (Ending.WAITING, None)
    assert items(asks) == [f"secret-{office.old.access_key_id.last4}"]
    assert any("--pair" in step for step in asks.awaiting[0].steps)
    rotation_service.take_pair(office.start(), None, office.old)
    assert command(office.start(), None).ending is Ending.DONE


def test_a_wrong_pair_is_not_taken(office: Office) -> None:
    rotated(office, Route.SCOPED_USER)
    lose_secrets(office)
    wrong = KeyPair(office.old.access_key_id, Secret("wrongwrongwrongwrongwrongwrongwrongwrong"))
    other = KeyPair(AccessKeyId("AKIAANOTHERKEYEXAMPL"), office.old.secret)
    for pair in (wrong, other):
        with pytest.raises(UsageError):
            rotation_service.take_pair(office.start(), None, pair)
        assert office.secrets.get(pair.access_key_id) is None


def test_a_wrong_secret_that_was_typed_while_the_key_was_off_gives_way_to_the_right_one(office: Office) -> None:
    rotated(office, Route.SCOPED_USER)
    lose_secrets(office)
    office.account.root_turn_off(office.old.access_key_id)
    office.clock.advance(60)
    wrong = KeyPair(office.old.access_key_id, Secret("wrongwrongwrongwrongwrongwrongwrongwrong"))
    rotation_service.take_pair(office.start(), None, wrong)  # of a key that is off AWS tells nothing
    with pytest.raises(UsageError, match="Another secret") as told:
        rotation_service.take_pair(office.start(), None, office.old)
    assert "turn it on" in told.value.message.lower()
    office.account.root_turn_on(office.old.access_key_id)
    office.clock.advance(60)
    stopped = rotation_service.undo(office.start(), None)
    assert stopped.ending is Ending.STOPPED and stopped.problem is not None
    assert "--pair" in stopped.problem.message
    rotation_service.take_pair(office.start(), None, office.old)
    assert rotation_service.undo(office.start(), None).state is State.UNDONE
    assert held_ids(office) == {office.old.access_key_id.value}


@pytest.mark.parametrize("whose", ["old", "new"])
def test_where_a_kept_secret_is_wrong_continue_says_how_the_right_one_is_given(office: Office, whose: str) -> None:
    new = rotated(office, Route.NEW_ROOT_KEY if whose == "new" else Route.SCOPED_USER)
    key = new if whose == "new" else office.old.access_key_id
    right = office.kept(key)
    assert right is not None
    office.secrets.forget(key)
    office.secrets.keep(KeyPair(key, Secret("wrongwrongwrongwrongwrongwrongwrongwrong")))
    stopped = rotation_service.carry_on(office.start(), None)
    assert stopped.ending is Ending.STOPPED and stopped.problem is not None
    assert f"`keyturn continue {stopped.rotation} --pair`" in stopped.problem.message
    rotation_service.take_pair(office.start(), None, right)
    assert rotation_service.carry_on(office.start(), None).ending is Ending.WAITING


def test_an_undo_that_stopped_half_way_promises_no_way_on_where_the_old_key_is_gone(office: Office) -> None:
    rotated(office, Route.NEW_ROOT_KEY)
    office.account.fail("iam:DeleteAccessKey", faults.refused(403, "AccessDenied"))
    assert rotation_service.undo(office.start(), None).ending is not Ending.DONE
    office.account.root_delete(office.old.access_key_id)
    office.clock.advance(60)
    stopped = rotation_service.carry_on(office.start(), None)
    assert stopped.problem is not None and stopped.problem.code == "key.gone"
    assert "keyturn end" in stopped.problem.message
    assert "put back nowhere" not in stopped.problem.message and "keyturn continue" not in stopped.problem.message


def test_a_typed_secret_does_not_take_the_place_of_a_right_one(office: Office) -> None:
    rotated(office, Route.SCOPED_USER)
    office.account.root_turn_off(office.old.access_key_id)
    office.clock.advance(60)
    wrong = KeyPair(office.old.access_key_id, Secret("wrongwrongwrongwrongwrongwrongwrongwrong"))
    with pytest.raises(UsageError, match="Another secret"):
        rotation_service.take_pair(office.start(), None, wrong)
    assert office.kept(office.old.access_key_id) == office.old


def test_an_old_secret_that_lies_in_downloads_is_found(office: Office) -> None:
    old = office.old
    rotated(office, Route.SCOPED_USER)
    lose_secrets(office)
    office.write(
        "Downloads/rootkey.csv", f"AWSAccessKeyId={old.access_key_id}\r\nAWSSecretKey={old.secret.reveal()}\r\n"
    )
    assert rotation_service.undo(office.start(), None).state is State.UNDONE
    assert held_ids(office) == {old.access_key_id.value}


def test_a_new_secret_that_stands_in_the_files_alone_is_kept_again(office: Office) -> None:
    new = rotated(office, Route.NEW_ROOT_KEY)
    lose_secrets(office)
    office.secrets.keep(office.old)
    assert rotation_service.turn_off(office.start(), None, By.KEY).step is Step.DELETE
    assert office.secrets.get(new) is not None


# ── Earlier copies put back ──────────────────────────────────────────────────────────────────────────────────────────

JOURNAL, SECRETS = ("journal.sqlite3",), ("secrets.json",)


def copied_at(office: Office, moment: Step, folder: Path) -> Callable[[Event], None]:
    def copy(event: Event) -> None:
        if (event.step, event.moment) == (moment, Moment.STARTED) and not folder.exists():
            shutil.copytree(office.memory, folder)

    return copy


def put_back(office: Office, folder: Path, names: tuple[str, ...]) -> None:
    for name in names:
        (office.memory / name).unlink(missing_ok=True)
        if (folder / name).exists():
            shutil.copy(folder / name, office.memory / name)


EARLIER = [
    (Step.CREATE, JOURNAL),
    (Step.CREATE, SECRETS),
    (Step.CREATE, JOURNAL + SECRETS),
    (Step.PROVE, JOURNAL),
    (Step.SWITCH, JOURNAL + SECRETS),
    (Step.PROVE_AGAIN, JOURNAL),
]


@pytest.mark.parametrize("route", [Route.SCOPED_USER, Route.NEW_ROOT_KEY])
@pytest.mark.parametrize(("moment", "names"), EARLIER, ids=[f"{m}-{len(n)}-{n[0]}" for m, n in EARLIER])
@pytest.mark.parametrize("back", [True, False], ids=["undo", "continue"])
def test_earlier_copies_of_its_memory_are_lived_with(
    office: Office, tmp_path: Path, route: Route, moment: Step, names: tuple[str, ...], back: bool
) -> None:
    copy = tmp_path / "copy"
    plan = office.plan(route)
    result = rotation_service.rotate(office.start(progress=copied_at(office, moment, copy)), plan)
    new = result.new_access_key_id
    assert new is not None and result.step is Step.WATCH
    put_back(office, copy, names)
    office.clock.advance(1200)

    def sound(_event: Event) -> None:
        for key in held_ids(office):
            assert office.status_of(AccessKeyId(key)) is KeyStatus.ACTIVE

    command = rotation_service.undo if back else rotation_service.carry_on
    ended = command(office.start(progress=sound), None)
    decisions = [one for one in items(ended) if one.startswith("remove-")]
    if decisions:
        assert route is Route.NEW_ROOT_KEY and decisions == [f"remove-{new.last4}"]
        rotation_service.tick(office.start(), None, decisions[0])
        ended = command(office.start(progress=sound), None)
    if back:
        assert ended.state is State.UNDONE, str(ended.problem)
        assert held_ids(office) == {office.old.access_key_id.value}
        assert (others(office), office.account.user_names()) == ([], ())
    else:
        assert (ended.ending, ended.step) == (Ending.WAITING, Step.WATCH), str(ended.problem)
        assert held_ids(office) == {new.value}
        assert others(office) == [new]


def test_a_journal_from_before_the_end_finds_what_was_undone_since(office: Office, tmp_path: Path) -> None:
    rotated(office, Route.SCOPED_USER)
    copy = tmp_path / "copy"
    shutil.copytree(office.memory, copy)
    assert rotation_service.undo(office.start(), None).state is State.UNDONE
    put_back(office, copy, JOURNAL)
    result = rotation_service.undo(office.start(), None)
    assert result.state is State.UNDONE, str(result.problem)
    assert held_ids(office) == {office.old.access_key_id.value}


def test_a_journal_from_before_the_end_does_not_bring_a_deleted_key_back(office: Office, tmp_path: Path) -> None:
    new = rotated(office, Route.NEW_ROOT_KEY)
    copy = tmp_path / "copy"
    shutil.copytree(office.memory, copy)
    rotation_service.turn_off(office.start(), None, By.KEY)
    assert rotation_service.delete(office.start(), None, office.old.access_key_id.last4).state is State.DONE
    put_back(office, copy, JOURNAL)
    assert rotation_service.undo(office.start(), None).ending is not Ending.DONE
    assert held_ids(office) == {new.value}
    result = rotation_service.carry_on(office.start(), None)
    assert (result.ending, result.step) == (Ending.DONE, Step.DELETE), str(result.problem)
    assert rotation_service.delete(office.start(), None, office.old.access_key_id.last4).state is State.DONE
    assert others(office) == [new]
