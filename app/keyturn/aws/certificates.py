"""The certificates that come with botocore: those by which AWS is known where the settings say nothing else."""

from __future__ import annotations

from pathlib import Path


def bundled_certificates() -> Path:
    """The file, in PEM."""
    from botocore.httpsession import get_cert_path  # takes long, and is here before anybody speaks to AWS

    return Path(get_cert_path(True))
