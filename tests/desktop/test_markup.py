"""Names from files are shown as they stand: no tip, tray text or notification is taken for markup."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import Qt as QtOfGui
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

import keyturn.desktop
from keyturn.desktop.command_line import CommandLine
from keyturn.desktop.map_card import NodeCard
from keyturn.desktop.map_nodes import LineState, Node
from keyturn.desktop.outlook_process import OutlookProcess, RemindAnswer
from keyturn.desktop.tray import Tray
from keyturn.desktop.widgets import Button, ShapeButton, Text, Verbatim
from keyturn.model.keys import Secret
from keyturn.model.text import unmarked

NAMES = (
    "<img src='//host.invalid/share/x.png'><b>BOLD</b>",
    "  <b>BOLD</b>",
    "a <a href='http://host.invalid'>BOLD</a>",
    "&lt;b&gt;BOLD",
    "<!DOCTYPE html>BOLD",
    "<?xml version='1.0'?>BOLD",
    "<b\t>BOLD",
)
_TAKE_MARKUP = {"setToolTip", "setStatusTip", "setWhatsThis", "showMessage", "showText"}
SECRET = "madeUp/Secret+OfSome/LengthAnd1Number"


@pytest.mark.parametrize("name", NAMES)
def test_qt_takes_no_name_for_markup(name: str) -> None:
    assert not QtOfGui.mightBeRichText(unmarked(name))


@pytest.mark.parametrize("name", NAMES)
def test_cards_buttons_and_labels_show_a_name_as_it_stands(qtbot: QtBot, name: str) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    card = NodeCard(Node("x", name, name, LineState.OLD, f"{name}\n{name}"), "Program", parent)
    shape = ShapeButton("key", name, parent)
    for tip in (card.toolTip(), shape.toolTip()):
        assert "BOLD" in tip
        assert not QtOfGui.mightBeRichText(tip)
    for label in (Text(name, parent), Verbatim(name, parent)):
        assert label.textFormat() is Qt.TextFormat.PlainText


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.qt_log_ignore("systemTrayWindowChanged")  # Qt's offscreen platform knows no trays
def test_the_tray_says_a_name_as_it_stands(
    qapp: object, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    outlook = OutlookProcess([str(tmp_path / "nobody")], ())
    tray = Tray(outlook)
    monkeypatch.setattr(tray.icon, "showMessage", lambda title, message, icon: shown.extend((title, message)))

    outlook.told.emit(RemindAnswer("attention", name, notification=(name, name)))

    for text in (tray.icon.toolTip(), *shown):
        assert "BOLD" in text
        assert not QtOfGui.mightBeRichText(text)
    assert len(shown) == 2


def test_no_widget_shows_a_known_secret(qtbot: QtBot) -> None:
    Secret(SECRET)
    parent = QWidget()
    qtbot.addWidget(parent)
    card = NodeCard(Node("x", SECRET, f"at {SECRET}", LineState.OLD, f"{SECRET}."), "Program", parent)
    label, button, verbatim = Text(SECRET, parent), Button(SECRET, parent), Verbatim(f"/home/{SECRET}", parent)
    command = CommandLine(f"keyturn scan --search {SECRET}", parent)
    button.setText(f"Show {SECRET}")
    seen = [
        label.text(),
        button.text(),
        verbatim.text().replace("\u200b", ""),
        verbatim.accessibleName(),
        command.command,
    ]
    seen += [card.text(), card.toolTip(), card.accessibleName(), card.accessibleDescription()]

    assert all("••••" in text for text in seen)
    assert "madeUp" not in "".join(seen)


def _tips() -> Iterator[tuple[str, ast.Call]]:
    for path in Path(keyturn.desktop.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""
            if isinstance(node, ast.Call) and called in _TAKE_MARKUP:
                yield f"{path.name}:{node.lineno}", node


def test_every_text_that_qt_could_take_for_markup_goes_through_one_function() -> None:
    tips = list(_tips())
    assert len(tips) > 5
    for where, call in tips:
        texts = [one for one in call.args if not isinstance(one, ast.Call) or ast.unparse(one) != "self.icon.icon()"]
        for text in texts:
            assert isinstance(text, ast.Call), where
            assert ast.unparse(text.func) == "unmarked", where
