"""The IAM users that Keyturn makes: one for each rotation, under a path of its own, tagged with the rotation's own ID.

A name proves nothing: two computers may have the same one. Anyone who removes or changes something here says which user
they mean, by what IAM alone gives (`AIDA…`) or by the tag that nobody else could have written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from keyturn.aws.access_keys import in_utc
from keyturn.aws.error_messages import policy_too_long
from keyturn.aws.session import Aws
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import KeyPair
from keyturn.model.needs import MANAGED_POLICY_LIMIT, PolicyDocument
from keyturn.model.text import _

T = TypeVar("T")

USER_PATH = "/keyturn/"
COMPUTER_TAG = "keyturn:computer"
# Names are not unique, and this is; see `state/this_computer.py`.
COMPUTER_ID_TAG = "keyturn:computer-id"
# Drawn by lot for each rotation, and never written again.
ROTATION_TAG = "keyturn:rotation-id"
# The rotation's name and the key that it replaces. By these two the first Keyturn's users are known, although two
# rotations of one day may share them; and by the key other computers with that key know of the rotation.
ROTATION_NAME_TAG = "keyturn:rotation"
REPLACES_TAG = "keyturn:replaces"
# With the ID of a computer that uses that key; see `rotation/shared_key/claim_tags.py`. It proves nothing about whose
# the user is.
WAITS_TAG = "keyturn:waits:"
# What a person calls the key, see `rotation/key_life/naming.py`.
NAME_TAG = "keyturn:name"
POLICY_NAME = "keyturn-backup"

# IAM API reference; names are unique ignoring case (facts/aws.md A6).
_NAME_LENGTH = 64
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_+=,.@-]+")
_TAG_LENGTH = 256
_NOT_IN_TAGS = re.compile(r"[^\w .:/=+@-]+")


@dataclass(frozen=True, slots=True)
class IamUser:
    """An IAM user, no matter who made it.

    Attributes:
        user_id: `AIDA…`, which no other user ever bears, not even one made again under the same name.
        created: in UTC, by AWS's clock; None where IAM did not tell.
    """

    name: str
    path: str
    arn: str
    user_id: str
    tags: Mapping[str, str]
    created: datetime | None

    @property
    def is_keyturns(self) -> bool:
        """True where some Keyturn made it, on whichever computer."""
        return self.path == USER_PATH and COMPUTER_TAG in self.tags


# Tells whether a user is the one that is meant.
Ours = Callable[[IamUser], bool]


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


def names_after(name: str) -> tuple[str, ...]:
    """The name, and those to try where it is taken: by another computer of the same name, say."""
    return (name, *(f"{name[: _NAME_LENGTH - 2]}-{number}" for number in range(2, 10)))


def tag_value_from(text: str) -> str:
    """Return `text` as IAM allows it in a tag: letters, digits, spaces and `_.:/=+@-`, at most 256 of them."""
    return _NOT_IN_TAGS.sub("-", text)[:_TAG_LENGTH]


def find_user(aws: Aws, signer: KeyPair, name: str) -> IamUser | None:
    """Return the user of this name, no matter who made it; None where there is none."""
    answer = _unless_gone(lambda: aws.ask(signer, "iam", "GetUser", {"UserName": name}))
    return None if answer is None else _read(answer.get("User") or {}, name)


def find_users(aws: Aws, signer: KeyPair, ours: Ours) -> tuple[IamUser, ...]:
    """Return those of Keyturn's users in this account, of any computer, that are meant."""
    return tuple(user for user in users_under_our_path(aws, signer) if user.is_keyturns and ours(user))


def users_under_our_path(aws: Aws, signer: KeyPair) -> tuple[IamUser, ...]:
    """Return every user of this account below Keyturn's path, with its tags, no matter who made it.

    Raises:
        AwsError: DENIED where the signer may not list them, or may not look at one.
    """
    names: list[str] = []
    marker: dict[str, str] = {}
    while True:
        answer = aws.ask(signer, "iam", "ListUsers", {"PathPrefix": USER_PATH, **marker})
        names += [entry["UserName"] for entry in answer.get("Users", [])]
        if not answer.get("IsTruncated"):
            break
        marker = {"Marker": answer["Marker"]}
    # ListUsers tells no tags.
    found = [find_user(aws, signer, name) for name in names]
    return tuple(user for user in found if user is not None)


def create_user(aws: Aws, signer: KeyPair, name: str, tags: Mapping[str, str], ours: Ours) -> IamUser:
    """Make the IAM user `name` under our path, or return it where it is the one that is meant.

    Args:
        tags: values are fitted to what IAM allows.
        ours: recognises the user after an answer that was lost, or a run that was interrupted.

    Raises:
        AwsError: EXISTS where the name is taken by anybody else, in any spelling of case.
    """
    tags = {key: tag_value_from(value) for key, value in tags.items()}
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
        return replace(_read(made, name), path=USER_PATH, tags=tags)
    user = find_user(aws, signer, name)
    if user is None or not ours(user):
        aws.forget_new(name)
        raise taken
    return user


def put_policy(aws: Aws, signer: KeyPair, user: IamUser, policy: PolicyDocument) -> None:
    """Give `user` this policy in place of the one that it had from Keyturn. Sending it again changes nothing.

    One that is too long to stand in the user is a managed policy of its own, see `remove_managed_policy`.

    Args:
        user: one that is known to be ours.

    Raises:
        AwsError: LIMIT, without asking AWS, where the policy is longer than IAM allows. EXISTS where somebody else's
            policy has the name that the managed one needs.
    """
    if policy.size > MANAGED_POLICY_LIMIT:
        title, message = policy_too_long()
        raise AwsError(title, message, fault=AwsFault.LIMIT)
    if policy.is_managed:
        _create_managed_policy(aws, signer, user, policy)
        aws.ask(signer, "iam", "AttachUserPolicy", {"UserName": user.name, "PolicyArn": managed_policy(user.arn)})
        return
    document = {"UserName": user.name, "PolicyName": POLICY_NAME, "PolicyDocument": policy.text()}
    aws.ask(signer, "iam", "PutUserPolicy", document)


