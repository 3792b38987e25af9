"""JSON on standard output, one document on a line."""

from __future__ import annotations

from typing import Any, TextIO

from keyturn.model.known_secrets import json_without_secrets
from keyturn.terminal.screen import lose


def write_json(stream: TextIO, document: dict[str, Any]) -> None:
    """Write one JSON document on one line. Plain ASCII: it passes every pipe and every code page."""
    try:
        stream.write(json_without_secrets(document) + "\n")
        stream.flush()
    except OSError as error:
        lose(stream, error)
