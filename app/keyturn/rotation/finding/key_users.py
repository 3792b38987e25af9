"""Who used a key, as AWS's event history has it: whom to ask and where, what is Keyturn's own, and what is said of it.

The history names programs and addresses, and never all of them: what backups read and write is not in it. So a use in
it is evidence, and none in it is nothing (see `aws.event_history`).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from keyturn.aws import buckets as aws_buckets
from keyturn.aws.event_history import MOST_EVENTS, EventHistory, History, SignedEvent, oldest
from keyturn.aws.parallel import in_parallel
from keyturn.clients.endpoints import is_aws
from keyturn.model.errors import AwsFault
from keyturn.model.keys import HISTORY_DAYS, AccessKeyId, KeyPair, KeyUse
from keyturn.model.places import Problem
from keyturn.model.text import _, plural
from keyturn.rotation import labels
from keyturn.rotation.all_rotations import all_rotations
from keyturn.rotation.context import Context
from keyturn.rotation.events.rotation_events import UsesElsewhere
from keyturn.rotation.signers.the_key import TheKey

if TYPE_CHECKING:
    from keyturn.rotation.decision import Decision
    from keyturn.rotation.finding.survey import FoundKey
    from keyturn.rotation.record import Rotation
    from keyturn.rotation.signers.signer import Signer
    from keyturn.state.journal import Journal

NOT_READ = "history.closed"
OURS = "Keyturn/"
_REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}")
# Our clock and AWS's, and own uses that are noted at most once a minute.
_BEFORE, _AFTER = timedelta(minutes=2), timedelta(minutes=3)


def of_keys(
    context: Context, keys: Sequence[FoundKey], days: int, *, beside: Sequence[FoundKey] = ()
) -> tuple[Mapping[AccessKeyId, History], tuple[Problem, ...]]:
    """Ask AWS who used each key of AWS's in the last `days` days.

    The old key of a rotation signs nothing after the switch: another key of its account asks about it, where one is
    here that may.

    Args:
        beside: further keys that were found, which may ask about these.

    Returns:
        The histories, and why there is none of other keys, or not of every region.
    """
    silent = _not_to_sign(context.journal)
    asking = EventHistory(context.aws, context.clock)
    since = oldest(context.clock.now(), days)
    histories: dict[AccessKeyId, History] = {}
    problems: list[Problem] = []
    for found in keys:
        key = found.key.access_key_id
        if found.at_store or key.is_temporary:
            continue
        history = None
        for signer in _signers(found, (*keys, *beside), silent):
            regions = _regions(context, found, signer)
            history = asking.of(key, signer, regions, since=since, is_own=own_events(context.journal, key))
            if not _is_denied(history):
                break
        if history is not None and history.is_known:
            histories[key] = history
        problems += not_read(key, history)
    return histories, tuple(problems)


def before_switch(context: Context, decision: Decision, old: KeyPair) -> tuple[UsesElsewhere, ...]:
    """Ask with the old key itself, as long as it may be used, who used it; nothing where that is not told."""
    if decision.store is not None:
        return ()
    aws = context.aws
    regions = (aws.home_region(decision.key), *(region for region in decision.regions.values() if region))
    history = EventHistory(aws, context.clock).of(
        decision.key,
        old,
        regions,
        since=oldest(context.clock.now(), HISTORY_DAYS),
        is_own=own_events(context.journal, decision.key),
    )
    if not history.is_known:
        return ()
    # A use that comes from where Keyturn's own requests come from is this computer, as far as AWS can tell.
    return (UsesElsewhere(tuple(use for use in history.uses if use.address not in history.own_addresses)),)


def since_switch(context: Context, rotation: Rotation, signer: KeyPair, last_region: str) -> tuple[KeyUse, ...]:
    """Who used the old key after the switch, as far as `signer`, which is never the old key itself, may read it.

    Args:
        last_region: where AWS says that it was used last; what is no region's name is passed over.
    """
    switched, key = rotation.counts_from(context.clock.now()), rotation.decision.key
    if switched is None or signer.access_key_id == key or rotation.decision.store is not None:
        return ()
    aws, regions = context.aws, rotation.decision.regions.values()
    history = EventHistory(aws, context.clock).of(
        key,
        signer,
        (aws.home_region(key), *(one for one in (*regions, last_region) if one and _REGION.fullmatch(one))),
        since=switched,
        is_own=own_events(context.journal, key),
    )
    # A Keyturn elsewhere only looks; what is dated to the second may be older than the switch within it.
    return tuple(use for use in history.uses if use.last > switched and not use.agent.startswith(OURS))


def why_not_asked(rotation: Rotation, signer: Signer) -> tuple[str, ...]:
    """Say that since the switch nobody asks who uses the old key, where only that key may; else nothing.

    On the route `scoped-user` the new key may not read the history, and a question signed by the old one is a use.
    """
    decision = rotation.decision
    if decision.store is not None or decision.route.same_owner or signer.name != TheKey.name or decision.elsewhere:
        return ()
    if decision.route.makes_a_key:
        why = _(
            "AWS's event history is not asked who uses {key} now: the new key has no right to ask, and asking with "
            "{key} itself would be a use of it."
        )
    else:
        why = _("AWS's event history is not asked who uses {key} now: asking with {key} itself would be a use of it.")
    look = _(
        "Look in the AWS console under CloudTrail, Event history, with the filter “AWS access key”; or name somebody "
        "of the account who may ask, with --as."
    )
    return (f"{why.format(key=decision.key.masked)} {look}",)


def own_events(journal: Journal, key: AccessKeyId) -> Callable[[SignedEvent], bool]:
    """Whether this computer's Keyturn made a request: it says so, and the journal has it. Others may say so, too."""
    noted: dict[str, list[datetime]] = {}
    for at, service in journal.own_uses(key):
        noted.setdefault(service, []).append(at)

    def is_own(event: SignedEvent) -> bool:
        if OURS not in event.agent:
            return False
        moments = noted.get(event.service, [])
        first = bisect_left(moments, event.at - _AFTER)
        return first < len(moments) and moments[first] <= event.at + _BEFORE

    return is_own


