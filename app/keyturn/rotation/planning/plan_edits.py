"""The edits of a plan, and what would keep one of them from being made or taken back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from keyturn.clients.registry import client_named
from keyturn.clients.replacement import FileEdit, plan_edits
from keyturn.clients.running_programs import overwriters
from keyturn.computer.computer import Platform, this_platform
from keyturn.edits.files import obstacle
from keyturn.model.errors import AppError, FileError
from keyturn.model.places import Place
from keyturn.model.text import _
from keyturn.rotation.planning.beyond_the_home import beyond_the_home
from keyturn.rotation.planning.plan import Gate
from keyturn.rotation.planning.plan_question import Answer, Question, closed, closed_for
from keyturn.rotation.planning.text_edits import as_text


def edits_of(question: Question, places: Sequence[Place]) -> Answer[tuple[FileEdit, ...]]:
    """Return the edits of these places, each file once."""
    computer = question.context.computer
    gates = [
        closed("place.not-editable", _("Keyturn cannot edit {path}. {note}").format(path=place.path, note=place.note))
        for place in places
        if not place.editable
    ]
    by_path: dict[str, list[Place]] = {}
    for place in places:
        if place.editable and not client_named(place.client).asks_keyturn:
            by_path.setdefault(str(place.path), []).append(place)
    edits: tuple[FileEdit, ...] = ()
    try:
        edits = tuple(plan_edits(computer, [one for group in by_path.values() for one in group]))
    except AppError as error:
        gates.append(closed_for(error))
    notes = [note for edit in edits for note in beyond_the_home(computer, edit)]
    notes += new_of_a_replaced_file(this_platform()) if edits else ()
    for edit in edits:
        gates += _without_way_back(edit)
        problem = obstacle(edit.path)
        if problem is not None:
            gates.append(closed_for(problem))
    try:
        running = overwriters(computer, [place for edit in edits for place in edit.places])
        gates += [closed("program.running", reason, waits=True) for reason in running]
    except AppError as error:
        gates.append(closed_for(error))
    return Answer(edits, tuple(gates), tuple(notes))


def new_of_a_replaced_file(system: Platform) -> tuple[str, ...]:
    """Say what the system that replaces a file does not carry over, as `edits.on_windows.created_like` has it."""
    if system is not Platform.WINDOWS:
        return ()
    return (
        _(
            "Each file keeps who may read it, its attributes, its streams and its encryption. Its date of creation and "
            "its short name are new, and the list of what is audited goes. A file that belongs to all administrators "
            "becomes yours, unless Keyturn runs with their rights."
        ),
    )


def edits_as_text(question: Question, paths: Sequence[Path]) -> tuple[FileEdit, ...]:
    """Return the edits of files that no program's module knows, which wait for the person's word."""
    pair = question.found.pair
    if pair is None:
        return ()
    edits: list[FileEdit] = []
    for path in paths:
        with suppress(AppError):  # gone since: what is not there is not offered
            edits += plan_edits(question.context.computer, as_text([path], pair))
    return tuple(edits)


def _without_way_back(edit: FileEdit) -> Iterator[Gate]:
    """*undo* could not write the old pair: a store's may hold what Keyturn writes into no file."""
    try:
        for spot in edit.spots:
            spot.changes(spot.pair)
    except FileError:
        text = _(
            "The key that stands in {path} holds a character that Keyturn writes into no file, so `keyturn "
            "undo` could not put it back. Change it there by hand, and leave the file out with --leave-out."
        )
        yield closed("place.no-way-back", text.format(path=edit.path))
