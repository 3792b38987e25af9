"""As whom Keyturn runs."""

from __future__ import annotations

import os
import sys


def own_account() -> str | None:
    """The name of the account; None where the system has no name for it, and on Windows."""
    if sys.platform == "win32":
        return None
    else:
        import pwd

        try:
            return pwd.getpwuid(os.geteuid()).pw_name
        except KeyError:
            return None
