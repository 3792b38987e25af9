"""What there is when the window appears. Each module and each of Qt's classes before that keeps a person waiting."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

_PROBE = """
import json, os, sys
sys.argv = ["keyturn", *sys.argv[1:]]
from PySide6 import QtCore, QtGui, QtWidgets
shown = QtWidgets.QMainWindow.show
def show(window):
    shown(window)
    qt = [name for one in (QtCore, QtGui, QtWidgets) for name, value in vars(one).items() if isinstance(value, type)]
    pages = [type(one).__name__ for one in window.pages.everything]
    print(json.dumps({"modules": list(sys.modules), "qt": qt, "pages": pages}), flush=True)
    os._exit(0)
QtWidgets.QMainWindow.show = show
from keyturn.__main__ import main
main()
"""

# What the first frame is made of. A further one is a reason to ask whether it can be imported when it is first wanted.
_DESKTOP = {
    "announcing",
    "application",
    "busy_view",
    "detail_pages",
    "first_frame",
    "folder",
    "font_sizes",
    "header",
    "icons",
    "kept_place",
    "look",
    "mails",
    "main_view",
    "main_window",
    "menus",
    "note_line",
    "page_stack",
    "reflowing",
    "runner",
    "scroll_bar",
    "segments",
    "single_instance",
    "uncaught_errors",
    "widgets",
    "window_start",
    "window_words",
    "windows",
    "wrapping",
}
# Classes that no part of the first frame is. PySide makes one, with all of its enumerations, when it is first named.
_LATER = {
    "QAbstractItemView",
    "QAbstractSpinBox",
    "QAccessible",
    "QAction",
    "QActionGroup",
    "QComboBox",
    "QDesktopServices",
    "QFileDialog",
    "QIcon",
    "QKeySequence",
    "QLineEdit",
    "QPlainTextEdit",
    "QShortcut",
    "QStyle",
    "QTextEdit",
    "QUrl",
}
_LATER_MODULES = {
    "boto3",
    "datetime",
    "hashlib",
    "keyring",
    "keyturn.model.addresses",
    "keyturn.model.keys",
    "keyturn.model.places",
    "keyturn.model.secret_search",
    "keyturn.rotation.workplace",
    "keyturn.terminal.arguments",
    "keyturn.terminal.screen",
    "shlex",
    "PySide6.QtNetwork",
    "secrets",
    "sqlite3",
}


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """What there is when the window appears, as most people start it: without a word."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path_factory.mktemp("home"))}
    found = subprocess.run([sys.executable, "-c", _PROBE], env=environment, check=True, stdout=subprocess.PIPE)
    return {name: set(value) for name, value in json.loads(found.stdout).items()}


def test_no_page_is_imported_before_the_window_appears(there: dict[str, set[str]]) -> None:
    desktop = {
        name.removeprefix("keyturn.desktop.") for name in there["modules"] if name.startswith("keyturn.desktop.")
    }
    assert desktop == _DESKTOP


def test_no_page_is_made_either(there: dict[str, set[str]]) -> None:
    assert there["pages"] == {"MainView"}


def test_what_only_later_work_needs_is_imported_later(there: dict[str, set[str]]) -> None:
    assert there["modules"] & _LATER_MODULES == set()


def test_no_class_of_qts_is_made_that_is_not_seen_yet(there: dict[str, set[str]]) -> None:
    assert there["qt"] & _LATER == set()
