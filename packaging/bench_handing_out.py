"""How long a program waits for its key: `keyturn credentials` beside the library alone, at a keychain of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from keyturn.state.secrets import SERVICE

_NEEDED = ("dbus-run-session", "dbus-send", "gnome-keyring-daemon")
_KEY, _NAME = "AKIABENCH0001EXAMPLE", "/bench/key"
_NAMES = {
    "version": 1,
    "names": {_NAME: {"key": _KEY, "since": "2026-11-01T08:00:00+00:00", "seen": True, "tagged": False}},
}
# It says where its bus is, once the keychain can be asked, and lives until its input is closed.
_SESSION = """
printf open | gnome-keyring-daemon --unlock --foreground --components=secrets >&2 &
owner="org.freedesktop.DBus.GetNameOwner string:org.freedesktop.secrets"
until dbus-send --session --print-reply --dest=org.freedesktop.DBus / $owner >&2; do sleep 0.02; done
echo "$DBUS_SESSION_BUS_ADDRESS"
read -r _
kill $!
"""


def missing() -> tuple[str, ...]:
    """The programs without which there is no keychain of its own to measure at."""
    return tuple(name for name in _NEEDED if shutil.which(name) is None)


def keyring_alone() -> list[str]:
    """The command that reads the same item with the library alone."""
    return [sys.executable, "-c", f"import keyring; keyring.get_password({SERVICE!r}, {_KEY!r})"]


def credentials(program: list[str], state: Path) -> list[str]:
    """The command that programs start."""
    return [*program, "credentials", _NAME, "--state-dir", str(state)]


@contextmanager
def keychain(folder: Path) -> Iterator[Mapping[str, str]]:
    """A keychain with one key, and Keyturn's folder with its name; yields what reaches it in an environment."""
    state = folder / "state"
    state.mkdir(parents=True, mode=0o700)
    (state / "key-names.json").write_text(json.dumps(_NAMES), encoding="utf-8")
    (state / "key-names.json").chmod(0o600)
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    own = {"HOME": str(folder), "XDG_DATA_HOME": str(folder / "data"), "XDG_RUNTIME_DIR": str(runtime)}
    with subprocess.Popen(
        ["dbus-run-session", "--", "sh", "-c", _SESSION],  # noqa: S607  (a developer's own programs)
        env={**os.environ, **own},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as session:
        if session.stdin is None or session.stdout is None:
            raise RuntimeError("both were asked for")
        reached = {**os.environ, **own, "DBUS_SESSION_BUS_ADDRESS": session.stdout.readline().strip()}
        item = json.dumps({"access_key_id": _KEY, "secret": "made+up/secret/for/the/bench/00000000001"})
        keep = f"import keyring, sys; keyring.set_password({SERVICE!r}, {_KEY!r}, sys.stdin.read())"
        try:
            subprocess.run([sys.executable, "-c", keep], env=reached, input=item, text=True, check=True)
            yield reached
        finally:
            session.stdin.close()
