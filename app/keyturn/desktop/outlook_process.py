"""How it stands, asked from a short process of its own: what that imports is gone when it ends.

So the tray, which stays for weeks, holds nothing but Qt: no boto3, no keychain, no journal.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from keyturn.model.text import _

_PATIENCE = 300_000  # milliseconds; a look at many keys on a slow line takes some ten seconds


@dataclass(frozen=True, slots=True)
class RemindAnswer:
    """What `keyturn remind` told.

    Attributes:
        state: as `reminders.outlook.Overall` has it.
        rotations: the names of the rotations that something is due of.
        checked: when AWS was asked last; None where something was never told.
        at_login: what starts with the session: `check`, `tray`, `off`; None where that is not known.
        notification: title and message, where it is time to show one.
    """

    state: str
    sentence: str
    rotations: tuple[str, ...] = ()
    snoozed_until: datetime | None = None
    checked: datetime | None = None
    notification: tuple[str, str] | None = None
    at_login: str | None = None

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> RemindAnswer:
        """Read the document of `keyturn --json remind`.

        Raises:
            KeyError, TypeError, ValueError: where it is another document.
        """
        shown = document.get("notification")
        return cls(
            state=document["state"],
            sentence=document["sentence"],
            rotations=tuple(one["rotation"] for one in document["due"] if one["rotation"] is not None),
            snoozed_until=_moment(document["snoozed_until"]),
            checked=_moment(document["checked"]),
            notification=None if shown is None else (shown["title"], shown["message"]),
            at_login=document.get("at_login"),
        )


class OutlookProcess(QObject):
    """Asks, one question at a time; one that comes meanwhile is asked afterwards.

    Args:
        program: what starts Keyturn in a terminal.
        options: what leads it to the same computer and memory.

    Attributes:
        told: a `RemindAnswer`.
        failed: a sentence.
    """

    told = Signal(object)
    failed = Signal(str)

    def __init__(self, program: Sequence[str], options: Sequence[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._command = (*program, "--json", "remind")
        self._options = tuple(options)
        self._waiting: list[tuple[str, ...]] = []
        self._process = QProcess(self)
        self._process.setProcessChannelMode(QProcess.ProcessChannelMode.SeparateChannels)
        self._process.finished.connect(self._ended)
        self._process.errorOccurred.connect(self._did_not_start)
        self._limit = QTimer(self, singleShot=True, interval=_PATIENCE)
        self._limit.timeout.connect(self._process.kill)

    @property
    def is_asking(self) -> bool:
        """True while a process runs."""
        return self._process.state() is not QProcess.ProcessState.NotRunning

    def ask(self, *question: str) -> None:
        """Run `keyturn remind` with these options."""
        if self.is_asking:
            if question not in self._waiting:
                self._waiting.append(question)
            return
        program, *words = (*self._command, *question, *self._options)
        self._limit.start()
        self._process.start(program, words)

    def stop(self) -> None:
        """Ask nothing more, and let nothing run on."""
        self._waiting.clear()
        self._limit.stop()
        if self.is_asking:
            self._process.kill()
            self._process.waitForFinished(1_000)

    def _ended(self) -> None:
        self._limit.stop()
        output = bytes(self._process.readAllStandardOutput().data())
        self._process.readAllStandardError()
        try:
            told = RemindAnswer.from_document(json.loads(output))
        except (KeyError, TypeError, ValueError):
            self.failed.emit(_sentence(output))
        else:
            self.told.emit(told)
        self._next()

    def _did_not_start(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._limit.stop()
            self.failed.emit(_("Keyturn could not be started: {reason}").format(reason=self._process.errorString()))
            self._next()

    def _next(self) -> None:
        if self._waiting:
            self.ask(*self._waiting.pop(0))


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _sentence(output: bytes) -> str:
    """What the program says of its failure, where it says something."""
    try:
        return str(json.loads(output)["problem"]["title"])
    except (KeyError, TypeError, ValueError):
        return _("Keyturn could not look")
