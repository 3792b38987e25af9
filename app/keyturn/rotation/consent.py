"""What a person reads and answers before the old key is turned off, in the terminal as in the window."""

from __future__ import annotations

from dataclasses import dataclass

from keyturn.model.keys import AccessKeyId, Principal, PrincipalKind
from keyturn.model.text import _


@dataclass(frozen=True, slots=True)
class OtherUsers:
    """The question that nobody but a person can answer: Keyturn sees this computer only.

    Attributes:
        examples: who else may use the key.
        if_so: what to do first where somebody else does.
    """

    heading: str
    lead: str
    examples: tuple[str, ...]
    question: str
    if_so: str


def other_users(key: AccessKeyId) -> OtherUsers:
    """Ask whether something elsewhere uses the old key."""
    return OtherUsers(
        heading=_("Keyturn sees this computer only."),
        lead=_("Whatever else uses {key} stops when it is off, such as").format(key=key.masked),
        examples=(
            _("another computer that backs up to the same buckets"),
            _("a NAS (Synology, QNAP, TrueNAS) with a backup or sync to S3"),
            _("a web server or a plug-in that stores files in S3"),
        ),
        question=_("Does any other computer, NAS or web server use {key}?").format(key=key.masked),
        if_so=_("Give those a key of their own first; then come back here."),
    )


def one_way_heading() -> str:
    """The title of the warning before a key turns itself off."""
    return _("This is a one-way door for Keyturn.")


def one_way(owner: Principal | None) -> str:
    """Why a key that turns itself off cannot be turned on by Keyturn (facts/aws.md 0.1 and A2)."""
    if owner is not None and owner.kind is PrincipalKind.ROOT:
        return _(
            "A root key that turns itself off cannot turn itself on again, and no IAM user may. Only you can, in the "
            "AWS console, signed in as root with password and MFA. If you are not sure that you can sign in, turn it "
            "off in the console instead: there you see that you can."
        )
    return _(
        "A key that turns itself off cannot turn itself on again, and Keyturn holds no other key of {user}. Only "
        "somebody who may manage users can, in the AWS console. If you are not sure that you can sign in there, turn "
        "it off in the console instead: there you see that you can."
    ).format(user=_("its owner") if owner is None else owner.user_name or owner.arn)
