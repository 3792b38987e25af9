"""One window and one tray icon for each person and each of Keyturn's folders; the second start calls the first."""

from __future__ import annotations

import time
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLockFile, QObject, Signal

from keyturn.model.errors import StoreError
from keyturn.model.text import _

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer

_PATIENCE = 2.0  # seconds for one that is just starting, or just ending
_BETWEEN_CALLS = 0.02  # seconds


class SingleInstance(QObject):
    """The place of the one that runs.

    A lock file in Keyturn's folder decides who that is, so two that start at once never both run; and a lock that a
    killed program left behind is recognised by Qt and taken over. The call goes through a socket that is open to this
    person alone.

    Args:
        folder: Keyturn's folder.
        face: what there is one of, such as `window`.
        options: what leads to the computer that it looks at; each computer has a window of its own.

    Attributes:
        called: somebody started the program once more.
    """

    called = Signal()

    def __init__(self, folder: Path, face: str, options: Sequence[str] = ()) -> None:
        super().__init__()
        # Names of sockets may not be long. It tells a person's few folders apart, and guards nothing.
        place = zlib.crc32("\0".join((str(folder.resolve()), *options)).encode(errors="surrogateescape"))
        self._name = f"keyturn-{face}-{place:08x}"
        self._path = folder / f"{face}-{place:08x}.lock"
        self._lock = QLockFile(str(self._path))
        # Only a lock whose program is gone is stale, however long it has been held.
        self._lock.setStaleLockTime(0)
        self._server: QLocalServer | None = None

    def take(self) -> bool:
        """Become the one that runs; where there is one already, call it and return False.

        Raises:
            StoreError: where the folder does not let anybody run.
        """
        if self._lock.tryLock(0):
            return True
        if self._lock.error() is not QLockFile.LockError.LockFailedError:
            raise StoreError(
                _("Keyturn's folder cannot be written"),
                _("{path} could not be made. Nothing was changed. See who may write to the folder.").format(
                    path=self._path
                ),
                code="state.unwritable",
            )
        self._call()
        return False

    def listen(self) -> None:
        """Hear those who call, after `take`. Until then they try again, so the window may be drawn first."""
        from PySide6.QtNetwork import QLocalServer

        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)
        # What a killed program left in the way; nobody else can be behind it now.
        QLocalServer.removeServer(self._name)
        self._server.listen(self._name)

    def leave(self) -> None:
        """Let another one run."""
        if self._server is not None:
            self._server.close()
        self._lock.unlock()

    def _call(self) -> None:
        from PySide6.QtNetwork import QLocalSocket

        deadline = time.monotonic() + _PATIENCE
        while (left := deadline - time.monotonic()) > 0:
            socket = QLocalSocket()
            socket.connectToServer(self._name)
            if socket.waitForConnected(round(left * 1000)):
                socket.disconnectFromServer()
                return
            time.sleep(_BETWEEN_CALLS)

    def _answer(self) -> None:
        assert self._server is not None  # noqa: S101
        # To connect is to call; there is nothing to read.
        connection = self._server.nextPendingConnection()
        connection.disconnected.connect(connection.deleteLater)
        self.called.emit()