def used_by(use: KeyUse) -> str:
    """One use in a sentence's part, such as `rclone/v1.60.1 from 203.0.113.7 in eu-central-1, last on 3 May`."""
    text = plural(
        "{agent} from {address} in {region}: {count} request, on {day}",
        "{agent} from {address} in {region}: {count} requests, last on {day}",
        use.events,
    )
    agent = use.agent or _("a program without a name")
    return text.format(
        agent=agent,
        address=use.address or _("an unknown address"),
        region=use.region,
        count=use.events,
        day=labels.weekday(use.last),
    )


def heading(history: History, days: int) -> str:
    """What comes before `lines`."""
    if not history.uses:
        return plural(
            "AWS's event history names nobody but Keyturn in the last {count} day.",
            "AWS's event history names nobody but Keyturn in the last {count} days.",
            days,
        ).format(count=days)
    return plural(
        "AWS's event history of the last {count} day names:",
        "AWS's event history of the last {count} days names:",
        days,
    ).format(count=days)


def lines(history: History) -> tuple[str, ...]:
    """Who used the key, the newest first, each with what a person should ask; then what the history does not tell."""
    told = []
    for use in history.uses:
        where = (
            _("the address of this computer") if use.address in history.own_addresses else _("is that this computer?")
        )
        if use.agent.startswith(OURS) and use.address not in history.own_addresses:
            where = _("the Keyturn of another computer, which may be replacing it")
        told.append(_("{use} ({where})").format(use=used_by(use), where=where))
    if history.cut:
        text = _("Of {regions} only the newest {count} requests were read.")
        told.append(text.format(regions=", ".join(history.cut), count=f"{MOST_EVENTS:,}"))
    return (*told, what_it_lacks())


def what_it_lacks() -> str:
    """What the event history never tells."""
    return _(
        "AWS's event history has no reads and writes of backups, so a program that is not named here may use the key "
        "all the same."
    )


def not_read(key: AccessKeyId, history: History | None) -> list[Problem]:
    """Why it is not known, or not for every region, who used the key."""
    title = _("Who used {key} at AWS is not known").format(key=key.masked)
    if history is None:
        message = _(
            "No key on this computer may ask AWS about it now, so programs elsewhere that use it are not named. Look "
            "in the AWS console under CloudTrail, Event history, with the filter “AWS access key”."
        )
        return [Problem(None, title, message, code=NOT_READ)]
    problems = []
    if history.failures:
        reason = next(iter(history.failures.values()))
        regions = ", ".join(history.failures)
        if history.is_known:
            title = _("Who used {key} at AWS is not known in {regions}").format(key=key.masked, regions=regions)
        message = _(
            "{reason} So programs elsewhere that use it may not be named. Look in the AWS console under CloudTrail, "
            "Event history, with the filter “AWS access key”."
        ).format(reason=f"{reason.title}.")
        problems.append(Problem(None, title, message, code=NOT_READ))
    return problems


def _is_denied(history: History) -> bool:
    return not history.is_known and all(error.fault is AwsFault.DENIED for error in history.failures.values())


def _not_to_sign(journal: Journal) -> frozenset[AccessKeyId]:
    under_way = (one for one in all_rotations(journal) if not one.is_over)
    return frozenset(one.decision.key for one in under_way if one.switched_at is not None)


def _signers(found: FoundKey, keys: Iterable[FoundKey], silent: frozenset[AccessKeyId]) -> list[KeyPair]:
    """The keys that may know: the key itself, then others of its account."""
    owner = found.key.owner
    others = [
        one.pair
        for one in keys
        if one is not found
        and owner is not None
        and one.key.owner is not None
        and one.key.owner.account == owner.account
    ]
    return [pair for pair in (found.pair, *others) if pair is not None and pair.access_key_id not in silent]


def _regions(context: Context, found: FoundKey, signer: KeyPair) -> Sequence[str]:
    """Where IAM's events are, where the buckets are, and where the key was used last."""
    aws = context.aws
    places = [place for place in found.places if is_aws(place, context.endpoint_url)]
    buckets = sorted({target.bucket for place in places for target in place.targets})
    told = in_parallel([partial(aws_buckets.region_of, aws, signer, bucket) for bucket in buckets])
    used = None if found.key.last_use is None else found.key.last_use.region
    named = (*told, *(place.region for place in places), used)
    known = (region for region in named if region is not None and _REGION.fullmatch(region))
    return tuple(dict.fromkeys((aws.home_region(found.key.access_key_id), *known)))
