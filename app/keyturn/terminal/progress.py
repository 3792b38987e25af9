"""Showing what happens while it happens: as JSON lines, as plain lines, or as a list that moves."""

from __future__ import annotations

import os
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TextIO

from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.context import Event, Moment
from keyturn.rotation.steps import Step
from keyturn.terminal.json_lines import write_json
from keyturn.terminal.screen import Line, Piece, Screen, Tone, line, painted, wrapped

if TYPE_CHECKING:
    from rich.console import Group
    from rich.live import Live

_PATIENCE = 5.0  # seconds after which a person wonders (facts/anchors.md 4.7)
_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


class Progress(Protocol):
    """Shows events from the time it is entered until it is left. It never raises because nobody reads any more."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...

    def __call__(self, event: Event) -> None:
        """Show one event. The same one may come again and again, from polling."""
        ...

    def stopping(self) -> None:
        """Say that the wish to stop was heard. Called from a signal handler, so it may not use buffered streams."""


class _LineByLine(ABC):
    """Each event as a line of its own, once."""

    def __init__(self) -> None:
        self._last: Event | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def __call__(self, event: Event) -> None:
        """Write the event, unless it was written just now: polling tells the same again and again."""
        if event != self._last:
            self._last = event
            self._write(event)

    def stopping(self) -> None:
        """Say it on standard error, in a line of its own."""
        with suppress(OSError):
            said = _("Stopping after this change…")
            os.write(2, f"{said}\n".encode())

    @abstractmethod
    def _write(self, event: Event) -> None: ...


class JsonProgress(_LineByLine):
    """Each event as a JSON line."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream

    def _write(self, event: Event) -> None:
        # The contract knows four states of a step; what happens within one is an event of its own.
        if event.moment is Moment.GOING_ON:
            written = {"event": "progress", "step": event.step.value, "detail": event.detail}
            write_json(self._stream, {**written, "places": list(event.places)} if event.places else written)
            return
        written = {"event": "step", "step": event.step.value, "state": event.moment.value, "detail": event.detail}
        write_json(self._stream, written)


class PlainProgress(_LineByLine):
    """Each event as a line of text."""

    def __init__(self, screen: Screen) -> None:
        super().__init__()
        self._screen = screen

    def _write(self, event: Event) -> None:
        name = labels.step(event.step)
        match event.moment:
            case Moment.STARTED:
                text = f"{name} …"
            case Moment.GOING_ON:
                text = f"  {event.detail}"
            case Moment.DONE:
                text = _("{step}: done").format(step=name)
            case Moment.FAILED:
                text = _("{step}: did not work out").format(step=name)
            case Moment.WAITING:
                text = _("{step}: waiting").format(step=name)
        if event.detail and event.moment is not Moment.GOING_ON:
            text = f"{text}. {event.detail}" if event.moment is not Moment.STARTED else f"{text} {event.detail}"
        self._screen.write(line(text))


class LiveProgress:
    """All steps as a list whose current line moves; what is done stays on the screen.

    Args:
        ahead: steps that are expected, shown before they begin.
    """

    def __init__(self, screen: Screen, ahead: Sequence[Step] = ()) -> None:
        self._screen = screen
        self._events: dict[Step, Event] = {}
        self._ahead = tuple(ahead)
        self._since = time.monotonic()
        self._stopping = False
        self._ended = False
        self._live: Live | None = None

    def __enter__(self) -> Self:
        from rich.live import Live

        console = self._screen.console
        self._live = Live(get_renderable=self._picture, console=console, refresh_per_second=10, transient=False)
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended = True
        if self._live is not None:
            with suppress(OSError):
                self._live.stop()

    def __call__(self, event: Event) -> None:
        """Show the event in the line of its step."""
        if event.moment is Moment.STARTED or event.step not in self._events:
            self._since = time.monotonic()
            # A step that comes again moves to the end of the list.
            self._events.pop(event.step, None)
        self._events = {**self._events, event.step: event}
        if self._live is not None:
            with suppress(OSError):
                self._live.refresh()

    def stopping(self) -> None:
        """Let the next picture say it, because a signal handler may not draw."""
        self._stopping = True

    def _picture(self) -> Group:
        from rich.console import Group

        events = self._events
        lines = [one for event in events.values() for one in self._lines_of(event)]
        if not self._ended:
            lines += [line(f"○ {labels.step(step)}", Tone.QUIET) for step in self._ahead if step not in events]
        if self._stopping and not self._ended:
            lines.append(line(_("Stopping after this change…"), Tone.ATTENTION))
        parts = [part for one in lines for part in wrapped(one, self._screen.width)]
        return Group(*(painted(self._screen.labelled(part)) for part in parts))

    def _lines_of(self, event: Event) -> list[Line]:
        name = labels.step(event.step)
        elapsed = int(time.monotonic() - self._since)
        match event.moment:
            case Moment.DONE:
                return [_step("✓", Tone.GOOD, name, event.detail)]
            case Moment.FAILED:
                return [_step("✗", Tone.BAD, name, event.detail)]
            case Moment.STARTED | Moment.GOING_ON | Moment.WAITING:
                if self._ended:
                    mark = "‖" if event.moment is Moment.WAITING else "…"
                    return [_step(mark, Tone.ATTENTION, name, event.detail)]
                frame = _FRAMES[int(time.monotonic() * 10) % len(_FRAMES)]
                patient = elapsed >= _PATIENCE
                seconds = _("{seconds} s").format(seconds=elapsed) if patient else ""
                lines = [_step(frame, Tone.COMMAND, name, " · ".join(filter(None, (event.detail, seconds))))]
                hint = _hint(event) if patient else ""
                return [*lines, line(hint, Tone.QUIET, indent=2)] if hint else lines


def _step(mark: str, tone: Tone, name: str, detail: str) -> Line:
    pieces = [Piece(f"{mark} ", tone), Piece(name)]
    if detail:
        pieces.append(Piece(f"  {detail}", Tone.QUIET))
    return Line(tuple(pieces), hanging=2)


def _hint(event: Event) -> str:
    if event.moment is Moment.WAITING:
        return _("Waiting for you. Ctrl-C stops the waiting only.")
    return labels.patience(event.step)
