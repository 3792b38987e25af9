"""Each document of Keyturn's memory has a frozen file of the version that is written now, which today's code reads."""

from __future__ import annotations

import importlib
import json
import pkgutil
from pathlib import Path

import pytest

from keyturn import state
from keyturn.state.stored import Stored

FROZEN = Path(__file__).parents[1] / "frozen"
_MODULES = [importlib.import_module(f"keyturn.state.{one.name}") for one in pkgutil.iter_modules(state.__path__)]
DOCUMENTS: list[Stored[object]] = [
    value for module in _MODULES for value in vars(module).values() if isinstance(value, Stored)
]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: str(one.name))
def test_a_document_of_the_version_that_is_written_now_is_frozen_and_read(document: Stored[object]) -> None:
    stem, version = Path(document.name).stem, document.format.version
    frozen = FROZEN / f"{stem}-{version}.json"
    assert frozen.is_file(), f"write one with this Keyturn, and keep it as {frozen.name}"
    document.format.load(json.loads(frozen.read_text(encoding="utf-8")))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: str(one.name))
def test_every_frozen_version_of_a_document_is_read(document: Stored[object]) -> None:
    frozen = sorted(FROZEN.glob(f"{Path(document.name).stem}-[0-9]*.json"))
    assert frozen
    for one in frozen:
        document.format.load(json.loads(one.read_text(encoding="utf-8")))
