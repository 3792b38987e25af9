"""Key IDs within Base64, as Kubernetes has them in the `data:` of a secret, and as people hand whole files on."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from keyturn.model.keys import KEY_ID_IN_TEXT, AccessKeyId

# Of what people write themselves hardly a file is larger.
WRITTEN = 256 * 1024
# How far from its ID a secret stands, in letters.
_BESIDE = 400
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


class CodedId(NamedTuple):
    """A key ID within Base64.

    Attributes:
        at: the offset of its first letter in the file.
        before: what was encoded before it, and right before that.
        after: what was encoded behind it, and right behind that.
    """

    key: AccessKeyId
    at: int
    before: str
    after: str


def ids_in_base64(content: bytes) -> Iterator[CodedId]:
    """Yield each key ID within Base64, for each piece of it in the order of the file."""
    runs = list(_RUN.finditer(content)) if may_hold_ids(content) else []
    for number, run in enumerate(runs):
        if _SIGNS.search(run[0]) is not None:
            before = _near(runs[max(0, number - 1) : number], run)
            after = _near(runs[number + 1 : number + 2], run)
            for one in _ids_of(run[0], run.start()):
                yield one._replace(before=f"{before}\n{one.before}", after=f"{one.after}\n{after}")


def _near(runs: Sequence[re.Match[bytes]], run: re.Match[bytes]) -> str:
    """What a piece right beside this one says: Kubernetes has each value in one of its own."""
    gaps = (max(one.start() - run.end(), run.start() - one.end()) for one in runs)
    return "".join(_decoded(one[0][:_BESIDE]) for one, gap in zip(runs, gaps, strict=True) if gap <= _BESIDE)


def _decoded(coded: bytes) -> str:
    letters = b"".join(coded.split())
    return b64decode(letters + b"A" * (-len(letters) % 4)).decode("latin-1").rstrip("\0")


def _ids_of(run: bytes, start: int) -> Iterator[CodedId]:
    letters = b"".join(run.split())
    found: dict[int, CodedId] = {}
    # What stands before it may touch it: where it was begun is not known.
    for skipped in range(4):
        text = _decoded(letters[skipped:])
        for match in KEY_ID_IN_TEXT.finditer(text):
            before = text[max(0, match.start() - _BESIDE) : match.start()]
            after = text[match.end() : match.end() + _BESIDE]
            number = skipped + match.start() * 4 // 3
            found.setdefault(number, CodedId(AccessKeyId(match[0]), 0, before, after))
    at = passed = 0
    for number, one in sorted(found.items()):
        while True:
            if run[at : at + 1].isspace():
                at += 1
            elif passed < number:
                at, passed = at + 1, passed + 1
            else:
                break
        yield one._replace(at=start + at)
