"""The palette: readable in every scheme, and followed while the window is open."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from keyturn.desktop.look import (
    DARK,
    HIGH_DARK,
    HIGH_LIGHT,
    LIGHT,
    SCHEMES,
    ColorTone,
    Colours,
    colours_of,
    contrast,
    tone_colour,
    wash_colour,
    wear,
)

_NAMES = {id(LIGHT): "light", id(DARK): "dark", id(HIGH_LIGHT): "high contrast", id(HIGH_DARK): "dark high contrast"}


def test_the_contrast_is_counted_as_the_guideline_has_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda one: _NAMES[id(one)])
def test_every_text_is_readable_on_every_ground_that_it_stands_on(scheme: Colours) -> None:
    pairs = [(text, ground) for text in (scheme.text, scheme.quiet) for ground in (scheme.ground, scheme.card)]
    pairs += [(scheme.on_accent, scheme.accent)]
    for tone in ColorTone:
        colour = tone_colour(scheme, tone).name()
        pairs += [(colour, ground) for ground in (scheme.ground, scheme.card, wash_colour(scheme, tone).name())]
    least = 7.0 if scheme in (HIGH_LIGHT, HIGH_DARK) else 4.5
    too_weak = {pair: round(contrast(*pair), 2) for pair in pairs if contrast(*pair) < least}
    assert too_weak == {}


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda one: _NAMES[id(one)])
def test_a_switch_of_the_scheme_reaches_widgets_that_are_there_already(
    scheme: Colours, qapp: QApplication, qtbot: QtBot
) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    try:
        wear(qapp, scheme)
        qtbot.waitUntil(lambda: colours_of(widget) is scheme)
    finally:
        wear(qapp, LIGHT)


def test_a_systems_own_palette_gets_the_nearest_scheme(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Window, "#202020")
    palette.setColor(QPalette.ColorRole.WindowText, "#eeeeee")
    widget.setPalette(palette)
    assert colours_of(widget) is DARK
