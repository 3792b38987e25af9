"""Who is told, as JSON and for people: what waits, and why somebody could not be reached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keyturn.model.recipients import HookRecipient, Recipient
from keyturn.model.text import _, plural
from keyturn.rotation import labels
from keyturn.state.telling_queue import Told
from keyturn.terminal.screen import Line, Tone, line


def of_recipient(one: Recipient) -> dict[str, Any]:
    """One of those who are told; nothing secret of them."""
    document: dict[str, Any] = {"id": one.name, "kind": one.kind.value, "to": one.shown, "since": one.since.isoformat()}
    if isinstance(one, HookRecipient):
        document["shape"] = one.shape.value
    return document


def of_told(told: Sequence[Told]) -> list[dict[str, Any]]:
    """How it stands with each."""
    return [
        {
            **of_recipient(one.recipient),
            "waiting": len(one.queue.waiting),
            "full": one.is_full,
            "last": None if one.queue.last is None else one.queue.last.isoformat(),
            "next_try": None if one.queue.next_try is None else one.queue.next_try.isoformat(),
            "problem": None
            if one.queue.problem is None
            else {
                "at": one.queue.problem.at.isoformat(),
                "code": one.queue.problem.code,
                "title": one.queue.problem.title,
                "message": one.queue.problem.message,
            },
        }
        for one in told
    ]


def untold_lines(told: Sequence[Told]) -> list[Line]:
    """Those who could not be told; nothing where everybody was."""
    page: list[Line] = []
    for one in told:
        problem, waiting = one.queue.problem, len(one.queue.waiting)
        if problem is None:
            continue
        text = _("{name} could not be told on {moment}: {title}.")
        said = text.format(name=one.recipient.name, moment=labels.moment(problem.at), title=problem.title)
        page += [line(said, Tone.ATTENTION), line(problem.message, indent=2)]
        if waiting:
            count = plural("{count} message waits", "{count} messages wait", waiting).format(count=waiting)
            page.append(line(_("{waiting}, and the next look tries again.").format(waiting=count), indent=2))
        if one.is_full:
            full = _("More than these are not kept: what happens further is told from the journal once there is room.")
            page.append(line(full, indent=2))
    return page
