"""The keeper: made with its secret safe, looked after by name, able to do what it is for and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from keyturn.aws import access_keys, scoped_user
from keyturn.aws.session import Aws, AwsSettings
from keyturn.model.errors import AppError, AwsError, AwsFault, UsageError
from keyturn.model.keys import KeyPair, KeyStatus
from keyturn.rotation import rotation_service
from keyturn.rotation.context import Context
from keyturn.rotation.key_life import keepers
from keyturn.rotation.key_life.keeper_keys import KeeperLeft
from keyturn.rotation.signers.signer_choice import opened_signer
from keyturn.rotation.signers.who import Who
from keyturn.rotation.steps import Ending, Route, State, Step
from keyturn.state import keeper as memory
from keyturn.state.keeper import Keeper
from keyturn.state.secrets import MemorySecrets
from keyturn_practice import faults
from keyturn_practice.timeline import Lag

from .colleague import Colleague, changes, policy, with_colleague
from .conftest import Office, opened_office
from .test_interrupted import Countdown, Killed, fragile


@pytest.fixture
def colleague(office: Office) -> Colleague:
    return with_colleague(office)


def make(colleague: Colleague, context: Context | None = None) -> Keeper:
    started = context or colleague.start()
    return keepers.make(started, keepers.expect_maker(colleague.start().signer))


def adopt(colleague: Colleague, *names: str, even_if_powerful: bool = False) -> Keeper:
    started = colleague.start()
    return keepers.adopt(started, keepers.expect_maker(started.signer), names, even_if_powerful=even_if_powerful)


def remove(colleague: Colleague) -> None:
    started = colleague.start()
    keepers.remove(started, keepers.expect_maker(started.signer))


def refuse(colleague: Colleague, action: str) -> None:
    """Let AWS refuse this one action to the colleague, from now on."""
    allowed = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    but = {**allowed, "Effect": "Deny", "Action": action}
    colleague.office.account.administrator.give_policies("admin", {"p": json.dumps({"Statement": [allowed, but]})})
    colleague.office.clock.advance(60)


def pair_of(colleague: Colleague, keeper: Keeper) -> KeyPair:
    assert keeper.key is not None
    return colleague.office.kept(keeper.key)


def keepers_at_aws(office: Office) -> list[str]:
    return [name for name in office.account.user_names() if name.startswith("keyturn-keeper-")]


def test_a_keeper_is_one_user_with_one_key_whose_secret_is_kept(colleague: Colleague) -> None:
    office = colleague.office
    made = make(colleague)
    (name,) = keepers_at_aws(office)
    assert (name, made.user_name) == (made.user_name, name)
    assert made.arn == f"arn:aws:iam::{office.account.account_id}:user/keyturn/{name}"
    assert office.account.accepts(pair_of(colleague, made))
    assert memory.load(office.memory) == made
    assert pair_of(colleague, made).secret.reveal() not in (office.memory / "keeper.json").read_text()


def test_after_a_rotation_to_a_scoped_user_the_keeper_renews_its_key_without_the_console(office: Office) -> None:
    """The chain that ended in a dead end: root key → scoped user's key → and now the next one, by the keeper."""
    made = office.rotate(Route.SCOPED_USER)
    assert made.new_access_key_id is not None
    root = Colleague(office, office.old)
    start = root.start(f"key:{office.old.access_key_id}")
    keepers.make(start, keepers.expect_maker(start.signer))
    office.account.root_turn_off(office.old.access_key_id)
    office.clock.advance(10)
    assert rotation_service.turn_off(office.start(), None).ending is Ending.DONE
    office.account.root_delete(office.old.access_key_id)
    assert rotation_service.tick(office.start(), None, "delete", office.old.access_key_id.last4).state is State.DONE
    office.clock.advance(90 * 86_400)
    office.old = office.kept(made.new_access_key_id)
    again = root.rotate(Route.SAME_USER, "keeper")
    assert (again.ending, again.problem) == (Ending.WAITING, None), str(again.problem)
    assert rotation_service.turn_off(root.start("keeper"), None).step is Step.DELETE
    assert rotation_service.delete(root.start("keeper"), None, office.old.access_key_id.last4).state is State.DONE
    assert office.status_of(office.old.access_key_id) is None
    assert str(again.new_access_key_id) in office.pairs_in_files()


def denied(colleague: Colleague, pair: KeyPair, operation: str, parameters: Mapping[str, object]) -> bool:
    aws = Aws(AwsSettings(endpoint_url=colleague.office.url), lambda use: None)
    try:
        aws.ask(pair, "iam", operation, parameters)
    except AwsError as error:
        return error.fault is AwsFault.DENIED
    return False


