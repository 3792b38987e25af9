"""Reading a tree of configuration by the grammar that its file's name tells."""

from __future__ import annotations

from pathlib import Path

from keyturn.edits import json_spans, toml_spans, yaml_spans
from keyturn.edits.trees import Node


def parse(content: bytes, *, path: Path) -> Node:
    """Return the document: `.json`, `.yaml` and `.yml`, everything else as TOML.

    Raises:
        FileError: `file.unparsable`, where the file is none of that grammar; `file.too-big`.
    """
    match path.suffix.lower():
        case ".json":
            return json_spans.parse(content, path=path)
        case ".yaml" | ".yml":
            return yaml_spans.parse(content, path=path)
        case _:
            return toml_spans.parse(content, path=path)
