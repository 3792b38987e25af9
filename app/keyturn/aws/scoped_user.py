"""The IAM users that Keyturn makes: one per computer, under a path of its own, tagged with the computer.

Nothing here touches a user that lacks the path or the tag, whoever asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from keyturn.aws.access_keys import delete_key, in_utc, list_keys
from keyturn.aws.sentences import Subject, policy_too_long, sentences
from keyturn.aws.session import Aws
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import KeyPair
from keyturn.model.needs import MANAGED_POLICY_LIMIT, PolicyDocument
from keyturn.model.text import _

T = TypeVar("T")

USER_PATH = "/keyturn/"
COMPUTER_TAG = "keyturn:computer"
POLICY_NAME = "keyturn-backup"

# IAM API reference; names are unique ignoring case (research/aws.md A6).
_NAME_LENGTH = 64
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_+=,.@-]+")
_TAG_LENGTH = 256
_NOT_IN_TAGS = re.compile(r"[^\w .:/=+@-]+")


@dataclass(frozen=True, slots=True)
class ScopedUser:
    """An IAM user that Keyturn made. `created` is in UTC; None where IAM did not tell."""

    name: str
    arn: str
    tags: Mapping[str, str]
    created: datetime | None

    @property
    def computer(self) -> str:
        """The computer it was made for."""
        return self.tags[COMPUTER_TAG]


def flaw_of_user_name(name: str) -> str | None:
    """Why IAM would not take `name` for a user, in a sentence; None where it would."""
    if not name:
        return _("It is empty.")
    if len(name) > _NAME_LENGTH:
        return _("It has {count} characters, and AWS allows {limit}.").format(count=len(name), limit=_NAME_LENGTH)
    strange = dict.fromkeys("".join(_NOT_IN_NAMES.findall(name)))
    if strange:
        text = _("AWS takes letters from A to Z, digits and _+=,.@- in it, and no {characters}.")
        return text.format(characters=", ".join(f"“{one}”" for one in strange))
    return None


def user_name_from(text: str) -> str:
    """Return `text` as IAM allows it in a user's name: ASCII letters, digits and `_+=,.@-`, at most 64 of them."""
    return _NOT_IN_NAMES.sub("-", text)[:_NAME_LENGTH].strip("-") or "computer"


def tag_value_from(text: str) -> str:
    """Return `text` as IAM allows it in a tag: letters, digits, spaces and `_.:/=+@-`, at most 256 of them."""
    return _NOT_IN_TAGS.sub("-", text)[:_TAG_LENGTH]


def find_user(aws: Aws, signer: KeyPair, name: str) -> ScopedUser | None:
    """Return our user of this name, or None where there is no user of this name at all.

    Raises:
        AwsError: EXISTS where somebody else's user has the name.
    """
    answer = _unless_gone(lambda: aws.ask(signer, "iam", "GetUser", {"UserName": name}))
    if answer is None:
        return None
    user = _ours(answer.get("User") or {})
    if user is None:
        raise _someone_elses(signer)
    return user


def find_users(aws: Aws, signer: KeyPair) -> tuple[ScopedUser, ...]:
    """Return all users that Keyturn made in this account, for any computer."""
    names: list[str] = []
    marker: dict[str, str] = {}
    while True:
        answer = aws.ask(signer, "iam", "ListUsers", {"PathPrefix": USER_PATH, **marker})
        names += [entry["UserName"] for entry in answer.get("Users", [])]
        if not answer.get("IsTruncated"):
            break
        marker = {"Marker": answer["Marker"]}
    # ListUsers tells no tags, and without its tag a user is not ours.
    answers = [_unless_gone(partial(aws.ask, signer, "iam", "GetUser", {"UserName": name})) or {} for name in names]
    users = [_ours(answer.get("User") or {}) for answer in answers]
    return tuple(user for user in users if user is not None)


def create_user(aws: Aws, signer: KeyPair, name: str, tags: Mapping[str, str]) -> ScopedUser:
    """Make the IAM user `name` under our path, or return it where it was made for the same computer before.

    Args:
        tags: has to hold COMPUTER_TAG, by which the user is recognised later; values are fitted to what IAM allows.

    Raises:
        AwsError: EXISTS where the name is taken by anybody else, in any spelling of case.
    """
    tags = {key: tag_value_from(value) for key, value in tags.items()}
    computer = tags[COMPUTER_TAG]
    wanted = {
        "UserName": name,
        "Path": USER_PATH,
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
    }
    # Also where the name turns out to be taken: then an earlier run may have made it seconds ago.
    aws.remember_new(name)
    try:
        answer = aws.ask(signer, "iam", "CreateUser", wanted)
    except AwsError as error:
        if error.fault is not AwsFault.EXISTS:
            if error.refused:
                aws.forget_new(name)
            raise
        taken = error
    else:
        made: Mapping[str, Any] = answer.get("User") or {}
        return ScopedUser(name, made.get("Arn", ""), tags, in_utc(made.get("CreateDate")))
    # An answer that was lost, or an earlier run that was interrupted, left it behind.
    user = find_user(aws, signer, name)
    if user is None or user.computer != computer:
        raise taken
    return user


