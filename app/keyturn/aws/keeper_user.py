"""The keeper: an IAM user that may renew the keys of Keyturn's users and of those adopted by name, and nothing else.

Anyone who has its key can make a key for each of these users; it cannot widen its own rights, and changes its own key
only where the person said so (facts/aws.md A6).
"""

from __future__ import annotations

from collections.abc import Sequence

from keyturn.aws.scoped_user import ROTATION_TAG, USER_PATH
from keyturn.aws.session import Aws
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import KeyPair
from keyturn.model.needs import INLINE_POLICY_LIMIT, PolicyDocument, Statement
from keyturn.model.text import _

KEEPER_NAME = "keyturn-keeper"
KEEPER_TAG = "keyturn:keeper-id"

_KEYS = ("iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:UpdateAccessKey")
_CHANGES = (*_KEYS[:2], "iam:TagUser", *_KEYS[2:])
_READS = ("iam:GetAccessKeyLastUsed", "iam:GetUser", "iam:ListAccessKeys", "iam:ListUserTags")


def keeper_policy(partition: str, account: str, adopted: Sequence[str], itself: str = "") -> PolicyDocument:
    """Return all that a keeper may.

    Args:
        adopted: the ARNs of the users besides those of Keyturn's own path.
        itself: the keeper's ID in its user's tags, where it may change its own key; no keeper may write that tag.
    """
    users = f"arn:{partition}:iam::{account}:user{USER_PATH}"
    # IAM takes tags of different case for the same one (IAM User Guide, "Rules for tagging in IAM").
    id_of_rotation = {"ForAnyValue:StringEqualsIgnoreCase": {"aws:TagKeys": ROTATION_TAG}}
    keepers = (f"{users}{KEEPER_NAME}-*",)
    no_keeper: tuple[Statement, ...] = (Statement("NoKeeper", "Deny", _CHANGES, keepers, {}),)
    if itself:
        # A user without the tag counts as another one, too: what is not there is not equal.
        another = {"StringNotEquals": {f"iam:ResourceTag/{KEEPER_TAG}": itself}}
        no_keeper = (
            Statement("NoOtherKeeper", "Deny", _KEYS, keepers, another),
            Statement("NoKeepersTags", "Deny", ("iam:TagUser",), keepers, {}),
        )
    return PolicyDocument(
        (
            Statement("Keys", "Allow", (*_CHANGES, *_READS), (f"{users}*", *adopted), {}),
            Statement("History", "Allow", ("cloudtrail:LookupEvents",), ("*",), {}),
            *no_keeper,
            Statement("NoProof", "Deny", ("iam:TagUser",), ("*",), id_of_rotation),
        )
    )


def put_keeper_policy(aws: Aws, signer: KeyPair, user_name: str, policy: PolicyDocument) -> None:
    """Give the keeper these rights in place of those that it had. Sending it again changes nothing.

    Raises:
        AwsError: LIMIT, without asking AWS, where too many users are adopted for one user's policy.
    """
    if policy.size > INLINE_POLICY_LIMIT:
        raise AwsError(
            _("A keeper cannot look after so many users"),
            _(
                "Its policy would have {size} characters, and AWS allows {limit}. Users that Keyturn makes need "
                "not be adopted."
            ).format(size=policy.size, limit=INLINE_POLICY_LIMIT),
            fault=AwsFault.LIMIT,
        )
    document = {"UserName": user_name, "PolicyName": KEEPER_NAME, "PolicyDocument": policy.text()}
    aws.ask(signer, "iam", "PutUserPolicy", document)
