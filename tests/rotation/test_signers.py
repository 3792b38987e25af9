"""Who makes the change: another identity of the account does by itself what else a person does in the console."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from keyturn.model.errors import AppError, UsageError
from keyturn.model.keys import KeyPair, KeyStatus
from keyturn.model.other_buckets import OtherBuckets
from keyturn.rotation import conductor
from keyturn.rotation.plan import Options
from keyturn.rotation.planning import make_plan
from keyturn.rotation.signers.choosing import opened_signer
from keyturn.rotation.signers.who import Who
from keyturn.rotation.steps import By, Ending, Result, Route, State, Step
from keyturn.rotation.surroundings import Surroundings
from keyturn.rotation.survey import take_survey

from .conftest import Office


def policy(*actions: str, resource: str = "*") -> str:
    return json.dumps({"Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": resource}]})


def no_code(device: str) -> str:
    raise AssertionError(f"asked for a code of {device}")


@dataclass
class Colleague:
    """Somebody of the account who may manage its users' keys, with a profile on this computer."""

    office: Office
    pair: KeyPair

    def start(self, who: str = "profile:admin", code: Callable[[str], str] = no_code) -> Surroundings:
        made = self.office.start()
        return replace(made, signer=opened_signer(made, Who.parsed(who), code))

    def rotate(self, route: Route, who: str = "profile:admin") -> Result:
        surroundings = self.start(who)
        survey = take_survey(surroundings)
        (found,) = survey.find(self.office.old.access_key_id.value)
        options = Options(route, watch_days=0, off_days=0, other_buckets=OtherBuckets.LEAVE_OUT)
        plan = make_plan(surroundings, survey, found, options)
        return conductor.rotate(surroundings, plan)


def profile(name: str, pair: KeyPair) -> str:
    key, secret = pair.access_key_id.value, pair.secret.reveal()
    return f"[{name}]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n"


@pytest.fixture
def colleague(office: Office) -> Colleague:
    """The programs use the key of a user that may only reach S3; the colleague may do everything."""
    office.account.create_user("robot", policies={"s3": policy("s3:*")})
    office.old = office.account.create_user_key("robot", age_days=200)
    office.write_programs()
    office.account.create_user("admin", policies={"all": policy("*")})
    pair = office.account.create_user_key("admin", age_days=30)
    office.write(".aws/credentials", profile("admin", pair))
    return Colleague(office, pair)


def changes(office: Office, *actions: str) -> set[str]:
    """Who asked for these at AWS."""
    return {str(one.key) for one in office.account.records if one.action in actions and one.result == "ok"}


def test_a_key_that_may_nothing_at_iam_is_renewed_turned_off_on_and_deleted_by_another(colleague: Colleague) -> None:
    office, admin = colleague.office, colleague.pair.access_key_id.value
    made = colleague.rotate(Route.SAME_USER)
    assert (made.ending, made.state, made.problem) == (Ending.WAITING, State.WAITING, None), str(made.problem)
    assert made.new_access_key_id is not None
    off = conductor.turn_off(colleague.start(), None)
    assert (off.ending, off.step) == (Ending.DONE, Step.DELETE), str(off.problem)
    assert office.rotations()[0].off_by is By.SIGNER
    assert office.status_of(office.old.access_key_id) is KeyStatus.INACTIVE
    assert conductor.turn_on(colleague.start(), None).ending is Ending.DONE
    assert office.account.accepts(office.old)
    assert conductor.turn_off(colleague.start(), None).ending is Ending.DONE
    deleted = conductor.delete(colleague.start(), None, office.old.access_key_id.last4)
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
    assert conductor.turn_off(colleague.start(), None).ending is Ending.DONE
    back = conductor.undo(colleague.start(), None)
    assert (back.ending, back.state) == (Ending.DONE, State.UNDONE), str(back.problem)
    assert office.old.secret.reveal() in (office.home / ".config/rclone/rclone.conf").read_text()
    assert made.new_access_key_id is not None
    assert office.status_of(made.new_access_key_id) is None


def test_a_scoped_user_for_a_users_key_is_made_and_its_old_key_ended_by_another(colleague: Colleague) -> None:
    office, admin = colleague.office, colleague.pair.access_key_id.value
    made = colleague.rotate(Route.SCOPED_USER)
    assert (made.ending, made.problem) == (Ending.WAITING, None), str(made.problem)
    assert conductor.turn_off(colleague.start(), None).ending is Ending.DONE
    assert conductor.delete(colleague.start(), None, office.old.access_key_id.last4).state is State.DONE
    assert changes(office, "iam:CreateUser", "iam:CreateAccessKey", "iam:DeleteAccessKey") == {admin}


def test_the_journal_names_who_made_each_change_and_no_secret_of_theirs(colleague: Colleague) -> None:
    colleague.rotate(Route.SAME_USER)
    conductor.turn_off(colleague.start(), None)
    entries = colleague.office.rotations()[0].entries
    named = {one.step for one in entries if one.facts.get("signer") == "profile:admin"}
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
    off = conductor.turn_off(colleague.start(), None)
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
