"""The pair of a profile in the AWS files, changed for the line by which it asks a program, and back byte for byte.

One line takes the place of the ID's; the secret's goes, with the line end before it. Nothing else changes: whatever
the change would do to another line, it is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from keyturn.edits import ini
from keyturn.edits.spans import Change, Span, apply_changes
from keyturn.edits.text_lines import TextLine, python_lines
from keyturn.model.errors import FileError
from keyturn.model.keys import KeyPair
from keyturn.model.pair_layout import USUAL, PairLayout
from keyturn.model.text import _

ID, SECRET, PROCESS = "aws_access_key_id", "aws_secret_access_key", "credential_process"
_AWS = ini.Dialect.AWS
_HEADER = re.compile(r"\s*\[.+\]")
# What every reader of these files takes for the same words: blanks part them, and quotes, `#`, `;` and `%` mean
# something to some (facts/credential-helper.md 3, minio-go). A tilde is a home only where a word begins, and in each of
# Windows' short names.
PLAIN = re.compile(r"[A-Za-z0-9/._+@=,:-][A-Za-z0-9/._+@=,:~-]*")


def asking(content: bytes, section: str, command: str, path: Path) -> tuple[tuple[Change, ...], PairLayout]:
    """Return what puts `credential_process = command` in the place of the section's pair, and how the pair stood.

    Raises:
        FileError: `file.unparsable`; `file.edit`, where that cannot be done without touching anything else.
        ValueError: where the command has a word that not every program would read alike.
    """
    if not all(PLAIN.fullmatch(word) for word in command.split(" ")):
        raise ValueError("not a command that every reader splits alike")
    entries = ini.entries(content, _AWS, path=path)
    own = {entry.key: entry for entry in entries if entry.section == section}
    lines = list(python_lines(content, path))
    key, secret = own.get(ID), own.get(SECRET)
    if key is None or secret is None or PROCESS in own or "\n" in key.value or "\n" in secret.value or secret.line < 2:
        raise _would_change_more(path)
    id_line, secret_line, before = lines[key.line - 1], lines[secret.line - 1], lines[secret.line - 2]
    id_lead = Span(_start_of_name(id_line), key.value_span.start)
    end_before, end = _end(before), _end(secret_line)
    layout = PairLayout(
        id_lead=_cut(content, id_lead),
        secret_lead=_cut(content, Span(secret_line.start, secret.value_span.start)),
        secret_tail=_cut(content, Span(secret.value_span.end, end)),
        line_end=_cut(content, Span(end_before, secret_line.start)),
        away=secret.line - key.line,
    )
    changes = (
        Change(id_lead, f"{PROCESS} = ".encode(), is_open=True),
        Change(key.value_span, command.encode(), is_open=True),
        Change(Span(end_before, secret.value_span.start), b"", is_open=True),
        Change(Span(secret.value_span.start, end), b""),
    )
    after = apply_changes(content, changes)
    if _others(after, section, path) != _others(content, section, path) or _own(after, section, path) != {
        PROCESS: command
    }:
        raise _would_change_more(path)
    return changes, layout


def holding(content: bytes, section: str, pair: KeyPair, layout: PairLayout | None, path: Path) -> tuple[Change, ...]:
    """Return what puts a pair in the place of the section's `credential_process`, as it stood there before.

    Args:
        layout: as `asking` returned it; None writes the pair as the AWS CLI does. It is followed as far as the lines
            around it allow, which somebody may have changed meanwhile.

    Raises:
        FileError: `file.unparsable`; `file.edit`, where that cannot be done without touching anything else.
    """
    wanted = {ID: pair.access_key_id.value, SECRET: pair.secret.reveal()}
    for one in _layouts(layout):
        changes = _holding(content, section, pair, one, path)
        if changes is None:
            continue
        after = apply_changes(content, changes)
        try:
            same = _others(after, section, path) == _others(content, section, path)
            if same and _own(after, section, path) == wanted:
                return changes
        except FileError:
            continue
    raise _would_change_more(path)


def _layouts(layout: PairLayout | None) -> Sequence[PairLayout]:
    """As it stood; else in the same words on two lines; else as the AWS CLI writes it."""
    return (USUAL,) if layout is None else (layout, replace(layout, away=1), USUAL)


def _holding(content: bytes, section: str, pair: KeyPair, layout: PairLayout, path: Path) -> tuple[Change, ...] | None:
    entries = ini.entries(content, _AWS, path=path)
    process = next((entry for entry in entries if (entry.section, entry.key) == (section, PROCESS)), None)
    if process is None or "\n" in process.value:
        return None
    lines = list(python_lines(content, path))
    at = process.line - 1
    before = at + (layout.away - 1 if layout.away > 0 else layout.away)
    between = lines[min(at, before) + 1 : max(at, before) + 1]
    ends = [_end(line) for line in lines]
    if content.endswith((b"\r", b"\n")):
        ends.append(len(content))  # an empty line that nothing ends
    if not 0 <= before < len(ends) or any(_HEADER.match(line.text) for line in between):
        return None
    secret = f"{layout.line_end}{layout.secret_lead}{pair.secret.reveal()}{layout.secret_tail}"
    lead, end = Span(_start_of_name(lines[at]), process.value_span.start), ends[before]
    return (
        Change(lead, layout.id_lead.encode(), is_open=True),
        Change(process.value_span, pair.access_key_id.value.encode(), is_open=True),
        Change(Span(end, end), secret.encode()),
    )


def _start_of_name(line: TextLine) -> int:
    blanks = len(line.text) - len(line.text.lstrip())
    return line.span(blanks, blanks).start


def _end(line: TextLine) -> int:
    """Where the line's own text ends."""
    return line.span(len(line.text), len(line.text)).end


def _cut(content: bytes, span: Span) -> str:
    return content[span.start : span.end].decode()


def _own(content: bytes, section: str, path: Path) -> dict[str, str]:
    """What the section has of the three."""
    found = ini.entries(content, _AWS, path=path)
    return {one.key: one.value for one in found if one.section == section and one.key in {ID, SECRET, PROCESS}}


def _others(content: bytes, section: str, path: Path) -> list[object]:
    """Every other line as the program reads it, and the sections."""
    found = ini.entries(content, _AWS, path=path)
    kept = [one for one in found if not (one.section == section and one.key in {ID, SECRET, PROCESS})]
    return [
        ini.sections(content, _AWS, path=path),
        *((one.section, one.key, one.value, tuple((n.key, n.value) for n in one.nested)) for one in kept),
    ]


def _would_change_more(path: Path) -> FileError:
    return FileError(
        _("The edit of {name} would change more than the key").format(name=path.name),
        _("It would touch other lines, too, so it was not made. Change {path} by hand.").format(path=path),
        code="file.edit",
    )
