"""Linux: a desktop entry in the person's autostart folder (Desktop Application Autostart Specification 0.5)."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence

from keyturn.computer.computer import Computer
from keyturn.computer.private_files import replace_private_file
from keyturn.model.text import _
from keyturn.reminders.autostart import could_not_be_set
from keyturn.reminders.started_program import Starts, command_line

FILE_NAME = "keyturn.desktop"
_GROUP = "[Desktop Entry]"
_STARTS = "X-Keyturn-Starts"
# Desktop Entry Specification 1.5, "The Exec key": these make quotes necessary …
_RESERVED = frozenset(" \t\n\"'\\><~|&;$*?#()`")
# … and these need a backslash within quotes.
_ESCAPED_IN_QUOTES = frozenset('"`$\\')
# The same, "Possible value types": how a string is written. It is applied after the quoting, to the whole value.
_STRING = str.maketrans({"\\": r"\\", "\n": r"\n", "\t": r"\t", "\r": r"\r"})


class XdgAutostart:
    """The desktop entry. Desktops turn it off by a line in it, or by removing it."""

    def __init__(self, computer: Computer) -> None:
        self.path = computer.xdg_config_home / "autostart" / FILE_NAME

    def started(self) -> Starts | None:
        """What the entry starts; None where there is none, a desktop turned it off, or its program is gone."""
        try:
            entry = _read(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise could_not_be_set(f"{self.path}: {error}") from error
        turned_off = entry.get("Hidden") == "true" or entry.get("X-GNOME-Autostart-enabled") == "false"
        program = entry.get("TryExec", "")
        if turned_off or not program or shutil.which(_unescaped(program)) is None:
            return None
        return Starts(entry[_STARTS]) if entry.get(_STARTS) in set(Starts) else None

    def enable(self, starts: Starts, options: tuple[str, ...] = ()) -> None:
        """Write the entry."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            replace_private_file(self.path, desktop_entry(starts, command_line(starts, options)))
        except (OSError, ValueError) as error:
            raise could_not_be_set(f"{self.path}: {error}") from error

    def disable(self) -> None:
        """Remove the entry."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise could_not_be_set(f"{self.path}: {error.strerror}") from error


def desktop_entry(starts: Starts, command: Sequence[str]) -> str:
    """The text of the entry.

    Raises:
        ValueError: where the program's path holds `=`, which the specification forbids.
    """
    if "=" in command[0]:
        raise ValueError(_("a path with “=” cannot be started by a desktop"))
    comment = _("Reminds you of access keys that are due")
    lines = [
        _GROUP,
        "Type=Application",
        "Name=Keyturn",
        f"Comment={comment.translate(_STRING)}",
        f"Exec={exec_value(command)}",
        f"TryExec={command[0].translate(_STRING)}",
        "Icon=keyturn",
        "Terminal=false",
        "StartupNotify=false",
        "X-GNOME-Autostart-enabled=true",
        "X-KDE-autostart-after=panel",
        f"{_STARTS}={starts.value}",
    ]
    if starts is Starts.TRAY:
        lines.append("X-LXQt-Need-Tray=true")
    return "\n".join(lines) + "\n"


def exec_value(command: Sequence[str]) -> str:
    """A command as the value of `Exec`."""
    return " ".join(_quoted(word) for word in command).translate(_STRING)


def _quoted(word: str) -> str:
    # A lone % would begin a field code.
    word = word.replace("%", "%%")
    if word and not _RESERVED.intersection(word):
        return word
    return '"' + "".join(f"\\{one}" if one in _ESCAPED_IN_QUOTES else one for one in word) + '"'


def _unescaped(value: str) -> str:
    parts = value.split("\\\\")
    for written, meant in (("\\n", "\n"), ("\\t", "\t"), ("\\r", "\r"), ("\\s", " ")):
        parts = [part.replace(written, meant) for part in parts]
    return "\\".join(parts)


def _read(text: str) -> Mapping[str, str]:
    """The keys of the first group; what a desktop or a person added is read like our own."""
    entry: dict[str, str] = {}
    group = ""
    for line in text.splitlines():
        if line.startswith("["):
            group = line.strip()
        elif group == _GROUP and "=" in line and not line.startswith("#"):
            key, _equals, value = line.partition("=")
            entry[key.strip()] = value.strip()
    return entry
