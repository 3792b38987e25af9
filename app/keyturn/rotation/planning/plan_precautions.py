"""What is made sure of before a key is made: where secrets go, what was given, what the store and the regions say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from keyturn.aws import propagation, scoped_user
from keyturn.aws.buckets import BucketFacts
from keyturn.model.errors import AwsError, AwsFault, ClientError, StoreError
from keyturn.model.places import Place, Target
from keyturn.model.text import _
from keyturn.rotation.carrying_out.own_checks import own_check
from keyturn.rotation.carrying_out.proof_targets import store_target
from keyturn.rotation.context import Context
from keyturn.rotation.decision import ByHand, Decision, Destination, OtherComputer
from keyturn.rotation.finding.other_computers import find_other_computers
from keyturn.rotation.planning.owner_gates import may_make_no_key
from keyturn.rotation.planning.plan import Gate, Options
from keyturn.rotation.planning.plan_question import Answer, Question, closed, closed_for, unanswered
from keyturn.rotation.signers.signer import Subject
from keyturn.rotation.steps import Route, Step


def keychain(context: Context) -> Answer[None]:
    """Whether a secret can be kept, and for how long."""
    gates: tuple[Gate, ...] = ()
    try:
        context.secrets.check()
    except StoreError as error:
        gates = (closed_for(error),)
    if context.secrets.outlives_the_program:
        return Answer(None, gates)
    forgetful = _(
        "Secrets are kept in memory only: when this program ends, the old secret is gone from here, and undo cannot "
        "put it back."
    )
    return Answer(None, gates, (forgetful,))


def given_pair(question: Question) -> Iterator[Gate]:
    """Yield why the pair that the person made cannot take the old one's place."""
    pair, at_store = question.options.pair, question.found.at_store
    if pair is None:
        if question.route is Route.GIVEN_PAIR:
            yield unanswered("pair.missing", _how_to_make_one(question))
    elif pair.access_key_id == question.key:
        yield closed("pair.same", _("The pair that you gave is the old key itself. Make a new one, and give that."))
    elif not at_store and not pair.access_key_id.is_distinctive:
        text = _("{key} has not the shape of a key ID of AWS's. Look whether you gave the whole of it.")
        yield closed("pair.shape", text.format(key=pair.access_key_id.masked))
    elif pair.access_key_id.is_temporary:
        yield closed(
            "key.temporary",
            _("The pair that you gave is a temporary key, which expires by itself. Give a lasting one."),
        )


def _how_to_make_one(question: Question) -> str:
    if question.found.at_store:
        make = _(
            "Make a new key on the web page of the store, with the same rights as the old one or fewer. Then "
            "run `keyturn rotate {last4} --pair`, which asks for it."
        )
    else:
        make = _(
            "Make a new key in the AWS console, with the same rights as the old one or fewer. Then run "
            "`keyturn rotate {last4} --pair`, which asks for it."
        )
    return make.format(last4=question.key.last4)


def store(question: Question, decision: Decision) -> Answer[None]:
    """Whether the old key works at its store now: where it does not, there is nothing to go back to."""
    old = question.found.pair
    try:
        target = store_target(decision)
        if target is None or old is None:
            return Answer(None)
        refused = propagation.is_refused(question.context.aws, old, target)
    except (AwsError, ClientError) as error:
        return Answer(None, (closed_for(error),))
    if not refused:
        return Answer(None)
    text = _("{store} does not accept {key} any more, so undo cannot bring working backups back.")
    return Answer(None, notes=(text.format(store=decision.store, key=decision.key.masked),))


def other_computers(question: Question, users: Sequence[Destination | ByHand]) -> Answer[tuple[OtherComputer, ...]]:
    """Which other computers back up with this key, as their traces in the buckets tell."""
    owner, signer, context = question.found.key.owner, question.found.pair, question.context
    if owner is None or signer is None:
        return Answer(())
    targets = sorted({target for one in users for target in one.targets})
    found = find_other_computers(context.aws, signer, context.computer, targets, owner, context.clock.now())
    return Answer(found.active, notes=tuple(found.notes))


def regions(context: Context, destinations: Sequence[Destination], facts: Mapping[str, BucketFacts]) -> Answer[None]:
    """A program that looks in another region may be led to its bucket by S3, or fail: its own check tells."""
    gates: list[Gate] = []
    notes: list[str] = []
    for place, target in ((one.place, target) for one in destinations for target in one.place.targets):
        said = _in_another_region(place, target, facts.get(target.bucket))
        if said is None:
            continue
        if any(check.ok is False for check in own_check(context, place, target)):
            text = _("{said} Its own check fails, so its backups fail already. Correct the region there first.")
            gates.append(closed("bucket.region", text.format(said=said)))
        else:
            notes.append(said)
    return Answer(None, tuple(gates), tuple(notes))


def _in_another_region(place: Place, target: Target, known: BucketFacts | None) -> str | None:
    if known is None or known.region is None or place.region in {None, known.region}:
        return None
    return _("{client} {name} looks for the bucket {bucket} in {named}, and it is in {region}.").format(
        client=place.client, name=place.name, bucket=target.bucket, named=place.region, region=known.region
    )


def user_name(question: Question) -> Answer[str | None]:
    """The name of the new IAM user, which nobody has yet; None on other routes, and for one that cannot be."""
    found, asked = question.found, question.options.user_name
    if question.route is not Route.SCOPED_USER or found.pair is None:
        return Answer(None)
    flaw = None if asked is None else scoped_user.flaw_of_user_name(asked)
    if flaw is not None:
        text = _("“{name}” cannot be the name of an IAM user. {flaw} Choose another name with --user-name.")
        return Answer(None, (closed("user.name", text.format(name=asked, flaw=flaw)),))
    context = question.context
    hand = context.signer.makes(Subject(found.key.owner, question.route), found.pair)
    name = asked or f"backup-{scoped_user.user_name_from(context.computer.name)}"
    try:
        for candidate in [name] if asked else scoped_user.names_after(name):
            if hand is None or scoped_user.find_user(context.aws, hand.pair, candidate) is None:
                return Answer(candidate)
    except AwsError as error:
        # Who may list keys may have other rights, too, so only what was refused is said.
        if error.fault is AwsFault.DENIED and found.siblings is None:
            return Answer(name, (closed(error.code, may_make_no_key(found)),))
        return Answer(name, (closed_for(error),))
    taken = _("There is already an IAM user named {name}. Choose another name with --user-name.").format(name=name)
    return Answer(name, (closed("user.exists", taken),))


def later(options: Options) -> Iterator[Gate]:
    """Yield the days that pass before the old key is turned off, and before it is deleted."""
    if options.watch_days > 0:
        reason = _("Keyturn watches for {days:g} days whether anything still uses the old key.")
        yield Gate(Step.TURN_OFF, reason.format(days=options.watch_days), waits=True, code="watch")
    if options.off_days > 0:
        reason = _("The old key stays off, and can be turned on again, for {days:g} days.")
        yield Gate(Step.DELETE, reason.format(days=options.off_days), waits=True, code="off-days")