def test_a_keeper_may_do_what_it_is_for_and_nothing_else(colleague: Colleague) -> None:
    office = colleague.office
    made = make(colleague)
    pair = pair_of(colleague, made)
    admin = Aws(AwsSettings(endpoint_url=office.url), lambda use: None)
    tags = {scoped_user.COMPUTER_TAG: "attic", scoped_user.ROTATION_TAG: "one"}
    scoped_user.create_user(admin, colleague.pair, "backup-attic", tags, lambda user: True)
    office.clock.advance(60)
    mine = {"UserName": "backup-attic"}
    key = access_keys.create_key(admin, pair, "backup-attic").pair.access_key_id.value
    assert not denied(colleague, pair, "ListAccessKeys", mine)
    assert not denied(colleague, pair, "GetAccessKeyLastUsed", {"AccessKeyId": key})
    assert not denied(colleague, pair, "UpdateAccessKey", {**mine, "AccessKeyId": key, "Status": "Inactive"})
    assert not denied(colleague, pair, "TagUser", {**mine, "Tags": [{"Key": "keyturn:name", "Value": "/nas"}]})
    assert not denied(colleague, pair, "DeleteAccessKey", {**mine, "AccessKeyId": key})
    for tag in ("keyturn:rotation-id", "Keyturn:Rotation-ID"):
        assert denied(colleague, pair, "TagUser", {**mine, "Tags": [{"Key": tag, "Value": "two"}]})
    itself, other = {"UserName": made.user_name}, {"UserName": "robot"}
    for user in (itself, other):
        assert denied(colleague, pair, "CreateAccessKey", user)
        assert denied(colleague, pair, "TagUser", {**user, "Tags": [{"Key": "a", "Value": "b"}]})
    everything, admins = policy("*"), "arn:aws:iam::aws:policy/AdministratorAccess"
    for user in (itself, mine, other):
        assert denied(colleague, pair, "PutUserPolicy", {**user, "PolicyName": "more", "PolicyDocument": everything})
        assert denied(colleague, pair, "AttachUserPolicy", {**user, "PolicyArn": admins})
    assert denied(colleague, pair, "CreateUser", {"UserName": "another", "Path": "/keyturn/"})
    assert denied(colleague, pair, "DeleteUser", mine)


def test_an_adopted_users_key_is_renewed_by_the_keeper(colleague: Colleague) -> None:
    office = colleague.office
    made = make(colleague)
    robot = f"arn:aws:iam::{office.account.account_id}:user/robot"
    assert adopt(colleague, "robot").adopted == (robot,)
    result = colleague.rotate(Route.SAME_USER, "keeper")
    assert (result.ending, result.problem) == (Ending.WAITING, None), str(result.problem)
    assert rotation_service.turn_off(colleague.start("keeper"), None).step is Step.DELETE
    assert rotation_service.delete(colleague.start("keeper"), None, office.old.access_key_id.last4).state is State.DONE
    assert changes(office, "iam:UpdateAccessKey", "iam:DeleteAccessKey") == {str(made.key)}


DENIED_AND_ALLOWED = [
    {"Effect": "Deny", "Action": "iam:*", "Resource": "*"},
    {"Effect": "Allow", "Action": ["s3:*", "iam:Create*"], "Resource": "*"},
]
MAY_CHANGE_IAM = [
    policy("iam:*"),
    policy("*"),
    policy("IAM:Put*"),
    policy("sts:AssumeRole"),
    policy("iam:CreateAccessKey", resource="arn:aws:iam::*:user/${aws:username}"),
    json.dumps({"Statement": {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}}),
    json.dumps({"Statement": DENIED_AND_ALLOWED}),
]


@pytest.mark.parametrize("text", MAY_CHANGE_IAM)
def test_a_user_that_may_make_more_of_itself_is_adopted_only_if_that_is_said(colleague: Colleague, text: str) -> None:
    make(colleague)
    colleague.office.account.create_user("mighty", policies={"p": text})
    with pytest.raises(UsageError) as refusal:
        adopt(colleague, "mighty")
    assert refusal.value.code == "keeper.powerful"
    assert memory.load(colleague.office.memory).adopted == ()  # type: ignore[union-attr]
    assert adopt(colleague, "mighty", even_if_powerful=True).adopted[0].endswith(":user/mighty")


def test_reading_iam_is_no_power_and_an_attached_policy_counts(colleague: Colleague) -> None:
    office = colleague.office
    make(colleague)
    office.account.create_user("reader", policies={"p": policy("iam:Get*", "iam:List*", "s3:*")})
    assert adopt(colleague, "reader").adopted[0].endswith(":user/reader")
    office.account.create_user("holder")
    admin = Aws(AwsSettings(endpoint_url=office.url), lambda use: None)
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    admin.ask(colleague.pair, "iam", "AttachUserPolicy", {"UserName": "holder", "PolicyArn": arn})
    with pytest.raises(UsageError) as refusal:
        adopt(colleague, "holder")
    assert refusal.value.code == "keeper.powerful"


