"""The choice where secrets are kept. What keeps them is in `secrets.py`, for which nobody waits who only chooses."""

from __future__ import annotations

from enum import StrEnum


class SecretsKind(StrEnum):
    """Where secrets are kept, as `--secrets` says."""

    KEYRING = "keyring"
    FILE = "file"
    SYSTEMD = "systemd"
    MEMORY = "memory"
