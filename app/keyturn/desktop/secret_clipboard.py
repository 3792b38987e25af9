"""A secret on the clipboard: kept out of clipboard histories where the system lets us, and taken away again.

What each system looks for is in facts/anchors.md 4.9 (KeePassXC's `gui/Clipboard.cpp`). GNOME has no such sign, so
nothing is promised there but that it is taken away.
"""

from __future__ import annotations

import hashlib
import hmac
import os

from PySide6.QtCore import QCoreApplication, QMimeData, QObject, QTimer, Signal
from PySide6.QtGui import QClipboard, QGuiApplication

from keyturn.model.keys import Secret

KEPT_SECONDS = 30
_OPT_OUTS = {
    "x-kde-passwordManagerHint": b"secret",
    "ExcludeClipboardContentFromMonitorProcessing": b"1",
    'application/x-qt-windows-mime;value="ExcludeClipboardContentFromMonitorProcessing"': b"1",
    'application/x-qt-windows-mime;value="CanIncludeInClipboardHistory"': bytes(4),
    'application/x-qt-windows-mime;value="CanUploadToCloudClipboard"': bytes(4),
    "CanIncludeInClipboardHistory": bytes(4),
    "CanUploadToCloudClipboard": bytes(4),
    "application/x-nspasteboard-concealed-type": b"",
    "org.nspasteboard.ConcealedType": b"",
}


class SecretClipboard(QObject):
    """Copies one secret at a time, and clears it after half a minute if it is still there.

    Only a keyed hash of what was copied is remembered.

    Attributes:
        left: the seconds until it is cleared; 0 once it is, or once somebody copied something else.
    """

    left = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._key = os.urandom(32)
        self._digest: bytes | None = None
        self._seconds = 0
        self._ticks = QTimer(self)
        self._ticks.setInterval(1000)
        self._ticks.timeout.connect(self.tick)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.clear)

    def copy(self, secret: Secret) -> None:
        """Put the secret on the clipboard."""
        data = QMimeData()
        data.setText(secret.reveal())
        for kind, value in _OPT_OUTS.items():
            data.setData(kind, value)
        self._digest = self._hashed(secret.reveal())
        self._clipboard().setMimeData(data, QClipboard.Mode.Clipboard)
        self._seconds = KEPT_SECONDS
        self._ticks.start()
        self.left.emit(self._seconds)

    def tick(self) -> None:
        """A second has passed."""
        self._seconds -= 1
        if self._seconds <= 0 or not self._is_ours():
            self.clear()
            return
        self.left.emit(self._seconds)

    def clear(self) -> None:
        """Take the secret away, if what is there now is still it."""
        if self._digest is None:
            return
        if self._is_ours():
            self._clipboard().clear(QClipboard.Mode.Clipboard)
        self._digest = None
        self._ticks.stop()
        self.left.emit(0)

    def _is_ours(self) -> bool:
        text = self._clipboard().text(QClipboard.Mode.Clipboard)
        return self._digest is not None and hmac.compare_digest(self._hashed(text), self._digest)

    def _hashed(self, text: str) -> bytes:
        return hmac.new(self._key, text.encode(errors="surrogatepass"), hashlib.sha256).digest()

    def _clipboard(self) -> QClipboard:
        return QGuiApplication.clipboard()
