"""The buckets that a key reaches and no program here names: which the new key reaches, too, and what is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from keyturn.aws.bucket_looks import Writer
from keyturn.model.other_buckets import OtherBuckets
from keyturn.model.text import _, plural
from keyturn.rotation import labels
from keyturn.rotation.decision import ByHand, Destination, OtherBucket, OtherComputer, WhyReached
from keyturn.rotation.finding.known_buckets import ALL_THAT_ARE_NOT_LISTED, BucketState, Reach, ReachedBucket
from keyturn.rotation.planning.plan import Gate, Options
from keyturn.rotation.steps import Route, Step
from keyturn.state.bucket_answers import BucketAnswer, BucketAnswers

_NAMED = 12  # in one sentence


@dataclass(frozen=True, slots=True)
class Settled:
    """What becomes of the buckets that no program here names.

    Attributes:
        others: those that the new key reaches besides its programs' own.
        left_out: those that it does not reach although the old key does, as somebody said.
        open: those of which nobody said anything yet.
        answers: all that was said so far, with what is said now.
    """

    others: tuple[OtherBucket, ...]
    left_out: tuple[str, ...]
    open: tuple[ReachedBucket, ...]
    gates: tuple[Gate, ...]
    notes: tuple[str, ...]
    answers: BucketAnswers


def settle(
    reach: Reach | None,
    options: Options,
    route: Route,
    destinations: Sequence[Destination],
    programs: Sequence[ByHand],
    answers: BucketAnswers,
    computers: Sequence[OtherComputer] = (),
) -> Settled:
    """Decide about each bucket by what was found, by what is said now, and by what was said before.

    Args:
        reach: the account's buckets; None for a key of a store, or where AWS was not asked.
        answers: what was said before.
        computers: other computers that back up into the account's buckets.
    """
    users: list[Destination | ByHand] = [*destinations, *programs]
    named = {target.bucket for one in users for target in one.targets}
    answers = _with_places(answers, destinations, options)
    others = {bucket: WhyReached.NAMED for bucket in options.buckets if bucket not in named}
    if reach is None:
        return Settled(_as_others(others), (), (), (), (), answers)
    said: dict[str, BucketAnswer] = dict.fromkeys(others, BucketAnswer.USED)
    said |= {bucket: BucketAnswer.NOT_KNOWN for bucket in options.unsure_buckets if bucket not in named}
    said |= {bucket: BucketAnswer.LEFT_OUT for bucket in options.left_out_buckets if bucket not in named}
    for one in reach.open:
        if one.name not in said and one.name not in named and options.other_buckets in _FOR_ALL:
            said[one.name] = _FOR_ALL[options.other_buckets]
    answers = answers.with_account(reach.account, said) if said else answers
    left_out, still_open = [], []
    for one in reach.buckets:
        answer = said.get(one.name, one.answer)
        if one.name in named or one.name in others:
            continue
        if one.state is BucketState.USED:
            # What names it holds another key of the account, or is a script whose key is not known.
            if one.addressed and not one.places:
                others[one.name] = WhyReached.ADDRESSED
        elif answer is None:
            still_open.append(one)
        elif answer is BucketAnswer.LEFT_OUT:
            left_out.append(one.name)
        else:
            others[one.name] = WhyReached.NAMED if answer is BucketAnswer.USED else WhyReached.NOT_KNOWN
    if reach.refusal is None:
        gates, notes = _asked(still_open, route, computers) if still_open else ((), ())
    else:
        gates, notes = _asked_where_unlisted(reach, options, route, answers)
    if reach.refusal is not None and options.other_buckets in _FOR_ALL:
        answers = answers.with_account(reach.account, {ALL_THAT_ARE_NOT_LISTED: BucketAnswer.LEFT_OUT})
    return Settled(_as_others(others), tuple(left_out), tuple(still_open), gates, notes, answers)


_FOR_ALL: Mapping[OtherBuckets | None, BucketAnswer] = {
    OtherBuckets.INCLUDE: BucketAnswer.NOT_KNOWN,
    OtherBuckets.LEAVE_OUT: BucketAnswer.LEFT_OUT,
}


def reach_note(count: int, others: Sequence[OtherBucket], left_out: Sequence[str]) -> Iterator[str]:
    """Yield how many buckets the new key may reach, and how many of them only because nobody knows.

    Args:
        count: of all that it may reach.
    """
    unsure = [one.bucket for one in others if one.why is WhyReached.NOT_KNOWN]
    if unsure:
        yield plural(
            "The new key may reach {all} buckets, {count} of them only because nobody knows whether anything uses it "
            "({names}); it may delete nothing there.",
            "The new key may reach {all} buckets, {count} of them only because nobody knows whether anything uses them "
            "({names}); it may delete nothing there.",
            len(unsure),
        ).format(all=count, count=len(unsure), names=_listed(unsure))
    addressed = [one.bucket for one in others if one.why is WhyReached.ADDRESSED]
    if addressed:
        yield _("Files on this computer address these buckets, so the new key may reach them, too: {names}.").format(
            names=_listed(addressed)
        )
    if left_out:
        yield _(
            "The new key will not reach {names}, as you said. Whatever backs up there with the old key stops when that "
            "is turned off."
        ).format(names=_listed(left_out))


def described(one: ReachedBucket, computers: Sequence[OtherComputer] = ()) -> str:
    """Return what is known of a bucket, in a few words behind its name."""
    look = one.look
    facts = [_("region not known") if one.region is None else one.region]
    if look is None or look.last_written is None:
        empty = look is not None and look.complete
        facts.append(_("empty") if empty else _("last write not known"))
    else:
        text = _("last written {date}") if look.complete else _("last written {date} or later")
        facts.append(text.format(date=labels.day(look.last_written)))
    facts.append(_("size not known") if look is None or look.size is None else labels.size(look.size))
    names = dict.fromkeys(other.name for other in computers if other.bucket == one.name and other.name)
    if names:
        facts.append(_("written by {computers}").format(computers=", ".join(names)))
    hint = next((spot for spot in one.spots if not spot.addresses), None)
    if hint is not None:
        facts.append(_("its name stands in {file}, line {line}").format(file=hint.path.name, line=hint.line))
    if one.proposal is not None:
        facts.append(_proposed(one.proposal))
    return ", ".join(facts)


def _asked_where_unlisted(
    reach: Reach, options: Options, route: Route, answers: BucketAnswers
) -> tuple[tuple[Gate, ...], tuple[str, ...]]:
    said = ALL_THAT_ARE_NOT_LISTED in answers.of_account(reach.account)
    answered = (said and options.other_buckets is not OtherBuckets.ASK) or options.other_buckets in _FOR_ALL
    if answered or route is not Route.SCOPED_USER:
        return (), (_not_listed(reach, asks=False),)
    return (Gate(Step.CREATE, _not_listed(reach, asks=True), waits=True, code="bucket.unlisted"),), ()


def _asked(
    still_open: Sequence[ReachedBucket], route: Route, computers: Sequence[OtherComputer]
) -> tuple[tuple[Gate, ...], tuple[str, ...]]:
    buckets = _all_described(still_open, computers)
    if route is not Route.SCOPED_USER:
        # The key keeps all that it may do, so nothing is cut off; but nothing there is proved either.
        text = _("The key also reaches buckets that nothing here names, and nothing is proved there: {buckets}.")
        return (), (text.format(buckets=buckets),)
    reason = plural(
        "The old key also reaches {count} bucket that nothing found here names: {buckets}. If something backs up there "
        "with this key, it would be cut off. Say --bucket NAME if something uses it, --other-buckets leave-out if "
        "nothing does, or --other-buckets include if nobody knows: the new key then reaches it and deletes nothing.",
        "The old key also reaches {count} buckets that nothing found here names: {buckets}. If something backs up "
        "there with this key, it would be cut off. Say --bucket NAME for each that something uses, and for all others "
        "--other-buckets leave-out if nothing uses them, or --other-buckets include if nobody knows: the new key then "
        "reaches them and deletes nothing there.",
        len(still_open),
    ).format(count=len(still_open), buckets=buckets)
    offers = tuple(one.name for one in still_open)
    return (Gate(Step.CREATE, reason, waits=True, code="bucket.open", offers=offers),), ()


def _not_listed(reach: Reach, *, asks: bool) -> str:
    why = "" if reach.refusal is None else reach.refusal.title
    told = _(
        "AWS does not list the account's buckets for this key ({reason}), so whether it reaches others than those "
        "named here is not known."
    ).format(reason=why)
    if not asks:
        return told
    answer = _(
        "Name those that something uses with --bucket NAME; once you have looked in the AWS console, say "
        "--other-buckets leave-out for all others."
    )
    return f"{told} {answer}"


def _all_described(buckets: Sequence[ReachedBucket], computers: Sequence[OtherComputer]) -> str:
    shown = "; ".join(f"{one.name} ({described(one, computers)})" for one in buckets[:_NAMED])
    rest = len(buckets) - _NAMED
    return shown if rest <= 0 else _("{buckets}; and {count} more").format(buckets=shown, count=rest)


def _proposed(writer: Writer) -> str:
    return {
        Writer.AWS_LOGS: _("AWS writes logs there, so leave it out"),
        Writer.AWS_SERVICE: _("an AWS service made it for itself, so leave it out"),
        Writer.WEBSITE: _("it is a website, so leave it out"),
    }[writer]


def _with_places(answers: BucketAnswers, destinations: Sequence[Destination], options: Options) -> BucketAnswers:
    """What was said for places that name no bucket, or not all of theirs."""
    for one in destinations if options.buckets else ():
        if one.place.unclear or not one.place.targets:
            answers = answers.with_place(one.place.identity, options.buckets)
    return answers


def _as_others(found: Mapping[str, WhyReached]) -> tuple[OtherBucket, ...]:
    return tuple(OtherBucket(bucket, why) for bucket, why in sorted(found.items()))


def _listed(names: Sequence[str]) -> str:
    rest = len(names) - _NAMED
    shown = ", ".join(names[:_NAMED])
    return shown if rest <= 0 else _("{buckets}; and {count} more").format(buckets=shown, count=rest)
