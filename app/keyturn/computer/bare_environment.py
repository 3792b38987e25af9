"""What a program sees that Keyturn starts: nothing of Keyturn's own variables, which may hold keys."""

from __future__ import annotations

import os
from collections.abc import Mapping

from keyturn.computer.computer import Computer, Platform
from keyturn.computer.search_path import fixed_path


def bare_environment(computer: Computer, added: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment built from nothing: the system's search path, a language, the home folder, and `added`.

    A program's own check is given a private folder in the place of the home (clients/own_check.py).
    """
    environment = {
        "PATH": fixed_path(),
        "LANG": "en_US.UTF-8" if computer.platform is Platform.MACOS else "C.UTF-8",
        "HOME": str(computer.home),
    }
    if computer.platform is Platform.WINDOWS:
        environment["USERPROFILE"] = str(computer.home)
        if os.environ.get("SYSTEMROOT"):  # without it no program of Windows finds the network
            environment["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
    return environment | dict(added or {})
