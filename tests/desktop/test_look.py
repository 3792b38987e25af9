"""The palette: readable in every scheme, and followed while the window is open."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QVBoxLayout, QWidget
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
from keyturn.desktop.outlined import Outlined, RowsList
from keyturn.desktop.pages.fields import Choice, ChoiceBox, Field, Number, Tick, TimeField
from keyturn.desktop.scroll_bar import ScrollBar
from keyturn.desktop.segments import Segments
from keyturn.desktop.settings_fields import Days
from keyturn.desktop.widgets import Button, PrimaryButton, ShapeButton

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


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda one: _NAMES[id(one)])
def test_every_edge_and_every_state_is_told_from_what_it_stands_on(scheme: Colours) -> None:
    grounds = (scheme.ground, scheme.card)
    pairs = [(edge, ground) for edge in (scheme.edge, scheme.accent_edge, scheme.accent_text) for ground in grounds]
    pairs += [(scheme.edge, wash_colour(scheme, tone).name()) for tone in ColorTone]
    pairs += [(tone_colour(scheme, tone).name(), ground) for tone in ColorTone for ground in grounds]
    assert {pair: round(contrast(*pair), 2) for pair in pairs if contrast(*pair) < 3.0} == {}


def _controls() -> dict[str, QWidget]:
    disabled, chosen = Button("Not now"), Choice("Yes")
    disabled.setEnabled(False)
    chosen.setChecked(True)
    return {
        "button": Button("Look now"),
        "disabled button": disabled,
        "primary button": PrimaryButton("Begin"),
        "segments": Segments(("Map", "List"), "View"),
        "tick": Tick("I did this"),
        "choice": Choice("No"),
        "chosen": chosen,
        "field": Field("text"),
        "number": Number(),
        "days": Days(),
        "time": TimeField(),
        "one of several": ChoiceBox(),
        "list": Outlined(RowsList()),
        "long text": Outlined(QPlainTextEdit()),
        "icon": ShapeButton("sliders", "Settings"),
    }


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_border_of_each_control_is_seen_as_it_is_drawn(scheme: Colours, qapp: QApplication, qtbot: QtBot) -> None:
    """Measured in the picture: a line between two pixels is blurred, whatever its colour is called."""
    try:
        wear(qapp, scheme)
        too_weak = {}
        for name, control in _controls().items():
            around = QWidget()
            qtbot.addWidget(around)
            box = QVBoxLayout(around)
            box.addWidget(control)
            around.show()
            around.clearFocus()
            if (focused := QApplication.focusWidget()) is not None:
                focused.clearFocus()
            qtbot.waitExposed(around)
            picture = around.grab().toImage()
            middle, ground = control.geometry().center().y(), picture.pixelColor(2, 2).name()
            left = control.geometry().left()
            strip = [picture.pixelColor(x, middle).name() for x in range(left, left + 7)]
            strongest = max(contrast(colour, ground) for colour in strip)
            if strongest < 3.0:
                too_weak[name] = round(strongest, 2)
        assert too_weak == {}
    finally:
        wear(qapp, LIGHT)


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda one: _NAMES[id(one)])
def test_the_thumb_of_what_scrolls_is_seen_as_it_is_drawn(scheme: Colours, qapp: QApplication, qtbot: QtBot) -> None:
    wear(qapp, scheme)
    try:
        bar = ScrollBar(Qt.Orientation.Vertical)
        qtbot.addWidget(bar)
        bar.setRange(0, 100)
        bar.setPageStep(100)
        bar.resize(bar.sizeHint().width(), 200)
        bar.show()
        picture = bar.grab().toImage()
        column = [picture.pixelColor(picture.width() // 2, y).name() for y in range(picture.height())]
    finally:
        wear(qapp, LIGHT)
    thumb = [at for at, colour in enumerate(column) if contrast(colour, scheme.ground) >= 3.0]
    assert 60 < len(thumb) < 120, "the half of what is between its ends, and nothing else"
    assert max(thumb) < 120, "at the top"
