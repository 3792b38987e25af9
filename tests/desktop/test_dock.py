"""Who stands in macOS's Dock: the window does, the icon of the menu bar does not; by a made-up system."""

from __future__ import annotations

import os
import plistlib
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt, Signal

from keyturn.desktop.dock import Policy, open_when_called, out_of_the_dock, this_dock

_ROOT = Path(__file__).parents[2]
_QT = "QT_MAC_DISABLE_FOREGROUND_APPLICATION_TRANSFORM"


class Mac:
    """The Dock; `answers` is whether the system does as it is asked."""

    def __init__(self, *, answers: bool = True) -> None:
        self.answers = answers
        self.policies: list[Policy] = []

    def set_policy(self, policy: Policy) -> bool:
        self.policies.append(policy)
        return self.answers


@pytest.mark.parametrize("answers", [True, False])
def test_the_icons_program_is_never_in_the_dock_and_the_window_that_it_opens_is(answers: bool) -> None:
    mac = Mac(answers=answers)
    with out_of_the_dock(mac):
        assert (os.environ[_QT], mac.policies) == ("1", [])
    assert (_QT in os.environ, mac.policies) == (False, [Policy.ACCESSORY])


def test_elsewhere_there_is_no_dock() -> None:
    assert (this_dock() is None) is (sys.platform != "darwin")
    with out_of_the_dock(None):
        assert _QT not in os.environ


class Application(QObject):
    changed = Signal(Qt.ApplicationState)


@pytest.mark.parametrize("is_mac", [True, False])
def test_opening_the_app_once_more_opens_the_window_though_the_icons_program_runs(is_mac: bool) -> None:
    application, opened = Application(), []
    open_when_called(Mac() if is_mac else None, application.changed, lambda: opened.append(1))
    application.changed.emit(Qt.ApplicationState.ApplicationInactive)
    assert opened == []
    application.changed.emit(Qt.ApplicationState.ApplicationActive)
    assert opened == [1] * is_mac


class Made(SimpleNamespace):
    """What a specification makes: what it was given, and nothing that would be found."""

    def __init__(self, *parts: object, **named: object) -> None:
        super().__init__(**{"pure": [], "scripts": [], "binaries": [], "datas": [], "parts": parts, **named})


def info_plist(platform: str, monkeypatch: pytest.MonkeyPatch, work: Path) -> dict[str, Any] | None:
    """Return the Info.plist that PyInstaller would write for a system, None where it would make no app.

    By the rules of `COLLECT` and `BUNDLE` in its 6.22 (facts/systems.md 4.1). `programs` are the bundle's, with whether
    they are of the terminal.
    """
    specification = _ROOT / "packaging" / "frozen" / "keyturn.spec"
    bundles: list[dict[str, Any]] = []

    def collect(*parts: object, **named: object) -> Made:
        programs = [one for one in parts if isinstance(one, Made)]
        return Made(programs=programs, console=programs[-1].console)

    def bundle(folder: Made, *, name: str, icon: str, bundle_identifier: str, version: str, info_plist: object) -> None:
        assert isinstance(info_plist, dict)
        made = {
            "programs": {one.name: one.console for one in folder.programs},
            "CFBundleName": name.removesuffix(".app"),
            "CFBundleIdentifier": bundle_identifier,
            "CFBundleExecutable": folder.programs[0].name,
            "CFBundleShortVersionString": version,
            **({"LSBackgroundOnly": True} if folder.console else {"NSHighResolutionCapable": True}),
        }
        bundles.append(made | info_plist)

    hooks = ModuleType("PyInstaller.utils.hooks")
    for function in ("collect_data_files", "collect_submodules", "copy_metadata"):
        setattr(hooks, function, lambda *_words: ())
    for module in (ModuleType("PyInstaller"), ModuleType("PyInstaller.utils"), hooks):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    names = {"SPECPATH": str(specification.parent), "workpath": str(work), "Analysis": Made, "PYZ": Made, "EXE": Made}
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(sys, "platform", platform)
        code = compile(specification.read_text(encoding="utf-8"), str(specification), "exec")
        exec(code, {**names, "COLLECT": collect, "BUNDLE": bundle})  # noqa: S102  (as PyInstaller runs it)
    return plistlib.loads(plistlib.dumps(bundles[0])) if bundles else None


def test_a_double_click_on_a_mac_starts_a_program_that_may_show_a_window(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = info_plist("darwin", monkeypatch, tmp_path)
    assert made is not None
    programs = made["programs"]
    assert programs == {"keyturn": True, "Keyturn Window": False}
    assert made["CFBundleExecutable"] == "Keyturn Window"
    # Most disks of a Mac take these for one name.
    assert len({name.casefold() for name in programs}) == len(programs)
    for hidden in ("LSBackgroundOnly", "LSUIElement"):
        assert not made.get(hidden)
    assert made["NSHighResolutionCapable"] is True
    assert (made["CFBundleName"], made["CFBundleIdentifier"]) == ("Keyturn", "net.keyturn.Keyturn")


def test_elsewhere_no_app_is_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for platform in ("linux", "win32"):
        assert info_plist(platform, monkeypatch, tmp_path) is None