def put_policy(aws: Aws, signer: KeyPair, user: ScopedUser, policy: PolicyDocument) -> None:
    """Give `user` this policy in place of the one that it had from Keyturn. Sending it again changes nothing.

    One that is too long to stand in the user is a managed policy of its own, see `remove_managed_policy`.

    Raises:
        AwsError: LIMIT, without asking AWS, where the policy is longer than IAM allows. EXISTS where another policy has
            the name that the managed one needs.
    """
    if policy.size > MANAGED_POLICY_LIMIT:
        title, message = policy_too_long()
        raise AwsError(title, message, fault=AwsFault.LIMIT)
    if policy.is_managed:
        _create_managed_policy(aws, signer, user, policy)
        aws.ask(signer, "iam", "AttachUserPolicy", {"UserName": user.name, "PolicyArn": _policy_arn(user)})
        return
    document = {"UserName": user.name, "PolicyName": POLICY_NAME, "PolicyDocument": policy.text()}
    aws.ask(signer, "iam", "PutUserPolicy", document)


def remove_managed_policy(aws: Aws, signer: KeyPair, name: str) -> None:
    """Delete the managed policy of our user `name`; one that is gone already is what was asked for.

    To be done before the user is deleted: it is found by its user.

    Raises:
        AwsError: EXISTS where it is not our user. CONFLICT where somebody attached the policy to others as well.
    """
    user = find_user(aws, signer, name)
    if user is None:
        return
    arn = _policy_arn(user)
    _unless_gone(lambda: aws.ask(signer, "iam", "DetachUserPolicy", {"UserName": name, "PolicyArn": arn}))
    _unless_gone(lambda: aws.ask(signer, "iam", "DeletePolicy", {"PolicyArn": arn}))


def _create_managed_policy(aws: Aws, signer: KeyPair, user: ScopedUser, policy: PolicyDocument) -> None:
    wanted = {
        "PolicyName": _policy_name(user),
        "Path": USER_PATH,
        "PolicyDocument": policy.text(),
        "Description": "Made by Keyturn for its user of the same name.",
        "Tags": [{"Key": COMPUTER_TAG, "Value": user.computer}],
    }
    try:
        aws.ask(signer, "iam", "CreatePolicy", wanted)
    except AwsError as error:
        # An answer that was lost, or an earlier run that was interrupted, left it behind: then it says the same.
        if error.fault is not AwsFault.EXISTS or _text_of(aws, signer, _policy_arn(user)) != policy.as_json():
            raise


def _text_of(aws: Aws, signer: KeyPair, arn: str) -> object:
    """What a managed policy says now."""
    about = aws.ask(signer, "iam", "GetPolicy", {"PolicyArn": arn}).get("Policy") or {}
    version = {"PolicyArn": arn, "VersionId": about.get("DefaultVersionId", "v1")}
    return (aws.ask(signer, "iam", "GetPolicyVersion", version).get("PolicyVersion") or {}).get("Document")


def _policy_name(user: ScopedUser) -> str:
    return f"{POLICY_NAME}-{user.name}"


def _policy_arn(user: ScopedUser) -> str:
    """The ARN of the user's managed policy: the user's own, with a policy's place and name in it."""
    account = user.arn.partition(":user/")[0]
    return f"{account}:policy{USER_PATH}{_policy_name(user)}"


def delete_user(aws: Aws, signer: KeyPair, name: str) -> None:
    """Delete our user with its keys and policies. A user that is gone already is what was asked for.

    Raises:
        AwsError: EXISTS where it is not our user. CONFLICT where somebody gave it more than Keyturn does: a group, an
            attached policy, a password; its keys are gone then.
    """
    if find_user(aws, signer, name) is None:
        return
    for key in _unless_gone(lambda: list_keys(aws, signer, name)) or ():
        delete_key(aws, signer, key.access_key_id, user_name=name)
    listed = _unless_gone(lambda: aws.ask(signer, "iam", "ListUserPolicies", {"UserName": name})) or {}
    for policy in listed.get("PolicyNames", []):
        _unless_gone(partial(aws.ask, signer, "iam", "DeleteUserPolicy", {"UserName": name, "PolicyName": policy}))
    _unless_gone(lambda: aws.ask(signer, "iam", "DeleteUser", {"UserName": name}))


def _unless_gone(ask: Callable[[], T]) -> T | None:
    """The answer; None where somebody, or our own earlier request whose answer was lost, was quicker."""
    try:
        return ask()
    except AwsError as error:
        if error.fault is not AwsFault.NOT_FOUND:
            raise
        return None


def _ours(user: Mapping[str, Any]) -> ScopedUser | None:
    """The user as IAM describes it, or None where it lacks our path or our tag."""
    tags = {tag["Key"]: tag["Value"] for tag in user.get("Tags") or []}
    if user.get("Path") != USER_PATH or COMPUTER_TAG not in tags:
        return None
    return ScopedUser(user["UserName"], user.get("Arn", ""), tags, in_utc(user.get("CreateDate")))


def _someone_elses(signer: KeyPair) -> AwsError:
    title, message = sentences(AwsFault.EXISTS, Subject(signer.access_key_id, None, "", "CreateUser"))
    return AwsError(title, message, fault=AwsFault.EXISTS)