def test_what_a_user_may_do_and_nobody_may_read_is_not_taken_for_nothing(colleague: Colleague) -> None:
    office = colleague.office
    make(colleague)
    office.account.administrator.give_policies("admin", {"p": policy("iam:GetUser", "iam:PutUserPolicy")})
    office.clock.advance(60)
    with pytest.raises(UsageError) as refusal:
        adopt(colleague, "robot")
    assert refusal.value.code == "keeper.powers-unknown"


def test_more_users_than_a_policy_holds_are_refused_before_anything_changes(colleague: Colleague) -> None:
    office = colleague.office
    before = make(colleague)
    names = [f"a-user-with-a-rather-long-name-{number:02d}" for number in range(25)]
    for name in names:
        office.account.create_user(name)
    with pytest.raises(AppError) as refusal:
        adopt(colleague, *names)
    assert refusal.value.code == "aws.limit"
    assert memory.load(office.memory) == before


def test_removing_leaves_nothing_here_or_at_aws(colleague: Colleague) -> None:
    office = colleague.office
    made = make(colleague)
    pair = pair_of(colleague, made)
    remove(colleague)
    assert keepers_at_aws(office) == []
    assert office.status_of(pair.access_key_id) is None
    assert office.secrets.get(pair.access_key_id) is None
    assert memory.load(office.memory) is None
    with pytest.raises(UsageError):
        opened_signer(office.start(), Who.parsed("keeper"), lambda device: "")


def test_a_keeper_whose_removal_was_cut_off_stays_where_no_other_one_can_be_made(colleague: Colleague) -> None:
    office = colleague.office
    begun = replace(make(colleague), removing=True)
    memory.save(office.memory, begun)
    with pytest.raises(UsageError) as refused:
        make(colleague, replace(office.start(), secrets=MemorySecrets()))
    assert "Nothing was changed" in refused.value.message
    assert (keepers_at_aws(office), memory.load(office.memory)) == ([begun.user_name], begun)


@pytest.mark.parametrize("refused", ["iam:GetUser", "iam:ListAccessKeys", "iam:DeleteAccessKey"])
def test_a_removal_that_aws_refuses_leaves_the_keeper_as_it_was(colleague: Colleague, refused: str) -> None:
    made = make(colleague)
    refuse(colleague, refused)
    with pytest.raises(AwsError) as error:
        remove(colleague)
    assert error.value.fault is AwsFault.DENIED
    assert memory.load(colleague.office.memory) == made
    assert opened_signer(colleague.office.start(), Who.parsed("keeper"), lambda device: "").is_keeper  # type: ignore[attr-defined]


def test_what_is_left_of_a_keeper_that_is_half_removed_is_told_and_the_same_command_ends_it(
    colleague: Colleague,
) -> None:
    office = colleague.office
    made = make(colleague)
    refuse(colleague, "iam:DeleteUser")
    with pytest.raises(KeeperLeft) as left:
        remove(colleague)
    assert "DeleteUser" in left.value.message
    assert memory.load(office.memory) == replace(made, removing=True)
    office.account.administrator.give_policies("admin", {"p": policy("*")})
    office.clock.advance(60)
    remove(colleague)
    assert (keepers_at_aws(office), memory.load(office.memory)) == ([], None)


def test_a_keeper_that_somebody_deleted_in_the_console_is_only_forgotten(colleague: Colleague) -> None:
    made = make(colleague)
    colleague.office.account.administrator.delete_user(made.user_name)
    remove(colleague)
    assert memory.load(colleague.office.memory) is None


def test_a_user_of_the_keepers_name_that_is_another_one_stays(colleague: Colleague) -> None:
    office = colleague.office
    made = make(colleague)
    office.account.administrator.delete_user(made.user_name)
    office.account.create_user(made.user_name, path="/keyturn/")
    theirs = office.account.create_user_key(made.user_name)
    remove(colleague)
    assert keepers_at_aws(office) == [made.user_name]
    assert office.status_of(theirs.access_key_id) is KeyStatus.ACTIVE


def test_a_key_that_somebody_added_to_the_keeper_stays_and_is_told(colleague: Colleague) -> None:
    office = colleague.office
    made = make(colleague)
    office.clock.advance(3600)
    theirs = office.account.create_user_key(made.user_name)
    with pytest.raises(KeeperLeft):
        remove(colleague)
    assert office.status_of(theirs.access_key_id) is KeyStatus.ACTIVE
    assert keepers_at_aws(office) == [made.user_name]


