"""Did the programs that a person changed by hand take the new key? What they and AWS tell of it (facts/arq.md 3).

While the old key is on, a good backup proves nothing: it may have used either. Two things prove it: a backup that began
after the old key was off and ended without an error; or AWS saw the new key used by somebody else than Keyturn, and
only one program has it. Everything else is not known, and a person looks.
"""

from __future__ import annotations

from datetime import datetime

from keyturn.aws import access_keys
from keyturn.clients.own_runs import OwnRuns, PlanRun
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import KeyPair
from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.carrying_out.backups_seen import unseen_of
from keyturn.rotation.context import Context, Moment
from keyturn.rotation.decision import ByHand
from keyturn.rotation.events.key_events import TakenBack
from keyturn.rotation.events.rotation_events import NewKeyUsed
from keyturn.rotation.finding.uses import without_own
from keyturn.rotation.planning.guided_items import back_item_of, item_of, own_runs, program_title
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Awaited, Step
from keyturn.rotation.taking_steps import note

_HOLD_MINUTES = 30


def note_use_of_new_key(context: Context, rotation: Rotation, signer: KeyPair) -> None:
    """Ask AWS once more and write down when somebody else than Keyturn used the new key: it is in some program then.

    Not any more once every place was seen backing up with it. Where AWS does not tell this signer, it stays unknown.
    """
    new, known = rotation.new_key, rotation.new_key_used
    if new is None or (known is not None and not unseen_of(rotation)):
        return
    try:
        use = without_own(context.journal, new, access_keys.last_use(context.aws, signer, new))
    except AwsError:
        return
    if use is not None and use.date is not None and (known is None or use.date > known):
        note(context, rotation, Step.WATCH, NewKeyUsed(use.date))


def is_new_key_unused(context: Context, rotation: Rotation, signer: KeyPair) -> bool:
    """Ask AWS whether nobody but Keyturn used the new key, before it is removed. Where AWS does not tell, it is False.

    A use is written down. Who said before it that a program has the old key again has to say so anew.

    Raises:
        AwsError: where AWS could not be asked.
    """
    new = rotation.new_key
    if new is None:
        return True
    try:
        use = without_own(context.journal, new, access_keys.last_use(context.aws, signer, new))
    except AwsError as error:
        if error.fault not in {AwsFault.DENIED, AwsFault.NOT_FOUND}:
            raise
        return error.fault is AwsFault.NOT_FOUND
    if use is None or use.date is None:
        return True
    if rotation.new_key_used is None or use.date > rotation.new_key_used:
        note(context, rotation, Step.WATCH, NewKeyUsed(use.date))
    for item in map(back_item_of, rotation.by_hand):
        said_at = rotation.said_done_at(item)
        if said_at is not None and use.date > said_at:
            note(context, rotation, Step.WATCH, TakenBack(item))
    return False


def awaited_runs(context: Context, rotation: Rotation) -> tuple[Awaited, ...]:
    """For each program that tells of its runs: a thing to look at, as long as nothing proves that it took the new key.

    Nothing while the old key is on.
    """
    since = rotation.off_at
    if since is None:
        return ()
    items = []
    for program, runs in _with_runs(rotation):
        newest = runs.newest(context.computer, program.places)
        item = f"ran-{program.client}"
        if item not in rotation.ticked and not _proved(rotation, newest, since):
            items.append(_item(item, program, newest, since))
    return tuple(items)


def start_runs(context: Context, rotation: Rotation, step: Step, program: ByHand | None = None) -> None:
    """Let the program, or all of them, back up at once, as far as they can be told to; anyone who watches is told."""
    for one, runs in _with_runs(rotation):
        if program is None or one == program:
            runs.let_go(context.computer)
            started = runs.start(context.computer, one.places)
            if started:
                text = _("{program} backs up now: {plans}")
                plans = ", ".join(f"“{plan}”" for plan in started)
                context.tell(step, Moment.GOING_ON, text.format(program=program_title(one), plans=plans))


def hold_runs(context: Context, rotation: Rotation) -> None:
    """Hold the programs' backups while a person changes the key: one that begins half-way through would fail."""
    for one, runs in _with_runs(rotation):
        if item_of(one) not in rotation.ticked and runs.hold(context.computer, _HOLD_MINUTES):
            text = _(
                "{program} begins no backup for {minutes} minutes, so that you can change its key; then it goes on"
            )
            detail = text.format(program=program_title(one), minutes=_HOLD_MINUTES)
            context.tell(Step.WATCH, Moment.GOING_ON, detail)


def _with_runs(rotation: Rotation) -> list[tuple[ByHand, OwnRuns]]:
    if not rotation.decision.route.makes_a_key:
        return []
    return [(one, runs) for one in rotation.by_hand if (runs := own_runs(one)) is not None]


def _proved(rotation: Rotation, newest: tuple[PlanRun, ...], since: datetime) -> bool:
    ran = [one.run for one in newest]
    if ran and all(run is not None and run.ended_well and run.began and run.began >= since for run in ran):
        return True
    users = [one for one in rotation.by_hand if one.known]
    return rotation.new_key_used is not None and len(users) == 1 and not rotation.decision.destinations


def _item(item: str, program: ByHand, newest: tuple[PlanRun, ...], since: datetime) -> Awaited:
    title = _("See that {program} backs up with the old key off")
    return Awaited(
        item,
        title.format(program=program_title(program)),
        (
            _("Let each of its plans that uses the new key back up once, and wait until it ends."),
            _(
                "If it reports that access is denied, turn the old key on again and look at the key in {program}."
            ).format(program=program_title(program)),
        ),
        notes=tuple(_seen(one, since) for one in newest)
        or (_("Keyturn cannot see its backups; look in the program."),),
    )


def _seen(one: PlanRun, since: datetime) -> str:
    return _("“{plan}”: {seen}").format(plan=one.plan, seen=_in_words(one, since))


def _in_words(one: PlanRun, since: datetime) -> str:
    run = one.run
    if run is None or run.began is None:
        return _("its last backup cannot be seen.")
    if run.began < since:
        return _("no backup has begun since the old key was turned off ({date}).").format(date=labels.moment(since))
    if run.going_on:
        return _("a backup is going on since {date}.").format(date=labels.moment(run.began))
    if run.ended_well:
        return _("backed up without an error.")
    if run.aborted:
        return _("the backup was cut short. Look into its log in the program.")
    return _("the backup ended with errors. They may be about single files; look into its log in the program.")
