"""Every sentence can be translated: a constant, translated when it is shown, never put together, compared or kept."""

from __future__ import annotations

import ast
import gettext
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import keyturn
from keyturn.clients.described.guide import guides
from keyturn.clients.findings import Discovery, mention
from keyturn.clients.programs.filezilla import read_sites
from keyturn.computer.computer import Computer, Platform
from keyturn.model import text
from keyturn.model.keys import AccessKeyId

_SOURCES = sorted(Path(keyturn.__file__).parent.rglob("*.py"))
_KEY = AccessKeyId("AKIAMADEUPSAMPLE0001")
# The first is the translators' own module; the others say the sentences of data files, which are messages as well.
_BESIDES = {"is no constant": {"text.py", "guide.py", "described_program.py"}}


def _translates(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"_", "plural"}


def _any_translates(*nodes: ast.AST) -> bool:
    return any(_translates(part) for node in nodes for part in ast.walk(node))


def _texts(node: ast.AST) -> Iterator[ast.expr]:
    """The sentences that a translator is given."""
    if isinstance(node, ast.Call) and _translates(node):
        assert isinstance(node.func, ast.Name)
        yield from node.args[: 1 if node.func.id == "_" else 2]


def _is_constant(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _when_loaded(tree: ast.AST) -> Iterator[ast.AST]:
    """The parts of a module that run when it is loaded: all but the insides of functions."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            arguments = child.args
            yield from (one for one in (*arguments.defaults, *arguments.kw_defaults) if one is not None)
            continue
        yield child
        yield from _when_loaded(child)


def _is_kept(node: ast.AST) -> bool:
    """A function whose first answer is kept, so that it would be in the language of that moment."""
    if not isinstance(node, ast.FunctionDef):
        return False
    names = {part.id for one in node.decorator_list for part in ast.walk(one) if isinstance(part, ast.Name)}
    return bool(names & {"cache", "lru_cache", "cached_property"}) and _any_translates(*node.body)


def _names_a_place(node: ast.AST) -> bool:
    """A locator, which journals keep and scripts compare: the same in every language."""
    if isinstance(node, ast.keyword) and node.arg == "locator":
        return _any_translates(node.value)
    return isinstance(node, ast.FunctionDef) and "locator" in node.name and _any_translates(*node.body)


_AMISS: dict[str, Callable[[ast.AST], bool]] = {
    "is no constant": lambda node: any(not _is_constant(one) for one in _texts(node)),
    "is compared": lambda node: isinstance(node, ast.Compare) and _any_translates(node.left, *node.comparators),
    "is added to another": lambda node: isinstance(node, ast.BinOp) and _any_translates(node.left, node.right),
    "stands in an f-string": lambda node: isinstance(node, ast.JoinedStr) and _any_translates(node),
    "is kept": _is_kept,
    "names a place": _names_a_place,
}


@pytest.mark.parametrize("amiss", _AMISS)
def test_no_translated_text(amiss: str) -> None:
    found = [
        f"{path.name}:{getattr(node, 'lineno', '')}"
        for path in _SOURCES
        if path.name not in _BESIDES.get(amiss, set())
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if _AMISS[amiss](node)
    ]
    assert not found, f"a translated text {amiss}: {', '.join(found)}"


def test_no_text_is_translated_before_the_language_is_known() -> None:
    found = [
        f"{path.name}:{getattr(node, 'lineno', '')}"
        for path in _SOURCES
        for node in _when_loaded(ast.parse(path.read_text(encoding="utf-8")))
        if _translates(node)
    ]
    assert not found, ", ".join(found)


class _Shouted(gettext.NullTranslations):
    """A language in which everything is said in capitals."""

    def gettext(self, message: str) -> str:
        return message.upper().replace("{NUMBER}", "{number}").replace("{LINE}", "{line}").replace("{KEY}", "{key}")


@pytest.fixture
def another_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "_catalogue", _Shouted())


def _identities(folder: Path) -> list[str]:
    sites = folder / "sitemanager.xml"
    sites.write_text(
        f"<FileZilla3><Servers><Server><Protocol>7</Protocol><User>{_KEY}</User></Server></Servers></FileZilla3>"
    )
    look = Discovery("filezilla-pro")
    read_sites(
        Computer(Platform.LINUX, folder, {}, is_this_one=False), guides().by_name["filezilla-pro"], [sites], look
    )
    places = [*look.places, mention("traces", folder / "notes.txt", _KEY, 7, "")]
    assert len(places) == 2
    return [one.identity for one in places]


def test_a_place_has_the_same_name_in_every_language(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    in_english = _identities(tmp_path)
    request.getfixturevalue("another_language")
    assert _identities(tmp_path) == in_english
