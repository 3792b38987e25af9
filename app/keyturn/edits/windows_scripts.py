"""Windows' own scripts: the variables that batch files and PowerShell set, with the place of every value.

Batch: `set` as cmd.exe documents it (`set /?`). PowerShell: about_Environment_Variables and about_Quoting_Rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from keyturn.edits import failures
from keyturn.edits.commands import Argument, LetterRun, ShellCommand, VariableNotation, program_name
from keyturn.edits.encodings import DecodedText, Encoding, decoded
from keyturn.edits.shell import Assignment, Quoting
from keyturn.edits.spans import Span
from keyturn.model.text import _

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")

BATCH_ENDINGS = (".bat", ".cmd")
POWERSHELL_ENDINGS = (".ps1", ".psm1")


def assignments(content: bytes, *, path: Path) -> list[Assignment]:
    """Return every assignment of a variable of the environment, in the order of the file.

    The names are in upper case, because Windows does not tell the cases apart.

    Args:
        path: its ending says which of the two languages it is in.

    Raises:
        FileError: `file.unparsable`, where it is no text, or a batch file in UTF-16, which cmd.exe cannot run.
    """
    text = decoded(content)
    is_batch = path.suffix.lower() in BATCH_ENDINGS
    if "\0" in text.text or (is_batch and text.encoding is not Encoding.UTF_8):
        raise failures.unparsable(path, _("It holds zero bytes, as UTF-16 text and binary files do."))
    return list(_in_batch(text) if is_batch else _in_powershell(text))


# A piece of a word of a command, in quotes or not, and what ends a command.
_WORD = re.compile(
    r"""(?P<end>[;&|]|\r\n|\r|\n)|"(?P<double>[^"\r\n]*+)"|'(?P<single>[^'\r\n]*+)'|(?P<bare>[^\s"';&|]+)"""
)
_QUOTINGS = {"double": Quoting.DOUBLE, "single": Quoting.SINGLE, "bare": Quoting.BARE}
_CONTINUED = re.compile(r"[`^]\r?\n")
_COMPUTED = {VariableNotation.BATCH: re.compile(r"%|!\w+!"), VariableNotation.POWERSHELL: re.compile(r"[$`]")}


def commands(content: bytes, notation: VariableNotation) -> list[ShellCommand]:
    """Return the commands of a script in either language, a line or a part of one each, with the place of each word.

    A word in quotes that follows another without a blank belongs to it, as in `--password="…"`. Behind them come, with
    no place of their own, those that stand in brackets or that another one is told to run.
    """
    text = decoded(content)
    if "\0" in text.text:
        return []
    found = list(_commands(text, notation))
    return [*found, *(inner for command in found for inner in _within(command, notation))]


# What these are told stands in quotes (cmd /?, about_Powershell_exe, Invoke-Expression).
_RUNS_TEXT = frozenset({"cmd", "powershell", "pwsh", "iex", "invoke-expression"})
# Start-Process, Parameters; the list of arguments may stand in brackets, and its parts in quotes of their own.
_STARTS = frozenset({"start-process", "saps"})
_ITS_ARGUMENTS = frozenset({"-argumentlist", "-args"})
_IN_LIST = re.compile(rb"[\s,()@]+")
_OPENS = (b"(", b"$(", b"@(", b"{")


def _within(command: ShellCommand, notation: VariableNotation) -> Iterator[ShellCommand]:
    names = [program_name(word).lower() for word in command.words]
    for number, word in enumerate(command.words):
        if names[number] in _RUNS_TEXT:
            for one in command.words[number + 1 :]:
                yield from _commands_in(one.text, one.line, notation) if b" " in one.text else ()
        if names[number] in _STARTS:
            yield from _started(command.words[number + 1 :], notation)
        if word.text.startswith(_OPENS):
            rest = b" ".join(one.text for one in command.words[number:])
            yield from _commands_in(rest.lstrip(b"$@({").partition(b")")[0], word.line, notation)


def _started(words: Sequence[Argument], notation: VariableNotation) -> Iterator[ShellCommand]:
    at = next((number for number, one in enumerate(words) if one.decoded.lower() in _ITS_ARGUMENTS), None)
    if at is None:
        return
    program = next((one for one in words[:at] if not one.text.startswith(b"-")), None)
    said = b""
    for one in words[at + 1 :]:
        said += b" " + one.text
        if not one.text.endswith(b",") and said.count(b"(") == said.count(b")"):
            break
    if program is not None:
        for listed in _commands_in(_IN_LIST.sub(b" ", said), program.line, notation):
            yield ShellCommand((program, *listed.words))


def _commands_in(text: bytes, line: int, notation: VariableNotation) -> Iterator[ShellCommand]:
    for command in _commands(DecodedText(text.decode("latin-1"), Encoding.UTF_8, 0), notation):
        yield ShellCommand(tuple(replace(word, runs=(), line=line) for word in command.words))


def notation_of(path: Path) -> VariableNotation:
    """Return how the script's language writes a variable, by the ending of its name."""
    return VariableNotation.BATCH if path.suffix.lower() in BATCH_ENDINGS else VariableNotation.POWERSHELL


def _commands(text: DecodedText, notation: VariableNotation) -> Iterator[ShellCommand]:
    # A line that goes on in the next one is one command; blanks keep the place of the mark.
    written = _CONTINUED.sub(lambda found: " " * len(found[0]), text.text)
    words: list[Argument] = []
    pieces: list[re.Match[str]] = []
    line, counted = 1, 0
    for found in _WORD.finditer(written):
        if pieces and (found["end"] is not None or found.start() != pieces[-1].end()):
            line, counted = line + text.text.count("\n", counted, pieces[0].start()), pieces[0].start()
            words.append(_word(text, pieces, line, notation))
            pieces = []
        if found["end"] is None:
            pieces.append(found)
        elif words:
            yield ShellCommand(tuple(words))
            words = []
    if pieces:
        words.append(_word(text, pieces, line + text.text.count("\n", counted, pieces[0].start()), notation))
    if words:
        yield ShellCommand(tuple(words))