def remove_managed_policy(aws: Aws, signer: KeyPair, arn: str, tags: Mapping[str, str]) -> None:
    """Take our managed policy away from its user and delete it; one that is gone already is what was asked for.

    Its user may be gone: anyone who deletes a user in the console leaves the policy behind.

    Args:
        arn: see `managed_policy`.
        tags: those by which it is known to be ours; one that lacks them is left alone.

    Raises:
        AwsError: CONFLICT where somebody attached the policy to others as well.
    """
    about = _unless_gone(lambda: aws.ask(signer, "iam", "GetPolicy", {"PolicyArn": arn}))
    if about is None or not _has(about.get("Policy") or {}, tags):
        return
    name = arn.rpartition(f"{POLICY_NAME}-")[2]
    _unless_gone(lambda: aws.ask(signer, "iam", "DetachUserPolicy", {"UserName": name, "PolicyArn": arn}))
    _unless_gone(lambda: aws.ask(signer, "iam", "DeletePolicy", {"PolicyArn": arn}))


def _create_managed_policy(aws: Aws, signer: KeyPair, user: IamUser, policy: PolicyDocument) -> None:
    tags = policy_tags(user.tags)
    wanted = {
        "PolicyName": managed_policy(user.arn).rpartition("/")[2],
        "Path": USER_PATH,
        "PolicyDocument": policy.text(),
        "Description": "Made by Keyturn for its user of the same name.",
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
    }
    try:
        aws.ask(signer, "iam", "CreatePolicy", wanted)
    except AwsError as error:
        if error.fault is not AwsFault.EXISTS:
            raise
        # An answer that was lost, or an earlier run that was interrupted, left it behind: then it says the same.
        arn = managed_policy(user.arn)
        about = aws.ask(signer, "iam", "GetPolicy", {"PolicyArn": arn}).get("Policy") or {}
        if not _has(about, tags) or _text_of(aws, signer, arn, about) != policy.as_json():
            raise


def policy_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Those of a user's tags that its managed policy bears."""
    return {key: tags[key] for key in (COMPUTER_TAG, ROTATION_TAG) if key in tags}


def _has(about: Mapping[str, Any], tags: Mapping[str, str]) -> bool:
    has = {tag["Key"]: tag["Value"] for tag in about.get("Tags") or []}
    return all(has.get(key) == tag_value_from(value) for key, value in tags.items())


def _text_of(aws: Aws, signer: KeyPair, arn: str, about: Mapping[str, Any]) -> object:
    """What a managed policy says now."""
    version = {"PolicyArn": arn, "VersionId": about.get("DefaultVersionId", "v1")}
    return (aws.ask(signer, "iam", "GetPolicyVersion", version).get("PolicyVersion") or {}).get("Document")


def managed_policy(user_arn: str) -> str:
    """The ARN of a user's managed policy: the user's own, with a policy's place and name in it."""
    account, _user, rest = user_arn.partition(":user/")
    return f"{account}:policy{USER_PATH}{POLICY_NAME}-{rest.rpartition('/')[2]}"


def tag_user(aws: Aws, signer: KeyPair, name: str, tags: Mapping[str, str]) -> None:
    """Write tags on a user, no matter who made it; its other tags stay.

    Raises:
        AwsError: DENIED where the signer may not, as AWS fails else.
    """
    listed = [{"Key": key, "Value": tag_value_from(value)} for key, value in tags.items()]
    aws.ask(signer, "iam", "TagUser", {"UserName": name, "Tags": listed})


def delete_user(aws: Aws, signer: KeyPair, user: IamUser, policy_name: str = POLICY_NAME) -> None:
    """Delete a user without keys, with its policy. A user that is gone already is what was asked for.

    Args:
        user: one that is known to be ours.
        policy_name: of the policy that Keyturn put into it. Any other one is somebody else's and stays.

    Raises:
        AwsError: CONFLICT where somebody gave it more than Keyturn does: a key, a group, a policy, a password.
    """
    named = {"UserName": user.name}
    # Asked first, since a policy that was never put there would be waited for as one that AWS does not know yet.
    listed = _unless_gone(lambda: aws.ask(signer, "iam", "ListUserPolicies", named)) or {}
    if policy_name in listed.get("PolicyNames", []):
        _unless_gone(lambda: aws.ask(signer, "iam", "DeleteUserPolicy", {**named, "PolicyName": policy_name}))
    _unless_gone(lambda: aws.ask(signer, "iam", "DeleteUser", named))


def _unless_gone(ask: Callable[[], T]) -> T | None:
    """The answer; None where somebody, or our own earlier request whose answer was lost, was quicker."""
    try:
        return ask()
    except AwsError as error:
        if error.fault is not AwsFault.NOT_FOUND:
            raise
        return None


def _read(user: Mapping[str, Any], name: str) -> IamUser:
    """The user as IAM describes it."""
    return IamUser(
        name=user.get("UserName", name),
        path=user.get("Path", ""),
        arn=user.get("Arn", ""),
        user_id=user.get("UserId", ""),
        tags={tag["Key"]: tag["Value"] for tag in user.get("Tags") or []},
        created=in_utc(user.get("CreateDate")),
    )
