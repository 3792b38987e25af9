"""Windows' registry, as far as Keyturn looks into it: a port, for it is there on Windows alone."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Protocol


class Registry(Protocol):
    """What stands in the registry. A key is named as in regedit: `HKEY_CURRENT_USER\\Environment`."""

    def values(self, key: str) -> Mapping[str, str]:
        """Return the values of a key by their names, numbers and lists as texts; nothing where there is no such key.

        Raises:
            OSError: it cannot be read.
        """
        ...

    def keys(self, key: str) -> tuple[str, ...]:
        """Return the names of the keys in a key; nothing where there is no such key. Raises as `values`."""
        ...


if sys.platform == "win32":
    import winreg

    class _OfWindows(Registry):
        """The registry of this computer (docs.python.org, winreg)."""

        def values(self, key: str) -> Mapping[str, str]:
            """Return the values of a key; see `Registry.values`."""
            try:
                with _opened(key) as opened:
                    count = winreg.QueryInfoKey(opened)[1]
                    every = [winreg.EnumValue(opened, number) for number in range(count)]
            except FileNotFoundError:
                return {}
            return {name: _text(value) for name, value, _kind in every}

        def keys(self, key: str) -> tuple[str, ...]:
            """Return the names of the keys in a key; see `Registry.keys`."""
            try:
                with _opened(key) as opened:
                    count = winreg.QueryInfoKey(opened)[0]
                    return tuple(winreg.EnumKey(opened, number) for number in range(count))
            except FileNotFoundError:
                return ()

    def _opened(key: str) -> winreg.HKEYType:
        root, _backslash, path = key.partition("\\")
        return winreg.OpenKey(getattr(winreg, root), path)

    def _text(value: object) -> str:
        if isinstance(value, list):
            return "\n".join(map(str, value))
        return value.decode("utf-16-le", errors="replace") if isinstance(value, bytes) else str(value)


def this_registry() -> Registry | None:
    """Return the registry of the computer that Keyturn runs on; None where there is none."""
    if sys.platform == "win32":
        return _OfWindows()
    else:
        return None
