"""Uses a program through the accessibility tree alone, as a screen reader does. Runs under the system's own Python.

Each line of standard input is an order as JSON, each line of standard output its answer. A thing is found by its name
and never by its place; one without a name cannot be found.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from typing import Any

import pyatspi  # type: ignore[import-not-found]

Thing = Any  # as pyatspi has it, without types

PATIENCE = 40.0  # seconds
_PAUSE = 0.05
_MOST_TABS = 80
_PRESSABLE = {
    pyatspi.ROLE_PUSH_BUTTON,
    pyatspi.ROLE_TOGGLE_BUTTON,
    pyatspi.ROLE_CHECK_BOX,
    pyatspi.ROLE_RADIO_BUTTON,
}


def everything(application: Thing) -> Iterator[Thing]:
    """Every accessible thing that shows."""
    waiting = [application]
    while waiting:
        one = waiting.pop()
        try:
            children = [one.getChildAtIndex(number) for number in range(one.childCount)]
            shows = one is application or one.getState().contains(pyatspi.STATE_SHOWING)
        except Exception:  # noqa: S112  (it vanished while we looked)
            continue
        if shows:
            yield one
            waiting += [child for child in reversed(children) if child is not None]


def application_called(name: str) -> Thing:
    """The program that the tree knows by this name; None where there is none."""
    desktop = pyatspi.Registry.getDesktop(0)
    for number in range(desktop.childCount):
        child = desktop.getChildAtIndex(number)
        if child is not None and child.name == name:
            return child
    return None


def names(application: Thing) -> list[str]:
    """What can be read now."""
    said = []
    for one in everything(application):
        try:
            said.append(one.name)
        except Exception:  # noqa: S112
            continue
    return [name for name in said if name]


def found(application: Thing, name: str, roles: Collection[int] = ()) -> Thing:
    """What can be used and is called so; None where there is nothing."""
    for one in everything(application):
        try:
            fits = one.name == name and (not roles or one.getRole() in roles)
            if fits and one.getState().contains(pyatspi.STATE_SENSITIVE):
                return one
        except Exception:  # noqa: S112
            continue
    return None


def awaited(look: Callable[[], Thing]) -> Thing:
    """Look until there is something."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        seen = look()
        if seen:
            return seen
        time.sleep(_PAUSE)
    return None


def press_by_action(application: Thing, name: str) -> bool:
    thing = awaited(lambda: found(application, name, _PRESSABLE))
    if thing is None:
        return False
    action = thing.queryAction()
    wanted = [number for number in range(action.nActions) if action.getName(number) in {"Press", "Toggle", "press"}]
    return bool(action.doAction(wanted[0] if wanted else 0))


def press_by_mouse(application: Thing, name: str) -> bool:
    thing = awaited(lambda: found(application, name, _PRESSABLE))
    if thing is None:
        return False
    box = thing.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
    x, y = box.x + min(box.width // 2, 20), box.y + box.height // 2
    subprocess.run(["xdotool", "mousemove", str(x), str(y), "click", "1"], check=True)
    return True


def focused(application: Thing) -> Thing:
    """What has the focus; None where nothing has."""
    for one in everything(application):
        try:
            if one.getState().contains(pyatspi.STATE_FOCUSED):
                return one
        except Exception:  # noqa: S112
            continue
    return None


def tab_to(application: Thing, name: str) -> bool:
    """Press Tab until the thing called so has the focus."""
    if awaited(lambda: found(application, name)) is None:
        return False
    for _tab in range(_MOST_TABS):
        one = focused(application)
        if one is not None and one.name == name:
            return True
        key("Tab")
        time.sleep(_PAUSE)
    return False


def key(name: str) -> None:
    subprocess.run(["xdotool", "key", "--clearmodifiers", name], check=True)


def press_by_keyboard(application: Thing, name: str) -> bool:
    if not tab_to(application, name):
        return False
    key("space")
    return True


def set_value(application: Thing, name: str, value: float) -> bool:
    thing = awaited(lambda: found(application, name, {pyatspi.ROLE_SPIN_BUTTON}))
    if thing is None:
        return False
    thing.queryValue().currentValue = value
    return True


def write(application: Thing, name: str, text: str) -> bool:
    thing = awaited(lambda: found(application, name, {pyatspi.ROLE_TEXT, pyatspi.ROLE_PASSWORD_TEXT}))
    return thing is not None and bool(thing.queryEditableText().setTextContents(text))


def type_text(text: str) -> bool:
    subprocess.run(["xdotool", "type", "--clearmodifiers", text], check=True)
    return True


def nameless(application: Thing) -> list[str]:
    """What can be used and has no name."""
    usable = _PRESSABLE | {pyatspi.ROLE_SPIN_BUTTON, pyatspi.ROLE_TEXT, pyatspi.ROLE_PASSWORD_TEXT}
    return [
        str(one.getRoleName())
        for one in everything(application)
        if not one.name and one.getRole() in usable and one.getState().contains(pyatspi.STATE_FOCUSABLE)
    ]


def obey(application: Thing, order: dict[str, Any]) -> object:
    match order["do"]:
        case "read":
            return names(application)
        case "sees":
            return awaited(lambda: any(order["text"] in one for one in names(application))) is not None
        case "action":
            return press_by_action(application, order["name"])
        case "mouse":
            return press_by_mouse(application, order["name"])
        case "keyboard":
            return press_by_keyboard(application, order["name"])
        case "tab":
            return tab_to(application, order["name"])
        case "key":
            key(order["name"])
            return True
        case "type":
            return type_text(order["text"])
        case "value":
            return set_value(application, order["name"], order["value"])
        case "write":
            return write(application, order["name"], order["text"])
        case "nameless":
            return nameless(application)
    raise ValueError(order)


def answer(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def main() -> None:
    application = awaited(lambda: application_called(sys.argv[1]))
    answer(application is not None)
    for line in sys.stdin:
        answer(obey(application, json.loads(line)))


if __name__ == "__main__":
    main()
