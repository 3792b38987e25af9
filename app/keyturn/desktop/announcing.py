"""Results that come while the person is elsewhere on the page: a screen reader says them."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from keyturn.model.text import in_widget


def announce(widget: QWidget, text: str) -> None:
    """Let a screen reader say `text`; nothing happens where none listens."""
    # Later than the first frame, which has nothing to say.
    from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

    if QAccessible.isActive() and text:
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, in_widget(text)))
