"""A practice account that time stands still in, and clients of AWS that speak to it alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from keyturn.model.keys import KeyPair
from keyturn_practice.account import PracticeAccount
from keyturn_practice.timeline import HandClock

Client = Callable[..., Any]


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def account(clock: HandClock) -> Iterator[PracticeAccount]:
    account = PracticeAccount(clock=clock)
    with account.serving():
        yield account


@pytest.fixture
def root(account: PracticeAccount) -> KeyPair:
    return account.create_root_key(age_days=3300)


@pytest.fixture(scope="session")
def session(made_up_surroundings: Path) -> boto3.Session:
    """One session for all tests: making one takes longer than most of them."""
    return boto3.Session(aws_access_key_id="made-up", aws_secret_access_key="made-up")


@pytest.fixture
def aws(account: PracticeAccount, session: boto3.Session) -> Iterator[Client]:
    """`aws("s3", pair)`: a client of boto3 that tries once."""
    made: list[Any] = []

    def client(service: str, pair: KeyPair, region: str = "us-east-1", url: str = "", **options: object) -> Any:  # noqa: ANN401
        made.append(
            session.client(
                service,
                endpoint_url=url or account.url,
                region_name=region,
                aws_access_key_id=pair.access_key_id.value,
                aws_secret_access_key=pair.secret.reveal(),
                config=Config(**{"retries": {"total_max_attempts": 1}, "read_timeout": 5, **options}),
            )
        )
        return made[-1]

    yield client
    for one in made:
        one.close()
