"""The page of `clients`: what Keyturn knows about each program, and how far that was proved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keyturn.clients.described.guide import Guide
from keyturn.clients.described.guided import Guided
from keyturn.clients.interface import Client
from keyturn.model.text import _
from keyturn.rotation.planning.guided_items import not_seen, unconfirmed
from keyturn.terminal.screen import BLANK, Line, Piece, Tone, bullet, columns, line


def clients_document(clients: Sequence[Client]) -> dict[str, Any]:
    """What `--json` prints."""
    return {"clients": [_of_guide(one) if isinstance(one, Guided) else _of_client(one) for one in clients]}


def _of_client(one: Client) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title,
        "edited": one.about.edited,
        "own_check": one.about.own_check,
        "proved": _proved(one),
        "guided": isinstance(one, Guided),
    }


def _of_guide(one: Guided) -> dict[str, Any]:
    guide = one.guide
    return {
        **_of_client(one),
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
        "sources": list(_sources(guide)),
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
    head = (_("name"), _("changed by you, step by step"), _("labels"), _("found by"))
    rows = [tuple(Piece(word, Tone.HEADING) for word in head)]
    for one in guided:
        rows.append((Piece(one.name, Tone.COMMAND), Piece(one.title), _labels(one.guide), Piece(_found_by(one))))
    return [
        *columns(rows),
        BLANK,
        line(_("“not confirmed”: {sentence}").format(sentence=unconfirmed())),
        line(
            _("The steps of one, and where they come from: `keyturn clients NAME`. One that Keyturn cannot find joins")
        ),
        line(_("a rotation with `--also NAME`.")),
    ]


def _labels(guide: Guide) -> Piece:
    if not guide.labels:
        return Piece("–", Tone.QUIET)
    return Piece(_("seen"), Tone.GOOD) if guide.confirmed else Piece(_("not confirmed"), Tone.QUIET)


def _found_by(one: Guided) -> str:
    traces = one.guide.traces.values()
    ways = []
    if any(trace.files for trace in traces):
        ways.append(_("its settings, which are read") if one.reader is not None else _("its folders"))
    if any(trace.programs for trace in traces):
        ways.append(_("its running program"))
    return "; ".join(ways) or _("you")


def program_page(one: Client) -> list[Line]:
    """One program: its row of the table, or the steps by which a person changes its key."""
    if not isinstance(one, Guided):
        return [*columns([_row(one)]), *_where_it_is_guided(one)]
    guide = one.guide
    page = [line(guide.title, Tone.HEADING)]
    page += [line(f"{number}. {guide.say(step)}", indent=2, hanging=3) for number, step in enumerate(guide.steps, 1)]
    page += [BLANK, line(_("Careful"), Tone.HEADING), *(bullet(guide.say(one), indent=2) for one in guide.careful)]
    page += [BLANK, line(_("How you see that it worked"), Tone.HEADING), line(guide.say(guide.evidence), indent=2)]
    page += [BLANK, line(_("What Keyturn sees of it"), Tone.HEADING)]
    page.append(line(_("Found by: {ways}.").format(ways=_found_by(one)), indent=2))
    if one.reader is None:
        page.append(line(guide.say(guide.blind_spot), indent=2))
    page += [BLANK, line(_("Where this comes from"), Tone.HEADING)]
    page += [bullet(source, indent=2) for source in _sources(guide)]
    if not guide.confirmed:
        page += [BLANK, line(not_seen(guide), Tone.QUIET)]
    return page


def _where_it_is_guided(one: Client) -> list[Line]:
    if one.about.guide is None:
        return []
    text = _("Where its key is not in its files, you change it, step by step: `keyturn clients {name}`.")
    return [BLANK, line(text.format(name=one.about.guide))]


def _sources(guide: Guide) -> Sequence[str]:
    said = dict.fromkeys((*guide.sources, *(label.source for label in guide.labels.values())))
    return tuple(_where_that_is(one) for one in said)


def _where_that_is(source: str) -> str:
    """The source with the whole path of a document of this repository."""
    folder = {"facts/": "resources/", "ARCHITECTURE.md": ".github/"}
    return next((f"{before}{source}" for start, before in folder.items() if source.startswith(start)), source)
