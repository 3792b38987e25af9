"""Modules that moved answer to their old names, too, for scripts outside. Nothing in Keyturn uses an old name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.abc import Loader
else:
    Loader = object  # `importlib.abc` costs more than all that is here, and each start would pay it


class MovedModules(Loader):
    """Leads from an old name to the module itself, not to a second copy of it. The last of Python's import finders.

    Args:
        package: whose modules moved.
        new_name: the full name that a module of the package has now; None if it never was there.
    """

    def __init__(self, package: str, new_name: Callable[[str], str | None]) -> None:
        self._package = package
        self._new_name = new_name
        self._own_specs: dict[str, ModuleSpec | None] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Answer for the modules of the package that nothing else found."""
        if fullname.rpartition(".")[0] != self._package:
            return None
        new_name = self._new_name(fullname.rpartition(".")[2])
        return None if new_name is None else ModuleSpec(fullname, self, origin=new_name)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Give the module by its new name, which is imported if need be."""
        module = import_module(str(spec.origin))
        self._own_specs[spec.name] = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its own name back, which the import that is under way has just overwritten."""
        spec = module.__spec__
        module.__spec__ = None if spec is None else self._own_specs.pop(spec.name)


_NONE: Mapping[str, str] = {}


def answer_to_old_names(package: str, new_name: Callable[[str], str | None]) -> None:
    """Let the modules of a package be imported by the names that they had; see `MovedModules`."""
    sys.meta_path.append(MovedModules(package, new_name))


def in_folders(package: str, folders: Sequence[str], renamed: Mapping[str, str] = _NONE) -> Callable[[str], str | None]:
    """Return the new name of a module that went into one of the package's folders, or is called otherwise now."""

    def new_name(name: str) -> str | None:
        if name in renamed:
            return f"{package}.{renamed[name]}"
        from importlib.util import find_spec

        return next((f"{package}.{one}.{name}" for one in folders if find_spec(f"{package}.{one}.{name}")), None)

    return new_name
