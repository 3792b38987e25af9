"""A keychain that goes wrong on order, at the place where `keyring` has its backends; its items stand in a file."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from keyring.backend import KeyringBackend
from keyring.errors import InitError, KeyringError, KeyringLocked, PasswordDeleteError, PasswordSetError

Answer = TypeVar("Answer")


class Trouble(StrEnum):
    """What happens at the chosen call; from there on too where it says so."""

    LOCKED = "locked"  # from there on
    DENIED = "denied"
    GONE = "gone"  # from there on
    SLOW = "slow"
    FORGETFUL = "forgetful"  # it reports success, and nothing is there
    DONE_BUT_DENIED = "done-but-denied"  # it is done, and an error is reported
    KILL_BEFORE = "kill-before"
    KILL_AFTER = "kill-after"


@dataclass(frozen=True)
class Orders:
    """How the keychain behaves.

    Attributes:
        items: the file of its items.
        calls: a file that gets a line for each call.
        nth: the call that goes wrong, counted from 1; 0 for none.
    """

    items: str
    calls: str
    nth: int = 0
    trouble: str = Trouble.DENIED


class MadeUpKeychain(KeyringBackend):
    """A keychain of its own for one sweep."""

    priority = 1.0

    def __init__(self, orders: Orders, sleep: Callable[[float], None]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._orders = orders
        self._items = Path(orders.items)
        self._calls = Path(orders.calls)
        self._sleep = sleep
        self._seen = 0

    def get_password(self, service: str, username: str) -> str | None:
        """The item, or None."""
        return self._call("get", KeyringError, lambda: self._read().get(username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep the item."""
        self._call("set", PasswordSetError, lambda: self._write({**self._read(), username: password}))

    def delete_password(self, service: str, username: str) -> None:
        """Remove the item."""

        def remove() -> None:
            items = self._read()
            del items[username]
            self._write(items)

        self._call("delete", PasswordDeleteError, remove)

    def _call(self, name: str, denial: type[KeyringError], do: Callable[[], Answer]) -> Answer:
        self._seen += 1
        with Path(self._orders.calls).open("a", encoding="utf-8") as calls:
            calls.write(f"{name}\n")
        if self._orders.nth == 0 or self._seen < self._orders.nth:
            return do()
        now = self._seen == self._orders.nth
        match Trouble(self._orders.trouble):
            case Trouble.LOCKED:
                raise KeyringLocked("locked on order")
            case Trouble.GONE:
                raise InitError("gone on order")
            case Trouble.DENIED if now:
                raise denial("denied on order")
            case Trouble.DONE_BUT_DENIED if now:
                do()
                raise denial("denied on order, after it was done")
            case Trouble.SLOW if now:
                self._sleep(60.0)
            case Trouble.FORGETFUL if now and name == "set":
                return None  # type: ignore[return-value]  # setting answers nothing
            case Trouble.KILL_BEFORE if now:
                os.kill(os.getpid(), signal.SIGKILL)
            case Trouble.KILL_AFTER if now:
                do()
                os.kill(os.getpid(), signal.SIGKILL)
        return do()

    def _read(self) -> dict[str, str]:
        items: dict[str, str] = json.loads(self._items.read_text()) if self._items.exists() else {}
        return items

    def _write(self, items: dict[str, str]) -> None:
        unfinished = self._items.with_suffix(".part")
        unfinished.write_text(json.dumps(items))
        unfinished.replace(self._items)
