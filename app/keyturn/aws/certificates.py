"""The certificates that come with botocore: those by which AWS is known where the settings say nothing else."""

from __future__ import annotations

from pathlib import Path

from botocore.httpsession import get_cert_path


def bundled_certificates() -> Path:
    """The file, in PEM."""
    return Path(get_cert_path(True))
