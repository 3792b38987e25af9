"""One piece of news, and a way to servers on this computer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from keyturn.messengers.reaching import Way
from keyturn.model.news import News, NewsKind

NEWS = News(
    "20261130-7Q2P:off",
    NewsKind.OFF,
    datetime(2026, 11, 30, 3, tzinfo=UTC),
    "AKIA…7Q2P is off",
    "Every backup was proved without it; <no> & *markup*. Until it is deleted, `keyturn turn-on` brings it back.",
    "AKIA…7Q2P",
    "20261130-7Q2P",
    "büro",
)


@pytest.fixture(scope="session")
def certificate(certificate_for: Callable[..., Path]) -> Path:
    """Of this computer; who trusts it, trusts nobody else."""
    return certificate_for("127.0.0.1")


@pytest.fixture
def way(certificate: Path) -> Way:
    """To servers with that certificate."""
    return Way(lambda: certificate, lambda address: {}, 5.0)
