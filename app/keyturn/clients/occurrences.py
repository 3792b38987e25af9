"""Every spot of a file where a key ID stands, in any encoding, and what is shaped like the secret beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import unquote

from keyturn.clients.base64_ids import ids_in_base64
from keyturn.clients.near_buckets import buckets_near, is_in_comment
from keyturn.model.keys import KEY_ID_IN_TEXT, AccessKeyId, Secret
from keyturn.model.places import Target

# The marks by which a file is told not to hold any key ID, without reading it as text. The two-byte form is UTF-16, in
# which PowerShell and Windows' editors write; read from its second byte on, the big-endian form looks the same.
_MARKS: Sequence[tuple[str, int, tuple[bytes, ...]]] = (
    ("latin-1", 1, (b"AKIA", b"ASIA")),
    ("utf-16-le", 2, tuple(kind.encode("utf-16-le") for kind in ("AKIA", "ASIA"))),
)
# In a binary property list the mark of the next text, a letter, stands right behind one (Apple's CFBinaryPList.c).
_PROPERTY_LIST = b"bplist"
_MARKED = re.compile(rb"(_\x10(?:\x14[A-Z0-9]{20}|\x28[A-Za-z0-9/+]{40}))[P-^]")
# AWS's secrets have forty of these letters (facts/aws.md A1). In an address `/` and `+` stand in their percent form,
# in JSON there may be a backslash before the slash.
_SECRET = re.compile(r"(?<![A-Za-z0-9/+])(?:[A-Za-z0-9/+]|%2[BbFf]|\\/){40}(?![A-Za-z0-9/+=%])")
_LETTERS = re.compile(r"(?=.*[a-z])(?=.*[A-Z])[A-Za-z0-9/+]{40}")
# How far from its ID a secret stands: on the same line, or on one of the next few.
_NEAR, _LINES = 400, 4
_AROUND = 1000


class Occurrence(NamedTuple):
    """A spot where a key ID stands.

    Attributes:
        line: counted from 1.
        offset: in bytes.
        secret: what is shaped like a secret of AWS's and is the only such text beside it, behind it or else before it.
        targets: the buckets that are named near it.
        in_base64: it stands within Base64.
        in_comment: its line is a comment.
    """

    key: AccessKeyId
    line: int
    offset: int
    secret: Secret | None
    targets: tuple[Target, ...] = ()
    in_base64: bool = False
    in_comment: bool = False


def occurrences_in(content: bytes) -> Iterator[Occurrence]:
    """Yield each spot of a file where something shaped like a key ID stands, in the order of the file; last Base64."""
    if content.startswith(_PROPERTY_LIST):
        content = _MARKED.sub(rb"\1\0", content)
    for encoding, width, marks in _MARKS:
        at = min((index for mark in marks if (index := content.find(mark)) >= 0), default=-1)
        if at < 0:
            continue
        text = (content[at % width :] + b"\0").decode(encoding, errors="replace")
        found = list(KEY_ID_IN_TEXT.finditer(text))
        line, counted, before, is_taken = 1, 0, 0, False
        for number, match in enumerate(found):
            line, counted = line + text.count("\n", counted, match.start()), match.start()
            after = found[number + 1].start() if number + 1 < len(found) else len(text)
            secret = _only_secret(text[match.end() : min(after, match.end() + _NEAR)], backwards=False)
            is_behind = secret is not None
            if not is_behind and not is_taken:
                secret = _only_secret(text[max(before, match.start() - _NEAR) : match.start()], backwards=True)
            is_taken = is_behind
            in_comment = is_in_comment(text, match.start())
            around = text[max(0, match.start() - _AROUND) : match.end() + _AROUND]
            targets = () if secret is None or in_comment else buckets_near(around)
            offset = at % width + match.start() * width
            yield Occurrence(AccessKeyId(match[0]), line, offset, secret, targets, in_comment=in_comment)
            before = match.end()
    line, counted = 1, 0
    for key, at, before_it, behind_it in ids_in_base64(content):
        line, counted = line + content.count(b"\n", counted, at), at
        secret = _only_secret(behind_it, backwards=False) or _only_secret(before_it, backwards=True)
        yield Occurrence(key, line, at, secret, in_base64=True)


def spots_of(key: AccessKeyId, content: bytes) -> Iterator[Occurrence]:
    """Yield each spot of a file where this one key ID stands, whatever its shape, in the order of the file."""
    if KEY_ID_IN_TEXT.fullmatch(key.value):
        yield from (one for one in occurrences_in(content) if one.key == key)
        return
    wanted = re.compile(rf"(?<![A-Za-z0-9]){re.escape(key.value)}(?![A-Za-z0-9])")
    for encoding, width, _kinds in _MARKS:
        at = content.find(key.value.encode(encoding))
        if at < 0:
            continue
        text = (content[at % width :] + b"\0").decode(encoding, errors="replace")
        for match in wanted.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield Occurrence(key, line, at % width + match.start() * width, None)


def key_ids_in(content: bytes) -> Iterator[tuple[AccessKeyId, int]]:
    """Yield each key-ID-shaped text in a file once, with the line on which it stands first, counted from 1."""
    seen: set[AccessKeyId] = set()
    for one in occurrences_in(content):
        if one.key not in seen:
            seen.add(one.key)
            yield one.key, one.line


def _only_secret(text: str, *, backwards: bool) -> Secret | None:
    lines = text.splitlines()
    near = "\n".join(lines[-_LINES:] if backwards else lines[:_LINES])
    shaped = {letters for found in _SECRET.findall(near) if (letters := _read(found))}
    return Secret(shaped.pop()) if len(shaped) == 1 else None


def _read(written: str) -> str:
    letters = unquote(written.replace("\\/", "/"))
    return letters if _LETTERS.fullmatch(letters) else ""
