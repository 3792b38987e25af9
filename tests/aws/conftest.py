"""A practice account for each test, and a conversation with it that notes Keyturn's own uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from keyturn.aws.proof import S3Target
from keyturn.aws.scoped_user import COMPUTER_TAG, ROTATION_TAG, IamUser
from keyturn.aws.session import Aws, AwsSettings, OwnUse
from keyturn.model.keys import KeyPair
from keyturn_practice.account import DEFAULT_ACCOUNT, PracticeAccount

ROTATION = "0f4b6a2e9c1d4f7e8a3b5c6d7e8f9a0b"
TAGS = {COMPUTER_TAG: "anna-laptop", ROTATION_TAG: ROTATION, "keyturn:replaces": "AKIAMADEUPSAMPLE0001"}


def ours(user: IamUser) -> bool:
    """Whether it is the user of this rotation."""
    return user.tags.get(ROTATION_TAG) == ROTATION


@pytest.fixture
def account() -> Iterator[PracticeAccount]:
    practice = PracticeAccount()
    with practice.serving():
        yield practice


@pytest.fixture
def root(account: PracticeAccount) -> KeyPair:
    return account.create_root_key(age_days=9 * 365)


@pytest.fixture
def uses() -> list[OwnUse]:
    return []


@pytest.fixture
def talk(account: PracticeAccount, uses: list[OwnUse]) -> Iterator[Callable[..., Aws]]:
    """Begin a conversation with the practice account; each request is sent once unless `attempts` says otherwise."""
    begun: list[Aws] = []

    def begin(*, attempts: int = 1, read_timeout: float = 10.0) -> Aws:
        settings = AwsSettings(endpoint_url=account.url, attempts=attempts, read_timeout=read_timeout)
        begun.append(Aws(settings, uses.append, sleep=lambda seconds: None))
        return begun[-1]

    yield begin
    for one in begun:
        one.close()


@pytest.fixture
def aws(talk: Callable[..., Aws]) -> Aws:
    return talk()


@pytest.fixture
def target(account: PracticeAccount) -> S3Target:
    account.create_bucket("photos-backup")
    return S3Target("photos-backup", "", "us-east-1", DEFAULT_ACCOUNT)
