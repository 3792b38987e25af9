"""Key IDs within Base64, as Kubernetes has them in the `data:` of a secret, and as people hand whole files on."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator

from keyturn.model.keys import KEY_ID_IN_TEXT, AccessKeyId

# Of what people write themselves hardly a file is larger.
WRITTEN = 256 * 1024
# Base64 in one line, or broken into several as `base64` breaks it (coreutils; RFC 2045, 6.8).
_RUN = re.compile(rb"[A-Za-z0-9+/]{20,}(?:\r?\n[ \t]*[A-Za-z0-9+/]{2,})*")


def in_base64(text: str) -> Iterator[bytes]:
    """Yield what Base64 has of a text, wherever it begins in what was encoded; no letter that a neighbour changes."""
    for before in range(3):
        coded = b64encode(b"\0" * before + text.encode())
        yield coded[-(-before * 8 // 6) : (before + len(text)) * 8 // 6]


# A line may end in the midst of one.
_SIGNS = re.compile(
    b"|".join(
        rb"(?:\r?\n[ \t]*)?".join(sign[at : at + 1] for at in range(len(sign)))
        for kind in ("AKIA", "ASIA")
        for sign in in_base64(kind)
    )
)


def may_hold_ids(content: bytes) -> bool:
    """Return whether a closer look pays; False is certain."""
    return len(content) <= WRITTEN and _SIGNS.search(content) is not None


def ids_in_base64(content: bytes) -> Iterator[tuple[AccessKeyId, int]]:
    """Yield each key ID within Base64 with the offset of its first letter in the file, in the order of the file."""
    for run in _RUN.finditer(content) if may_hold_ids(content) else ():
        if _SIGNS.search(run[0]) is not None:
            yield from _ids_of(run[0], run.start())


def _ids_of(run: bytes, start: int) -> Iterator[tuple[AccessKeyId, int]]:
    letters = b"".join(run.split())
    found: dict[int, AccessKeyId] = {}
    # What stands before it may touch it: where it was begun is not known.
    for skipped in range(4):
        coded = letters[skipped:]
        text = b64decode(coded + b"A" * (-len(coded) % 4)).decode("latin-1")
        for match in KEY_ID_IN_TEXT.finditer(text):
            found.setdefault(skipped + match.start() * 4 // 3, AccessKeyId(match[0]))
    at = passed = 0
    for number, key in sorted(found.items()):
        while True:
            if run[at : at + 1].isspace():
                at += 1
            elif passed < number:
                at, passed = at + 1, passed + 1
            else:
                break
        yield key, start + at
