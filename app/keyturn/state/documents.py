"""What Keyturn remembers in files, document by document: who reads one is imported once its file is there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from keyturn.model.errors import StateError

MOVES = "moves.json"
# Each file with the module that knows its format, `STORED`, in the order in which their problems are told.
MODULES: Mapping[str, str] = {
    "seen-keys.json": "seen_keys",
    "reminding.json": "reminding",
    "bucket-answers.json": "bucket_answers",
    "key-names.json": "stored_key_names",
    MOVES: "moves",
    "renewals.json": "renewals",
    "keeper.json": "keeper",
    "recipients.json": "stored_recipients",
    "telling.json": "telling_queue",
    "computer.json": "this_computer",
}


def unread_documents(folder: Path) -> Iterator[StateError]:
    """Why each document in Keyturn's folder that cannot be read cannot be."""
    for file, module in MODULES.items():
        if may_be_there(folder / file):
            # By name, so that nothing is imported before; a bundle takes every module of Keyturn.
            known: Any = import_module(f"keyturn.state.{module}")
            try:
                known.STORED.load(folder)
            except StateError as error:
                yield error


def may_be_there(path: Path) -> bool:
    """False where no file has the name for certain; what keeps from knowing it keeps from reading it, too."""
    try:
        os.lstat(path)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True
