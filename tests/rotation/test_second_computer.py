"""Two computers with one old key: the one that turns it off waits for the other by name, in every order of steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from keyturn.aws.scoped_user import REPLACES_TAG, ROTATION_TAG, USER_PATH, WAITS_TAG
from keyturn.model.keys import AccessKeyId, KeyPair, KeyStatus
from keyturn.rotation import rotation_service
from keyturn.rotation.carrying_out.standing import GateClosed, standing
from keyturn.rotation.record import Rotation
from keyturn.rotation.shared_key import holding
from keyturn.rotation.shared_key.claiming import UNREAD
from keyturn.rotation.shared_key.replaced_elsewhere import sentences_on
from keyturn.rotation.steps import By, Ending, Result, Route, Step
from keyturn.state.secrets import FileSecrets
from keyturn_practice import faults
from keyturn_practice.timeline import Lag

from .conftest import Office, opened_office

Another = Callable[[str], Office]


@pytest.fixture
def another(office: Office, tmp_path: Path) -> Another:
    """Another computer of the same account, whose programs use the same old key."""
    return lambda name: second(office, tmp_path / f"beside-{name}", name)


def second(office: Office, folder: Path, name: str) -> Office:
    home, memory = folder / name, folder / "memory"
    home.mkdir(parents=True)
    memory.mkdir(mode=0o700)
    other = replace(office, home=home, memory=memory, secrets=FileSecrets(memory / "secrets.json"), events=[])
    other.write_programs()
    return other


def hold(one: Office) -> None:
    context, pair = one.start(), one.old
    holding.hold(context, pair, holding.held_back(context, pair))


def turned_off(one: Office) -> Result:
    return rotation_service.turn_off(one.start(), None, By.KEY)


def looked(one: Office) -> Result:
    return rotation_service.carry_on(one.start(), None)


def newest(one: Office) -> Rotation:
    return one.rotations()[-1]


def waits_for(result: Result) -> list[str]:
    """Whom it waits for, in the titles of what is awaited."""
    return [one.title for one in result.awaiting if one.item.startswith("waits-")]


def is_on(office: Office) -> bool:
    return office.status_of(office.old.access_key_id) is KeyStatus.ACTIVE


def is_cut_off(one: Office) -> bool:
    """Whether a program of this computer has a key that is not on."""
    return any(one.status_of(AccessKeyId(key)) is not KeyStatus.ACTIVE for key in one.pairs_in_files())


def tags_of_waiting(office: Office) -> dict[str, dict[str, str]]:
    """What computers say, by user."""
    users = office.account.administrator.inventory().users.values()
    return {user.name: {key: value for key, value in user.tags if key.startswith(WAITS_TAG)} for user in users}


# ── What the second one sees, and asks for ───────────────────────────────────────────────────────────────────────────


def test_the_second_computer_sees_the_rotation_and_is_waited_for_by_name(office: Office, another: Another) -> None:
    attic = another("attic")
    assert attic.found().replaced_elsewhere == ()
    office.rotate(Route.SCOPED_USER)

    (seen,) = attic.found().replaced_elsewhere or ()
    assert (seen.computer, seen.user, seen.in_place, seen.waits_for_us) == ("home", "backup-home", True, False)
    said = sentences_on(attic.old.access_key_id, (seen,))
    assert any("keyturn hold" in one for one in said)
    assert set(said) <= set(attic.plan(Route.SCOPED_USER).notes)

    hold(attic)

    (seen,) = attic.found().replaced_elsewhere or ()
    assert seen.waits_for_us
    assert "attic" in tags_of_waiting(office)["backup-home"].values(), "the name of the computer"
    held = turned_off(office)
    assert held.ending is Ending.WAITING
    assert any("attic" in title for title in waits_for(held)), held.awaiting
    assert waits_for(standing(office.start(), newest(office))) == waits_for(held), "known without asking AWS, too"
    assert is_on(office)


def test_the_watching_begins_anew_when_another_computer_was_done(tmp_path: Path) -> None:
    with two(tmp_path, last_use=900) as (office, attic):
        office.rotate(Route.SCOPED_USER, watch_days=3.0)
        hold(attic)
        office.clock.advance(4 * 86400)
        attic.rotate(Route.SCOPED_USER)
        office.clock.advance(3600)

        held = turned_off(office)

        assert not waits_for(held)
        assert held.ending is Ending.WAITING, "until then the other one's backups hid what else uses the key"
        office.clock.advance(2 * 86400)
        office.ask("s3", "ListObjectsV2", {"Bucket": "family-archive"}, "eu-central-1")  # a third one
        office.clock.advance(2 * 86400)
        held = turned_off(office)
        assert held.problem is not None
        assert "AWS saw it at s3" in held.problem.message
        assert is_on(office)


def test_the_looks_of_two_keyturns_are_no_use_that_keeps_the_key_on(tmp_path: Path) -> None:
    with two(tmp_path, last_use=900) as (office, attic):
        office.rotate(Route.SCOPED_USER, watch_days=3.0)
        attic.rotate(Route.SCOPED_USER, watch_days=3.0)
        for one in (office, attic, office, attic):
            office.clock.advance(86400)
            looked(one)
        office.clock.advance(86400)

        assert turned_off(office).ending is Ending.DONE
        assert looked(attic).step is Step.DELETE


def test_a_look_that_saw_somebody_elses_use_does_not_hide_it_from_the_other_computer(tmp_path: Path) -> None:
    with two(tmp_path, last_use=900) as (office, attic):
        for one in (office, attic):
            one.rotate(Route.SCOPED_USER, watch_days=0.5)
        office.clock.advance(86400)
        office.ask("s3", "ListObjectsV2", {"Bucket": "family-archive"}, "eu-central-1")  # a third one
        office.clock.advance(3600)
        assert "s3" in str(looked(attic).problem)
        office.clock.advance(3600)

        held = turned_off(office)

        assert "Something still uses" in str(held.problem), "that Keyturn's look is the last use now"
        assert is_on(office)


# ── What a person says ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_person_may_say_that_the_other_computer_needs_it_no_more_and_that_is_told_as_said(
    office: Office, another: Another
) -> None:
    attic = another("attic")
    office.rotate(Route.SCOPED_USER)
    hold(attic)
    (item,) = [one.item for one in turned_off(office).awaiting if one.item.startswith("waits-")]

    result = rotation_service.tick(office.start(), None, item)

    (said,) = [one for one in result.said if one.item == item]
    assert "attic" in said.title
    assert turned_off(office).ending is Ending.DONE


def test_it_is_said_by_hand_for_a_key_that_was_changed_by_hand(office: Office, another: Another) -> None:
    attic = another("attic")
    office.rotate(Route.SCOPED_USER)
    hold(attic)
    context = attic.start()
    with pytest.raises(GateClosed, match="rclone"):
        holding.release(context, attic.old, attic.found().destinations, holding.held_back(context, attic.old))
    attic.forget_programs()
    assert waits_for(turned_off(office))

    pair = holding.held_pair(context, attic.old.access_key_id.last4)
    assert pair == attic.old
    told = holding.release(context, pair, (), holding.held_back(context, pair))

    assert not any(one.waits_for_us for one in told.elsewhere)
    assert attic.secrets.get(pair.access_key_id) is None, "kept only to say this"
    assert turned_off(office).ending is Ending.DONE


def stranger(office: Office) -> KeyPair:
    """Somebody else of the account who may do everything there."""
    office.account.create_user("stranger", policies={"all": EVERYTHING})
    key = office.account.create_user_key("stranger")
    office.clock.advance(60)
    return key


# ── Nothing else ends a wait, and a stranger commands no more than one ───────────────────────────────────────────────


def test_a_tag_that_is_gone_or_forged_ends_nothing(office: Office, another: Another) -> None:
    attic = another("attic")
    office.rotate(Route.SCOPED_USER)
    hold(attic)
    turned_off(office)
    (tag,) = [tag for tag, value in tags_of_waiting(office)["backup-home"].items() if value == "attic"]
    admin = stranger(office)
    now = f"{office.clock.now():%Y-%m-%dT%H:%M:%SZ}"

    for value in ("done", f"done/{now}/{now}/{'0' * 32}/attic", ""):
        office.use(admin, "iam", "TagUser", {"UserName": "backup-home", "Tags": [{"Key": tag, "Value": value}]})
        assert waits_for(turned_off(office)), value
    office.use(admin, "iam", "UntagUser", {"UserName": "backup-home", "TagKeys": [tag]})
    (title,) = waits_for(turned_off(office))
    assert "gone" in title
    assert is_on(office)


def test_a_strangers_tags_and_users_are_a_wait_that_a_person_ends_and_prove_nothing(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    (rotation,) = office.rotations()
    assert rotation.decision.rotation_id is not None
    admin = stranger(office)
    odd = {"Key": f"{WAITS_TAG}rotation-id", "Value": rotation.decision.rotation_id}
    office.use(admin, "iam", "TagUser", {"UserName": "backup-home", "Tags": [odd]})
    replaces = {"Key": REPLACES_TAG, "Value": office.old.access_key_id.value}
    made = {"UserName": "odd", "Path": USER_PATH, "Tags": [replaces, odd]}
    office.use(admin, "iam", "CreateUser", made)

    held = turned_off(office)
    items = [one.item for one in held.awaiting if one.item.startswith("waits-")]
    assert len(items) == 2
    for item in items:
        rotation_service.tick(office.start(), None, item)
    assert turned_off(office).ending is Ending.DONE
    office.account.root_turn_on(office.old.access_key_id)
    office.clock.advance(60)
    assert rotation_service.undo(office.start(), None).ending is Ending.DONE
    assert "odd" in office.account.user_names()
    assert "backup-home" not in office.account.user_names()
    assert odd["Key"] != ROTATION_TAG


def test_tags_that_cannot_be_read_are_awaited_by_name(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    office.account.fail("iam:ListUsers", faults.refused(403, "AccessDenied"), times=100)

    held = turned_off(office)

    assert UNREAD in [one.item for one in held.awaiting]
    assert held.ending is Ending.WAITING
    assert is_on(office)
    rotation_service.tick(office.start(), None, UNREAD)
    assert turned_off(office).ending is Ending.DONE


# ── Ways back ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_puts_the_old_key_back_is_waited_for_again(office: Office, another: Another) -> None:
    attic = another("attic")
    office.rotate(Route.SCOPED_USER, watch_days=3.0)
    hold(attic)
    attic.rotate(Route.SCOPED_USER, watch_days=3.0)
    assert not waits_for(looked(office))

    rotation_service.undo(attic.start(), None)

    assert any("attic" in title for title in waits_for(looked(office)))


def test_what_was_asked_outlives_the_user_on_which_it_stood(office: Office, another: Another) -> None:
    attic = another("attic")
    office.rotate(Route.SCOPED_USER)
    hold(attic)
    rotation_service.undo(office.start(), None)
    assert not any(tags_of_waiting(office).values())
    office.rotate(Route.SCOPED_USER)

    assert any("attic" in title for title in waits_for(turned_off(office)))
    attic.rotate(Route.SCOPED_USER)
    assert turned_off(office).ending is Ending.DONE


def test_a_key_that_somebody_turned_off_all_the_same_is_not_deleted_while_another_needs_it(
    office: Office, another: Another
) -> None:
    attic = another("attic")
    office.rotate(Route.NEW_ROOT_KEY)
    attic.rotate_as_before(Route.SCOPED_USER)
    assert not waits_for(turned_off(office)), "it is done"
    rotation_service.turn_on(office.start(), None)
    office.clock.advance(60)
    rotation_service.undo(attic.start(), None)
    office.account.root_turn_off(office.old.access_key_id)
    office.clock.advance(60)
    turned_off(office)

    result = rotation_service.delete(office.start(), None, office.old.access_key_id.last4)

    assert result.ending is Ending.WAITING
    assert any("attic" in title for title in waits_for(result))
    assert office.status_of(office.old.access_key_id) is KeyStatus.INACTIVE


# ── Every order ──────────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def two(folder: Path, *, name: str = "attic", last_use: float = 0) -> Iterator[tuple[Office, Office]]:
    with opened_office(folder, lag=Lag(new=8, off=4, policy=6, last_use=last_use)) as one:
        yield one, second(one, folder / "beside", name)


STEPS: dict[str, Callable[[Office], object]] = {
    "hold": hold,
    "rotate": lambda one: one.rotate(Route.SCOPED_USER),
    "off": turned_off,
    "undo": lambda one: rotation_service.undo(one.start(), None),
}
# Of each, the first letter says who: a is the first computer, b the second one.
ORDERS = (
    ("home", "a-rotate b-hold a-off b-rotate a-off"),
    ("attic", "a-rotate b-rotate b-undo a-off b-rotate b-off"),
    ("home", "a-rotate b-hold a-undo b-rotate a-hold b-off a-rotate b-off"),
)


@pytest.mark.parametrize(("name", "order"), ORDERS)
def test_in_every_order_nobody_is_cut_off_and_each_says_why_it_waits(tmp_path: Path, name: str, order: str) -> None:
    with two(tmp_path, name=name) as (first, other):
        for number, word in enumerate(order.split()):
            who, step = word.split("-")
            one = first if who == "a" else other
            result = STEPS[step](one)
            at = f"{order}, step {number + 1}"
            assert not is_cut_off(first), at
            assert not is_cut_off(other), at
            if step == "off" and is_on(first):
                assert isinstance(result, Result)
                assert waits_for(result), at
        assert not is_on(first), f"{order}: it ends"


EVERYTHING = '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
