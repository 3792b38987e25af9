"""What the key's owner cannot do, told before anything is made: no console to sign in to, no right to make keys, a
quarantine of AWS's. Each with a way that this very person can take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from keyturn.aws import access_keys
from keyturn.aws.denials import sentences_of_quarantine
from keyturn.aws.quarantine import quarantine_of
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import AccessKey, PrincipalKind
from keyturn.model.text import _
from keyturn.rotation.context import Context
from keyturn.rotation.finding.survey import FoundKey
from keyturn.rotation.planning.plan import Gate
from keyturn.rotation.planning.way_to_keys import has_console
from keyturn.rotation.signers.signer import Subject
from keyturn.rotation.steps import Route, Step


def ending_gates(found: FoundKey, route: Route) -> Iterator[Gate]:
    """Yield why the old key could never be turned off on this route: its owner has no console (facts/aws.md A2)."""
    key, owner = found.key.access_key_id.masked, found.key.owner
    if has_console(owner) or route.same_owner:
        return
    if route is Route.RETIRE:
        reason = _(
            "{key} is a root key of GovCloud, where the root user has no console: only another root key can turn it "
            "off and on again. Keyturn makes one for programs that use it (--also NAME --bucket NAME --route "
            "new-root-key); for a key that nothing uses, ask AWS Support."
        )
    else:
        reason = _(
            "{key} is a root key of GovCloud, where the root user has no console: only another root key can turn it "
            "off and on again, and on this route there is none. Choose --route new-root-key."
        )
    yield Gate(Step.CHECK, reason.format(key=key), code="turn-off.no-way-back")


def quarantine_gates(context: Context, found: FoundKey, route: Route) -> tuple[tuple[Gate, ...], str]:
    """Return what a quarantine by AWS closes, and what is to be known of it all the same.

    Anyone who may not see the user's policies learns of it by AWS's refusal.
    """
    owner = found.key.owner
    if found.pair is None or owner is None or owner.kind is not PrincipalKind.USER or owner.user_name is None:
        return (), ""
    asks = context.signer.makes(Subject(owner, route), found.pair)
    try:
        policy = None if asks is None else quarantine_of(context.aws, asks.pair, owner.user_name)
    except AwsError:
        return (), ""
    if policy is None:
        return (), ""
    title, message = sentences_of_quarantine()
    said = _("{title} ({policy}). {message}").format(
        title=title.format(key=found.key.access_key_id.masked), policy=policy, message=message
    )
    if route in {Route.GIVEN_PAIR, Route.RETIRE}:
        return (), said
    return (Gate(Step.CHECK, said, code="key.quarantined"),), ""


def with_siblings(context: Context, found: FoundKey, route: Route) -> FoundKey:
    """The key, with the others of its owner, as the one who makes the change may be told where the key is not."""
    owner = found.key.owner
    if found.siblings is not None or found.pair is None or owner is None:
        return found
    hand = context.signer.makes(Subject(owner, route), found.pair)
    if hand is None or hand.pair is found.pair:
        return found  # it was asked already
    try:
        listed = access_keys.list_keys(context.aws, hand.pair, hand.user_name)
    except AwsError as error:
        if error.fault is not AwsFault.DENIED:
            raise
        return found
    others = [one for one in listed if one.access_key_id != found.key.access_key_id]
    keys = (AccessKey(one.access_key_id, owner, one.status, one.created) for one in others)
    return replace(found, siblings=tuple(keys))


def may_make_no_key(found: FoundKey) -> str:
    """Who can make the new key where this one may not, and how it comes in."""
    key, owner = found.key.access_key_id, found.key.owner
    user = None if owner is None else owner.user_name
    if user is None:
        return _(
            "AWS does not let {key} make keys or users, nor say how many keys there are. The person who looks after "
            "the AWS account can make a new key in the AWS console; `keyturn rotate {last4} --pair` asks for it, "
            "proves it and puts it in place. An identity that may make keys does it all: "
            "`keyturn rotate {last4} --as profile:NAME`."
        ).format(key=key.masked, last4=key.last4)
    return _(
        "{key} belongs to the IAM user {user}, whom AWS does not let make keys or users, nor say how many keys there "
        "are. The person who looks after the users of the AWS account can make a new key: in the AWS console under "
        "IAM, Users, {user}, Security credentials. `keyturn rotate {last4} --pair` asks for it, proves it and puts it "
        "in place. An identity that may make keys does it all, and so does this computer's keeper: "
        "`keyturn rotate {last4} --as profile:NAME`."
    ).format(key=key.masked, user=user, last4=key.last4)
