"""The old name of the package `keyturn_practice`, for scripts that were written when it was a part of this one.

`keyturn.practice.account` is the module `keyturn_practice.account` itself, not a second copy of it. Nothing in Keyturn
imports this; it goes once those scripts use the new name.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from types import ModuleType


class _NewName(MetaPathFinder, Loader):
    """Answers for `keyturn.practice.NAME` with `keyturn_practice.NAME`."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return spec_from_loader(fullname, self) if fullname.startswith(f"{__name__}.") else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        self._module = importlib.import_module(spec.name.replace(__name__, "keyturn_practice", 1))
        self._own_spec = self._module.__spec__
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its own name back, which the import that is under way has just overwritten."""
        module.__spec__ = self._own_spec


sys.meta_path.insert(0, _NewName())
