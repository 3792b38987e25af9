"""Putting a text that is no secret on the clipboard."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication

from keyturn.model.known_secrets import without_secrets


def put_on_clipboard(text: str) -> None:
    """Copy the text, without a secret that a name or a message in it may repeat.

    As plain text: PySide crashes at its end where an object of its own is left on the clipboard (facts/anchors.md
    3.6).
    """
    QGuiApplication.clipboard().setText(without_secrets(text))
