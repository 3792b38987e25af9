"""Files of `name = value` lines with the place of each value: Webmin's settings, libdroplet's profiles.

Webmin's `read_file` (web-lib-funcs.pl) splits a line at its first `=`; libdroplet's reader (profile.c) takes quotes
around a value away. A line that begins with `#` is a comment in both, and the last value of a name counts.
"""

from __future__ import annotations

import re
from pathlib import Path

from keyturn.edits import failures
from keyturn.edits.spans import Span
from keyturn.edits.trees import Node, Scalar

_LINE = re.compile(rb"(?P<name>[^=\r\n]*)=[ \t]*(?P<quote>\"?)(?P<value>[^\r\n]*)")
_MARK = b"\xef\xbb\xbf"


def settings(content: bytes, *, path: Path | None = None) -> dict[str, Node]:
    """Return the value of each name.

    Args:
        path: for the sentence of the error.

    Raises:
        FileError: `file.unparsable`, where it is no text.
    """
    failures.expect_no_zero_bytes(content, path)
    found: dict[str, Node] = {}
    start = len(_MARK) if content.startswith(_MARK) else 0
    for number, line in enumerate(content[start:].split(b"\n"), start=1):
        read = _LINE.match(line)
        if read is not None and not read["name"].lstrip().startswith(b"#"):
            value = read["value"].rstrip()
            if read["quote"]:
                value = value.partition(b'"')[0]
            begin = start + read.start("value")
            name = read["name"].strip().decode(errors="replace")
            found[name] = Scalar(value.decode(errors="replace"), True, Span(begin, begin + len(value)), number)
        start += len(line) + 1
    return found
