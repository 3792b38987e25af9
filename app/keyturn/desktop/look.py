"""The palette: which colours there are, in light, dark and high contrast, and how they reach Qt's own widgets.

Nothing is remembered here. The colours of a widget follow from its own palette, so a switch of the system's scheme
while the window is open repaints everything by itself.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QWidget


class Colours(NamedTuple):
    """The colours of one scheme, as `#rrggbb`.

    Attributes:
        ground: behind everything; `card`: the header, cards and fields on it; `line`: borders of cards and separators,
            never the only sign of a control; `edge`: borders of what can be pressed or typed in.
        quiet: text that is less important. `accent`: what can be pressed; `on_accent`: text on it; `accent_edge`:
            the border of what is filled with it.
        wash_*: behind text of that tone.
    """

    ground: str
    card: str
    line: str
    edge: str
    text: str
    quiet: str
    accent: str
    accent_edge: str
    on_accent: str
    accent_text: str
    wash_accent: str
    good: str
    wash_good: str
    attention: str
    wash_attention: str
    bad: str
    wash_bad: str


LIGHT = Colours(
    ground="#f6f6f4",
    card="#ffffff",
    line="#d4d4d0",
    edge="#85857f",
    text="#1b1b1a",
    quiet="#5c5c57",
    accent="#1d5fc2",
    accent_edge="#1d5fc2",
    on_accent="#ffffff",
    accent_text="#1d5fc2",
    wash_accent="#e8effb",
    good="#1b7a45",
    wash_good="#e6f4ec",
    attention="#b84a08",
    wash_attention="#fdf0e5",
    bad="#b3261e",
    wash_bad="#fcebea",
)
DARK = Colours(
    ground="#1f2022",
    card="#2a2b2e",
    line="#47484c",
    edge="#808187",
    text="#f2f2ef",
    quiet="#a9a9a2",
    accent="#2f6fd6",
    accent_edge="#5b93ec",
    on_accent="#ffffff",
    accent_text="#7db0ff",
    wash_accent="#22324c",
    good="#5cc78c",
    wash_good="#1f3529",
    attention="#f5994a",
    wash_attention="#3f2c1d",
    bad="#ff8a80",
    wash_bad="#442422",
)
HIGH_LIGHT = Colours(
    ground="#ffffff",
    card="#ffffff",
    line="#000000",
    edge="#000000",
    text="#000000",
    quiet="#000000",
    accent="#003a9e",
    accent_edge="#003a9e",
    on_accent="#ffffff",
    accent_text="#003a9e",
    wash_accent="#ffffff",
    good="#00522a",
    wash_good="#ffffff",
    attention="#7a2d00",
    wash_attention="#ffffff",
    bad="#8f0000",
    wash_bad="#ffffff",
)
HIGH_DARK = Colours(
    ground="#000000",
    card="#000000",
    line="#ffffff",
    edge="#ffffff",
    text="#ffffff",
    quiet="#ffffff",
    accent="#9cc4ff",
    accent_edge="#9cc4ff",
    on_accent="#000000",
    accent_text="#9cc4ff",
    wash_accent="#000000",
    good="#7dffb5",
    wash_good="#000000",
    attention="#ffc46b",
    wash_attention="#000000",
    bad="#ffaca6",
    wash_bad="#000000",
)
SCHEMES = (LIGHT, DARK, HIGH_LIGHT, HIGH_DARK)


class ColorTone(Enum):
    """What a colour says. It is never said by the colour alone: a shape or a word goes with it."""

    NEUTRAL = "neutral"
    ACCENT = "accent"
    GOOD = "good"
    ATTENTION = "attention"
    BAD = "bad"


def colours_of(widget: QWidget) -> Colours:
    """The colours that fit the widget's palette; a system's own palette gets the nearest scheme."""
    return colours_for(widget.palette())


def colours_for(palette: QPalette) -> Colours:
    """As `colours_of`, for a palette."""
    ground, text = palette.color(QPalette.ColorRole.Window), palette.color(QPalette.ColorRole.WindowText)
    for scheme in SCHEMES:
        if (ground.name(), text.name()) == (scheme.ground, scheme.text):
            return scheme
    dark = ground.lightness() < text.lightness()
    if _wants_high_contrast():
        return HIGH_DARK if dark else HIGH_LIGHT
    return DARK if dark else LIGHT


def _wants_high_contrast() -> bool:
    hints = QApplication.styleHints()  # kept: without it, Python forgets the part of it that is asked
    return hints.accessibility().contrastPreference() is Qt.ContrastPreference.HighContrast


def tone_colour(colours: Colours, tone: ColorTone) -> QColor:
    """The colour of text, shapes and lines of this tone."""
    return QColor(
        {
            ColorTone.NEUTRAL: colours.quiet,
            ColorTone.ACCENT: colours.accent_text,
            ColorTone.GOOD: colours.good,
            ColorTone.ATTENTION: colours.attention,
            ColorTone.BAD: colours.bad,
        }[tone]
    )


def wash_colour(colours: Colours, tone: ColorTone) -> QColor:
    """What lies behind text of this tone."""
    return QColor(
        {
            ColorTone.NEUTRAL: colours.ground,
            ColorTone.ACCENT: colours.wash_accent,
            ColorTone.GOOD: colours.wash_good,
            ColorTone.ATTENTION: colours.wash_attention,
            ColorTone.BAD: colours.wash_bad,
        }[tone]
    )


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((_luminance(QColor(one)), _luminance(QColor(other))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: QColor) -> float:
    channels = []
    for value in (colour.redF(), colour.greenF(), colour.blueF()):
        channels.append(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]


def follow_the_system(application: QApplication) -> None:
    """Wear the system's scheme now, and each time it changes.

    Only Qt's own style is coloured; a native style has the system's palette already.
    """
    hints = application.styleHints()

    def wear_it() -> None:
        if _has_qts_style(application):
            high = _wants_high_contrast()
            dark = hints.colorScheme() is Qt.ColorScheme.Dark
            wear(application, (HIGH_DARK if dark else HIGH_LIGHT) if high else (DARK if dark else LIGHT))

    hints.colorSchemeChanged.connect(wear_it)
    hints.accessibility().contrastPreferenceChanged.connect(wear_it)
    wear_it()


def _has_qts_style(application: QApplication) -> bool:
    from PySide6.QtWidgets import QStyleFactory

    # Where there are no others, nobody has to ask the style itself, whose class alone takes PySide some milliseconds.
    only_qts = {name.lower() for name in QStyleFactory.keys()} <= {"fusion", "windows"}  # noqa: SIM118
    return only_qts or application.style().objectName() == "fusion"


def wear(application: QApplication, colours: Colours) -> None:
    """Give Qt's own widgets these colours."""
    role = QPalette.ColorRole
    palette = QPalette()
    for roles, colour in (
        ((role.Window, role.Button, role.AlternateBase), colours.ground),
        ((role.Base, role.ToolTipBase), colours.card),
        ((role.WindowText, role.Text, role.ButtonText, role.ToolTipText), colours.text),
        ((role.PlaceholderText,), colours.quiet),
        ((role.Highlight, role.Accent), colours.accent),
        ((role.HighlightedText,), colours.on_accent),
        ((role.Link, role.LinkVisited), colours.accent_text),
        ((role.BrightText,), colours.bad),
        ((role.Mid, role.Midlight, role.Dark), colours.line),
    ):
        for one in roles:
            palette.setColor(one, QColor(colour))
    for one in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, one, QColor(colours.quiet))
    application.setPalette(palette)
