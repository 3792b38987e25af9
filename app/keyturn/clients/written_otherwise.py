"""How a key has to be written where a file does not hold it letter by letter: what a person is told who changes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from keyturn.clients.base64_ids import ids_in_base64
from keyturn.edits.files import read_file
from keyturn.model.errors import FileError
from keyturn.model.keys import AccessKeyId
from keyturn.model.text import _


def how_written(path: Path, key: AccessKeyId) -> tuple[str, ...]:
    """Return what to do with the new values before they are put into the file, in sentences; nothing where as usual."""
    try:
        content = read_file(path).content
    except FileError:
        return ()
    return tuple(dict.fromkeys(_sentences(content, key)))


def _sentences(content: bytes, key: AccessKeyId) -> Iterator[str]:
    for one in ids_in_base64(content):
        if one.key != key:
            continue
        # A line's end that was encoded, too, belongs to no value.
        is_alone = one.before.endswith("\n") and one.after.startswith("\n")
        if is_alone:
            yield _(
                "The ID and the secret stand there in Base64, each in a value of its own: put in what "
                "“printf %s NEW | base64” prints for the new ID, and what it prints for the new secret."
            )
        else:
            yield _(
                "They stand there within a longer text in Base64: decode it (“base64 -d”), replace both values in "
                "the text, encode it again (“base64 -w 0”; on a Mac “base64”), and put it in the place of the old one."
            )
    if re.search(rb"://[^\s\"'<>]{0,200}" + re.escape(key.value.encode()), content):
        yield _("They stand there in an address: write each / of the new secret as %2F, and each + as %2B.")
