"""The page of `clients`: what Keyturn knows about each program, and how far that was proved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keyturn.clients.client import Client
from keyturn.model.text import _
from keyturn.terminal.screen import BLANK, Line, Piece, Tone, columns, line


def clients_document(clients: Sequence[Client]) -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "clients": [
            {
                "name": one.name,
                "title": one.title,
                "edited": one.about.edited,
                "own_check": one.about.own_check,
                "proved": _proved(one),
            }
            for one in clients
        ]
    }


def clients_page(clients: Sequence[Client]) -> list[Line]:
    """A table of all programs, with a line on what the words mean."""
    head = (_("name"), _("program"), _("the key is"), _("proved with"), _("its own check"))
    rows = [tuple(Piece(word, Tone.HEADING) for word in head)]
    rows += [_row(one) for one in clients]
    return [
        *columns(rows),
        BLANK,
        line(_("“real”: Keyturn's tests run the program itself, before and after; “samples”: files made by hand.")),
        line(_("Every place is proved at AWS as well, whichever program it belongs to.")),
    ]


def _row(one: Client) -> tuple[Piece, ...]:
    edited = _("replaced") if one.about.edited else _("shown to you")
    proved = Piece(_proved(one), Tone.GOOD if one.about.proved_with_program else Tone.QUIET)
    return (Piece(one.name, Tone.COMMAND), Piece(one.title), Piece(edited), proved, Piece(one.about.own_check or "–"))


def _proved(one: Client) -> str:
    return "real" if one.about.proved_with_program else "samples"