def _word(text: DecodedText, pieces: list[re.Match[str]], line: int, notation: VariableNotation) -> Argument:
    one_byte = text.encoding is Encoding.UTF_8
    runs, values, at = [], [], 0
    for piece in pieces:
        group = next(one for one in _QUOTINGS if piece[one] is not None)
        value = piece[group].encode("latin-1", errors="replace")
        if one_byte:  # letters of two bytes are no run of bytes
            runs.append(LetterRun(at, text.start + piece.start(group), len(value), _QUOTINGS[group]))
        values.append(value)
        at += len(value)
    as_written = "".join(piece[0] for piece in pieces)
    return Argument(
        b"".join(values),
        as_written.encode("latin-1", errors="replace"),
        _COMPUTED[notation].search(as_written) is None,
        tuple(runs),
        line,
        notation,
    )


# --- cmd.exe -----------------------------------------------------------------------------------------------------

_COMMENT = re.compile(r"[\s@(]*+(?:rem\b|::)", re.IGNORECASE)
# `set NAME=value`, `set "NAME=value"`, and `setx NAME value`; a command may stand before it, behind `&` or a bracket.
# Without the outer quotes the value reaches to the end of the command, blanks and quotes included.
_AT_COMMAND = r"(?:^|(?<=[&(|]))[\s@(]{0,40}+"
_SET = re.compile(
    rf"""{_AT_COMMAND}set\s++"(?P<quoted>{_NAME})=(?P<inside>[^"\r\n]*)"
        |{_AT_COMMAND}set\s++(?P<name>{_NAME})=(?P<rest>[^&|<>)\r\n]*)
        |{_AT_COMMAND}setx\s++"?(?P<lasting>{_NAME})"?\s+(?:"(?P<text>[^"\r\n]*)"|(?P<word>[^\s"&|<>]+))
    """,
    re.IGNORECASE | re.VERBOSE,
)


def _in_batch(text: DecodedText) -> Iterator[Assignment]:
    for number, line in enumerate(_LINES.finditer(text.text), start=1):
        # A mark at the beginning is part of the first command for cmd.exe, which then knows no such command.
        if _COMMENT.match(line[0]) or (number == 1 and text.start):
            continue
        for found in _SET.finditer(line[0]):
            name = found["quoted"] or found["name"] or found["lasting"]
            group = next(one for one in ("inside", "rest", "text", "word") if found[one] is not None)
            first, last = found.span(group)
            value = found[group]
            is_reference = "%" in value or "!" in value
            span = text.span(line.start() + first, line.start() + last)
            yield Assignment(name.upper(), value, span, True, number, is_reference, Quoting.BARE)


# --- PowerShell --------------------------------------------------------------------------------------------------

_SINGLE, _DOUBLE = r"'(?:[^']|'')*+", r'"(?:[^"`]|`.|"")*+'
# What opens a comment or a text and is never closed reaches to the end of the file.
_POWERSHELL = re.compile(
    rf"""(?P<skip><\#.*?(?:\#>|\Z)                           # a comment of several lines
        |@'[^\S\n]*+\n.*?(?:\n'@|\Z)                         # texts of several lines
        |@"[^\S\n]*+\n.*?(?:\n"@|\Z)
        |(?<![^\s;{{}}()])\#[^\n]*)                          # a comment; within a word it is none
    |\$(?:env:(?P<name>{_NAME})|\{{env:(?P<braced>{_NAME})\}})\s*=(?!=)\s*(?P<value>{_SINGLE}'|{_DOUBLE}"|[^\s;]+)
    |\[(?:System\.)?Environment\]::SetEnvironmentVariable\(\s*
        (?P<quote>['"])(?P<lasting>{_NAME})(?P=quote)\s*,\s*(?P<argument>{_SINGLE}'|{_DOUBLE}"|[^\s,)]+)
    |(?P<text>{_SINGLE}(?:'|\Z)|{_DOUBLE}(?:"|\Z))           # any other text, in which nothing is looked for
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)


def _in_powershell(text: DecodedText) -> Iterator[Assignment]:
    line, counted = 1, 0
    for found in _POWERSHELL.finditer(text.text):
        group = next((one for one in ("value", "argument") if found[one] is not None), None)
        if group is None:
            continue
        line, counted = line + text.text.count("\n", counted, found.start()), found.start()
        name = found["name"] or found["braced"] or found["lasting"]
        yield _powershell_value(text, name.upper(), found[group], found.start(group), line)


def _powershell_value(text: DecodedText, name: str, written: str, start: int, line: int) -> Assignment:
    """The assignment; without quotes the value is a variable or an expression, but never a text."""
    quote = written[0] if written[0] in "'\"" else ""
    inside = written[len(quote) : len(written) - len(quote)]
    span: Span = text.span(start + len(quote), start + len(quote) + len(inside))
    is_reference = not quote or (quote == '"' and "$" in inside)
    known = bool(quote) and not is_reference and quote * 2 not in inside and not (quote == '"' and "`" in inside)
    quoting = Quoting.SINGLE if quote == "'" else Quoting.DOUBLE
    return Assignment(name, inside if known else None, span, True, line, is_reference, quoting)
