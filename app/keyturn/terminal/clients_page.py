"""The page of `clients`: what Keyturn knows about each program, and how far that was proved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keyturn.clients.client import Client
from keyturn.clients.guided import Guided
from keyturn.model.text import _
from keyturn.rotation.guided_items import unconfirmed
from keyturn.terminal.screen import BLANK, Line, Piece, Tone, columns, line


def clients_document(clients: Sequence[Client], guided: Sequence[Guided]) -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "clients": [
            *({**_of_client(one), "guided": False} for one in clients),
            *({**_of_client(one), "guided": True, **_of_guide(one)} for one in guided),
        ]
    }


def _of_client(one: Client) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title,
        "edited": one.about.edited,
        "own_check": one.about.own_check,
        "proved": _proved(one),
    }


def _of_guide(one: Guided) -> dict[str, Any]:
    guide = one.guide
    return {
        "runs": guide.runs.value,
        "read": one.reader is not None,
        "confirmed": guide.confirmed,
        "found_by": {
            system.value: {"files": list(traces.files), "programs": list(traces.programs)}
            for system, traces in guide.traces.items()
        },
        "steps": [guide.say(step) for step in guide.steps],
        "careful": [guide.say(sentence) for sentence in guide.careful],
        "evidence": guide.say(guide.evidence),
        "sources": [*guide.sources, *dict.fromkeys(label.source for label in guide.labels.values())],
    }


def clients_page(clients: Sequence[Client], guided: Sequence[Guided]) -> list[Line]:
    """A table of all programs, with a line on what the words mean; then the programs that a person changes."""
    head = (_("name"), _("program"), _("the key is"), _("proved with"), _("its own check"))
    rows = [tuple(Piece(word, Tone.HEADING) for word in head)]
    rows += [_row(one) for one in clients]
    return [
        *columns(rows),
        BLANK,
        line(_("“real”: Keyturn's tests run the program itself, before and after; “samples”: files made by hand.")),
        line(_("Every place is proved at AWS as well, whichever program it belongs to.")),
        BLANK,
        *_guided(guided),
    ]


def _row(one: Client) -> tuple[Piece, ...]:
    edited = _("replaced") if one.about.edited else _("shown to you")
    proved = Piece(_proved(one), Tone.GOOD if one.about.proved_with_program else Tone.QUIET)
    return (Piece(one.name, Tone.COMMAND), Piece(one.title), Piece(edited), proved, Piece(one.about.own_check or "–"))


def _proved(one: Client) -> str:
    return "real" if one.about.proved_with_program else "samples"


def _guided(guided: Sequence[Guided]) -> list[Line]:
    head = (_("name"), _("changed by you, step by step"), _("found by"), _("labels"), _("where the steps come from"))
    rows = [tuple(Piece(word, Tone.HEADING) for word in head)]
    for one in guided:
        labels = Piece(_("seen"), Tone.GOOD) if one.guide.confirmed else Piece(_("not confirmed"), Tone.QUIET)
        sources = Piece("; ".join(one.guide.sources), Tone.QUIET)
        rows.append((Piece(one.name, Tone.COMMAND), Piece(one.title), Piece(_found_by(one)), labels, sources))
    return [
        *columns(rows),
        BLANK,
        line(_("“not confirmed”: {sentence}").format(sentence=unconfirmed())),
        line(_("A program that Keyturn cannot find joins a rotation with --also NAME.")),
    ]


def _found_by(one: Guided) -> str:
    traces = one.guide.traces.values()
    ways = [
        _("its settings, read") if one.reader is not None else _("its folders"),
        _("its running program"),
    ]
    there = [any(trace.files for trace in traces), any(trace.programs for trace in traces)]
    return ", ".join(way for way, is_there in zip(ways, there, strict=True) if is_there) or _("you only")
