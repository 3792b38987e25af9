"""In which folder each command of a text runs: what is relative in it is meant from there (POSIX.1-2017, `cd`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from keyturn.edits.commands import Argument, ShellCommand, program_name

# `Set-Location` is PowerShell's, and `sl` its short name (about_Aliases); `/d` is an option of cmd.exe's (cd /?).
_CHANGES = frozenset({"cd", "chdir", "pushd", "set-location", "sl"})
_OPTIONS = frozenset({"-P", "-L", "-e", "--", "/d", "/D", "-Path", "-LiteralPath"})


def in_their_folders(commands: Sequence[ShellCommand]) -> Iterator[tuple[ShellCommand, str]]:
    """Yield each command with the folder to which those before it changed.

    The folder is as it is written there, with a stroke at its end; empty where none changed it, or back to another one.
    """
    folder = ""
    for command in commands:
        yield command, folder
        if command.words and program_name(command.words[0]).lower() in _CHANGES:
            to = next((word for word in command.words[1:] if word.decoded not in _OPTIONS), None)
            folder = _changed(folder, "~" if to is None else _written(to))


def _changed(folder: str, to: str) -> str:
    return "" if to == "-" else joined(folder, to) + "/"


def joined(folder: str, written: str) -> str:
    """Return a name as a command in a folder means it; both as they are written, so that their quotes stay."""
    plain = written.lstrip("\"'")
    return written if plain.startswith(("/", "~", "$", "%", "\\", "`")) or plain[1:2] == ":" else folder + written


def _written(word: Argument) -> str:
    return word.written.decode(errors="replace")