@pytest.mark.parametrize("name", ["", "x" * 129, "a b", "backup-ü", "arn:aws:iam::111122223333:user/x"])
def test_what_no_iam_user_can_be_called_is_told_before_aws_is_asked(colleague: Colleague, name: str) -> None:
    make(colleague)
    started = colleague.start()
    asked = len(colleague.office.account.records)
    with pytest.raises(UsageError) as refused:
        keepers.adopt(started, keepers.expect_maker(started.signer), [name])
    assert "Nothing was changed" in refused.value.message
    assert len(colleague.office.account.records) == asked


@pytest.mark.parametrize("refused", ["iam:CreateUser", "iam:PutUserPolicy", "iam:CreateAccessKey"])
def test_where_a_step_is_refused_nothing_of_the_keeper_is_left(colleague: Colleague, refused: str) -> None:
    office = colleague.office
    refuse(colleague, refused)
    with pytest.raises(AwsError) as error:
        make(colleague)
    assert error.value.fault is AwsFault.DENIED
    assert keepers_at_aws(office) == []
    assert memory.load(office.memory) is None


@pytest.mark.parametrize("fault", [faults.dropped_answer(), faults.torn_answer(), faults.broken_after()])
def test_a_key_whose_answer_was_lost_is_found_and_removed_and_another_made(
    colleague: Colleague, fault: faults.Fault
) -> None:
    office = colleague.office
    office.account.fail("iam:CreateAccessKey", fault)
    made = make(colleague)
    (key,) = [one for one in office.account.listed_keys() if "keyturn-keeper" in one.owner_arn]
    assert key.access_key_id == made.key
    assert office.account.accepts(pair_of(colleague, made))


def test_a_user_that_iam_made_a_moment_before_the_kill_is_removed_although_it_is_not_found_yet(tmp_path: Path) -> None:
    class Cut(Aws):
        def ask(self, signer: KeyPair, service: str, operation: str, *rest: Any, **more: Any) -> Any:  # noqa: ANN401
            answer = super().ask(signer, service, operation, *rest, **more)
            if operation == "CreateUser":
                raise Killed
            return answer

    with opened_office(tmp_path, lag=Lag(user=8)) as office:
        colleague = with_colleague(office)
        aws = Cut(
            AwsSettings(endpoint_url=office.url), lambda use: None, now=office.clock.now, sleep=office.clock.sleep
        )
        with pytest.raises(Killed):
            make(colleague, replace(office.start(), aws=aws))
        assert len(keepers_at_aws(office)) == 1
        remove(colleague)
        assert keepers_at_aws(office) == []
        assert memory.load(office.memory) is None


@pytest.mark.parametrize("back", [False, True], ids=["make again", "remove"])
def test_making_killed_anywhere_is_finished_or_removed(new_office: Callable[[], Office], back: bool) -> None:
    for nth in count(1):
        colleague = with_colleague(new_office())
        office = colleague.office
        maker = keepers.expect_maker(colleague.start().signer)
        context = fragile(office, Countdown(nth))
        try:
            keepers.make(context, maker)
        except Killed:
            pass
        else:
            break
        office.clock.advance(5)
        if back:
            if memory.load(office.memory) is not None:
                remove(colleague)
            assert keepers_at_aws(office) == [], nth
            assert memory.load(office.memory) is None
            continue
        begun = memory.load(office.memory)
        done = begun if begun is not None and begun.is_usable and not begun.unsent else make(colleague)
        assert keepers_at_aws(office) == [done.user_name], nth
        (key,) = [one for one in office.account.listed_keys() if "keyturn-keeper" in one.owner_arn]
        assert key.access_key_id == done.key
        office.clock.advance(10)
        assert office.account.accepts(pair_of(colleague, done)), nth
    assert nth >= 6, "the harness never killed anything"


def test_killed_after_aws_made_the_key_and_before_its_secret_was_kept(colleague: Colleague) -> None:
    office = colleague.office

    class Forgetful(type(office.secrets)):  # type: ignore[misc]
        def keep(self, pair: KeyPair) -> None:
            raise Killed

    sound = office.secrets
    office.secrets = Forgetful(office.memory / "secrets.json")
    with pytest.raises(Killed):
        make(colleague)
    office.secrets = sound
    (orphan,) = [one for one in office.account.listed_keys() if "keyturn-keeper" in one.owner_arn]
    done = make(colleague)
    (key,) = [one for one in office.account.listed_keys() if "keyturn-keeper" in one.owner_arn]
    assert key.access_key_id == done.key != orphan.access_key_id
