"""Who makes the change: another identity of the account does by itself what else a person does in the console."""

from __future__ import annotations

import pytest

from keyturn.model.errors import AppError, UsageError
from keyturn.model.keys import KeyStatus
from keyturn.rotation import rotation_service
from keyturn.rotation.events.rotation_events import SignedBy
from keyturn.rotation.steps import By, Ending, Route, State, Step

from .colleague import Colleague, changes, policy, profile, with_colleague
from .conftest import Office


@pytest.fixture
def colleague(office: Office) -> Colleague:
    return with_colleague(office)


def test_a_key_that_may_nothing_at_iam_is_renewed_turned_off_on_and_deleted_by_another(colleague: Colleague) -> None:
    office, admin = colleague.office, colleague.pair.access_key_id.value
    made = colleague.rotate(Route.SAME_USER)
    assert (made.ending, made.state, made.problem) == (Ending.WAITING, State.WAITING, None), str(made.problem)
    assert made.new_access_key_id is not None
    off = rotation_service.turn_off(colleague.start(), None)
    assert (off.ending, off.step) == (Ending.DONE, Step.DELETE), str(off.problem)
    assert office.rotations()[0].off_by is By.SIGNER
    assert office.status_of(office.old.access_key_id) is KeyStatus.INACTIVE
    assert rotation_service.turn_on(colleague.start(), None).ending is Ending.DONE
    assert office.account.accepts(office.old)
    assert rotation_service.turn_off(colleague.start(), None).ending is Ending.DONE
    deleted = rotation_service.delete(colleague.start(), None, office.old.access_key_id.last4)
    assert (deleted.ending, deleted.state) == (Ending.DONE, State.DONE), str(deleted.problem)
    assert office.status_of(office.old.access_key_id) is None
    assert changes(office, "iam:CreateAccessKey", "iam:UpdateAccessKey", "iam:DeleteAccessKey") == {admin}


def test_without_another_identity_the_same_key_makes_nothing(colleague: Colleague) -> None:
    result = colleague.office.rotate(Route.SAME_USER)
    assert result.rotation is None
    assert result.problem is not None
    assert "--as profile:NAME" in result.problem.message


def test_undo_removes_the_new_key_with_the_other_identity(colleague: Colleague) -> None:
    office = colleague.office
    made = colleague.rotate(Route.SAME_USER)
    assert rotation_service.turn_off(colleague.start(), None).ending is Ending.DONE
    back = rotation_service.undo(colleague.start(), None)
    assert (back.ending, back.state) == (Ending.DONE, State.UNDONE), str(back.problem)
    assert office.old.secret.reveal() in (office.home / ".config/rclone/rclone.conf").read_text()
    assert made.new_access_key_id is not None
    assert office.status_of(made.new_access_key_id) is None


def test_a_scoped_user_for_a_users_key_is_made_and_its_old_key_ended_by_another(colleague: Colleague) -> None:
    office, admin = colleague.office, colleague.pair.access_key_id.value
    made = colleague.rotate(Route.SCOPED_USER)
    assert (made.ending, made.problem) == (Ending.WAITING, None), str(made.problem)
    assert rotation_service.turn_off(colleague.start(), None).ending is Ending.DONE
    assert rotation_service.delete(colleague.start(), None, office.old.access_key_id.last4).state is State.DONE
    assert changes(office, "iam:CreateUser", "iam:CreateAccessKey", "iam:DeleteAccessKey") == {admin}


def test_a_key_that_nothing_uses_is_retired_by_another_identity(colleague: Colleague) -> None:
    office = colleague.office
    for path in (".config/rclone/rclone.conf", ".config/restic/office.env"):
        (office.home / path).unlink()
    key, secret = office.old.access_key_id, office.old.secret.reveal()
    office.write("Downloads/robot_accessKeys.csv", f"Access key ID,Secret access key\n{key},{secret}\n")
    begun = colleague.rotate(Route.RETIRE)
    assert (begun.ending, begun.problem) == (Ending.WAITING, None), str(begun.problem)
    assert rotation_service.turn_off(colleague.start(), None).step is Step.DELETE
    assert rotation_service.turn_on(colleague.start(), None).step is Step.WATCH
    assert rotation_service.turn_off(colleague.start(), None).step is Step.DELETE
    assert rotation_service.delete(colleague.start(), None, key.last4).state is State.DONE
    admin = colleague.pair.access_key_id.value
    assert changes(office, "iam:UpdateAccessKey", "iam:DeleteAccessKey") == {admin}


def test_the_journal_names_who_made_each_change_and_no_secret_of_theirs(colleague: Colleague) -> None:
    colleague.rotate(Route.SAME_USER)
    rotation_service.turn_off(colleague.start(), None)
    entries = colleague.office.rotations()[0].entries
    named = {one.step for one in entries if SignedBy("profile:admin") in one.events}
    assert {"create", "turn-off"} <= named
    journal = (colleague.office.memory / "journal.sqlite3").read_bytes()
    assert colleague.pair.secret.reveal().encode() not in journal


def test_a_key_found_here_signs_by_its_id_or_its_end(colleague: Colleague) -> None:
    key = colleague.pair.access_key_id
    for text in (f"key:{key.value}", f"key:{key.last4}"):
        assert colleague.start(text).signer.name == f"key:{key.value}"


def test_root_keys_stay_as_they_are(office: Office) -> None:
    office.account.create_user("admin", policies={"all": policy("*")})
    pair = office.account.create_user_key("admin", age_days=30)
    office.write(".aws/credentials", profile("admin", pair))
    colleague = Colleague(office, pair)
    office.rotate(Route.SCOPED_USER)
    off = rotation_service.turn_off(colleague.start(), None)
    assert (off.ending, [one.item for one in off.awaiting]) == (Ending.WAITING, ["turn-off"])
    assert "console" in off.awaiting[0].title


def refused(colleague: Colleague, who: str) -> AppError:
    with pytest.raises(AppError) as caught:
        colleague.rotate(Route.SAME_USER, who)
    assert not colleague.office.rotations()
    assert changes(colleague.office, "iam:CreateAccessKey") == set()
    return caught.value


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("profile:nobody", "signer.no-profile"),
        ("key:ZZZZ", "signer.no-key"),
        ("profile:borrower", "signer.profile"),
        ("profile:circle", "signer.profile"),
        ("profile:empty", "signer.profile"),
    ],
)
def test_who_is_not_to_be_had_is_told_before_anything_is_made(colleague: Colleague, who: str, code: str) -> None:
    colleague.office.write(
        ".aws/config",
        "[profile helped]\ncredential_process = /bin/false\n"
        "[profile borrower]\nrole_arn = arn:aws:iam::111122223333:role/admin\nsource_profile = helped\n"
        "[profile circle]\nrole_arn = arn:aws:iam::111122223333:role/admin\nsource_profile = circles\n"
        "[profile circles]\nrole_arn = arn:aws:iam::111122223333:role/admin\nsource_profile = circle\n"
        "[profile empty]\nregion = eu-central-1\n",
    )
    error = refused(colleague, who)
    assert (error.code, isinstance(error, UsageError)) == (code, True)


def test_the_key_itself_is_no_other_identity(colleague: Colleague) -> None:
    old = colleague.office.old
    colleague.office.write(".aws/credentials", profile("same", old))
    assert refused(colleague, "profile:same").code == "signer.same-key"
    assert refused(colleague, f"key:{old.access_key_id}").code == "signer.same-key"
