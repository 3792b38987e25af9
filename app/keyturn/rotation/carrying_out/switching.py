"""The step *switch*, and the way back: a pair replaced in every destination, one atomic replacement for each file."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path

from keyturn.clients.registry import client_named
from keyturn.clients.replacement import Replaced, read_pairs, replace_pair
from keyturn.clients.running_programs import overwriters
from keyturn.computer.leftover_copies import clear_system_temporaries
from keyturn.edits.files import leftover_temporaries
from keyturn.model.errors import AppError, ClientError
from keyturn.model.keys import AccessKeyId, KeyPair
from keyturn.model.places import Place
from keyturn.model.text import _, plural
from keyturn.rotation.context import Context, Moment
from keyturn.rotation.decision import Decision, Destination
from keyturn.rotation.events.rotation_events import Extent, SearchMade
from keyturn.rotation.finding.left_behind import left_behind, said_of
from keyturn.rotation.key_life.asking_profiles import asks_for, forget_layout, put_in, take_out
from keyturn.rotation.planning.into_keychain import helper_of
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Step
from keyturn.rotation.taking_steps import taking


def switch(context: Context, rotation: Rotation, new: KeyPair, old: KeyPair | None) -> Rotation:
    """Put the new pair into every destination, or have it ask for it. A file that is so already stays as it is.

    Args:
        old: None where it never was on this computer, so that no file has it.

    Raises:
        AppError: at the first file that cannot be changed; the ones before it are changed then. Where the caller does
            not get the new pair, none is.
    """
    decision = rotation.decision
    with taking(context, rotation, Step.SWITCH) as outcome:
        clear_away(decision)
        files = files_of(decision)
        asking = _asking(decision)
        count = len(files.keys() | {one.file for one in asking})
        outcome.detail = plural("{count} file", "{count} files", count).format(count=count)
        if decision.handing is not None:
            helper_of(decision.handing).prove(context, decision.handing.name, new)
        for path, places in files.items():
            context.cancel.check()
            _expect_stopped(context, places, decision.key)
            done = replace_pair(context.computer, places, expected=decision.key, pair=new, file=path)
            context.tell(Step.SWITCH, Moment.GOING_ON, _told(path, done), _identities(places))
            if done.rewritten:
                outcome.detail += f". {_told(path, done)}"
        for one in asking:
            context.cancel.check()
            _have_ask(context, decision, one, held=old, handed=new)
        behind = left_behind(context.computer, decision)
        outcome.note(SearchMade(Extent(), behind))
        for place in behind:
            context.tell(Step.SWITCH, Moment.GOING_ON, said_of(place))
            outcome.detail += f". {said_of(place)}"
    return outcome.rotation


def switch_back(context: Context, rotation: Rotation, old: KeyPair, new: Collection[AccessKeyId]) -> None:
    """Put the old pair back wherever one of the new keys stands; all are tried before the first error is raised.

    Raises:
        FileError, ClientError: where a destination could not be put back.
    """
    decision = rotation.decision
    clear_away(decision)
    first_error: AppError | None = None
    files = files_of(decision)
    for one in _asking(decision):
        try:
            if not _has_pair_again(context, decision, one, old):
                files.setdefault(one.file, []).append(one.place)
        except AppError as error:
            first_error = first_error or error
    for path, places in files.items():
        try:
            standing = [pair.access_key_id for pair in read_pairs(context.computer, places)]
            for key in set(standing).intersection(new):
                holding = [one for one, found in zip(places, standing, strict=True) if found == key]
                _expect_stopped(context, holding, key)
                done = replace_pair(context.computer, holding, expected=key, pair=old, file=path)
                context.tell(Step.UNDO, Moment.GOING_ON, _told(path, done), _identities(holding))
        except AppError as error:
            first_error = first_error or error
    if first_error is not None:
        raise first_error


def files_of(decision: Decision) -> dict[Path, list[Place]]:
    """The destinations by the file that was confirmed: two places in one file change in one replacement.

    What asks Keyturn for its key, or is to ask, is not among them: the proof of the new one is what gives it that.
    """
    files: dict[Path, list[Place]] = {}
    for one in decision.destinations:
        if not client_named(one.place.client).asks_keyturn and not one.asks:
            files.setdefault(one.file, []).append(one.place)
    return files


def _asking(decision: Decision) -> tuple[Destination, ...]:
    """The destinations whose pair leaves the file."""
    return tuple(one for one in decision.destinations if one.asks)


def _have_ask(context: Context, decision: Decision, one: Destination, *, held: KeyPair | None, handed: KeyPair) -> None:
    """Take the pair out of the file of a destination, which asks from then on."""
    if decision.handing is not None and held is not None:
        name = decision.handing.name
        command = helper_of(decision.handing).command(name)
        take_out(context, one.place, one.file, command, name, held=held, handed=handed)
        text = _("{path}: “{place}” asks Keyturn for {name}")
        said = text.format(path=one.file, place=one.place.name, name=name)
        context.tell(Step.SWITCH, Moment.GOING_ON, said, _identities([one.place]))


def _has_pair_again(context: Context, decision: Decision, one: Destination, old: KeyPair) -> bool:
    """Write the old pair back where the destination asks; False where it does not, so a pair stands there."""
    if decision.handing is None or not asks_for(context, one.place, decision.handing.name):
        if decision.handing is not None:
            forget_layout(context, one.place, one.file, decision.handing.name)
        return False
    put_in(context, one.place, one.file, decision.handing.name, old)
    context.tell(Step.UNDO, Moment.GOING_ON, str(one.file), _identities([one.place]))
    return True


def _expect_stopped(context: Context, places: Sequence[Place], key: AccessKeyId) -> None:
    """See that no running program would write over the change; where another key stands already, nothing changes."""
    concerned = [place for place in places if client_named(place.client).remembers_its_file]
    pairs = read_pairs(context.computer, concerned)
    waiting = [place for place, pair in zip(concerned, pairs, strict=True) if pair.access_key_id == key]
    reasons = overwriters(context.computer, waiting)
    if reasons:
        raise ClientError(
            _("A backup program has to be stopped first"),
            _("{reasons} {path} was not changed, and its backups go on as before.").format(
                reasons=" ".join(reasons), path=places[0].path
            ),
            code="program.running",
        )


def _identities(places: Sequence[Place]) -> tuple[str, ...]:
    return tuple(place.identity for place in places)


def _told(path: Path, done: Replaced) -> str:
    if not done.rewritten:
        return str(path)
    return _(
        "{path}: another program rewrote the file in the middle of the change. What it wrote is kept, and the key is "
        "changed in it."
    ).format(path=path)


def clear_away(decision: Decision) -> None:
    """Remove what a killed replacement left beside the files, and a killed check elsewhere; it may hold a secret."""
    clear_system_temporaries()
    for folder in {path.parent for path in (*files_of(decision), *(one.file for one in _asking(decision)))}:
        for leftover in leftover_temporaries(folder):
            # A folder that lets nothing be removed lets nothing be replaced either, and that is told then.
            with suppress(OSError):
                leftover.unlink()
