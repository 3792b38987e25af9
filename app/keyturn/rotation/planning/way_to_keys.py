"""Where a person manages the keys of an owner, AWS's console or a store's web page, and the way there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from keyturn.aws.partitions import console_of
from keyturn.model.keys import Principal, PrincipalKind
from keyturn.model.text import _
from keyturn.rotation.decision import Decision

if TYPE_CHECKING:
    pass


def has_console(owner: Principal | None) -> bool:
    """False for GovCloud's root user: its keys are managed with its keys alone (facts/aws.md A2)."""
    return owner is None or owner.kind is not PrincipalKind.ROOT or owner.partition != "aws-us-gov"


def console_address(owner: Principal) -> str | None:
    """The page of the console with the owner's keys (facts/aws.md A8, "Console"); None where none is known."""
    if not has_console(owner):
        return None
    console = console_of(owner.partition)
    if console is None:
        return None
    page = "security_credentials" if owner.kind is PrincipalKind.ROOT else "users"
    return f"{console}/iam/home#/{page}"


def _the_console(owner: Principal) -> str:
    return _("the AWS console of {partition}").format(partition=owner.partition)


def way_to_keys(decision: Decision) -> tuple[str, ...]:
    """The way to the old key, where its owner manages it."""
    if decision.owner is None:
        where = _("Sign in to the web page of {store}, and find its page of access keys (some call it API keys).")
        return (where.format(store=decision.store),)
    if decision.owner.kind is PrincipalKind.ROOT:
        address, account = console_address(decision.owner), decision.owner.account
        return (
            _(
                "Open {address} and sign in as root user of the account {account} (e-mail address, password, and the "
                "code of your MFA device)."
            ).format(address=address or _the_console(decision.owner), account=account),
            _("Top right, account name: Security credentials. Scroll to Access keys."),
        )
    return way_to_keys_of(decision.owner, decision.owner.user_name or decision.owner.arn)


def way_to_new_key(decision: Decision, user: str | None) -> tuple[str, ...]:
    """The way to the new key, where it is managed.

    Args:
        user: the IAM user that was made for it; None where it has the old key's owner.
    """
    if user is None or decision.owner is None:
        return way_to_keys(decision)
    return way_to_keys_of(decision.owner, user)


def way_to_keys_of(owner: Principal, user: str) -> tuple[str, ...]:
    """The way to the keys of an IAM user of that owner's account."""
    users = replace(owner, kind=PrincipalKind.USER)
    return (
        _("Open {address} and sign in to the account {account} as somebody who may manage users.").format(
            address=console_address(users) or _the_console(owner), account=owner.account
        ),
        _("Choose the user {user}, then the tab Security credentials, then Access keys.").format(user=user),
    )
