"""A small office: a practice account with an old root key, a computer whose programs use it, and time moved by hand."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from keyturn.aws.session import Aws, AwsSettings
from keyturn.clients.registry import find_everything
from keyturn.computer.computer import Computer, Platform
from keyturn.model.keys import AccessKeyId, KeyPair, KeyStatus
from keyturn.model.other_buckets import OtherBuckets
from keyturn.model.places import PlaceKind
from keyturn.model.search_scope import SearchScope
from keyturn.rotation import rotation_service
from keyturn.rotation.all_rotations import all_rotations
from keyturn.rotation.cancelling import CancelToken
from keyturn.rotation.context import Context, Event, OwnUses
from keyturn.rotation.finding.survey import FoundKey, take_survey
from keyturn.rotation.finding.whole_search import searching
from keyturn.rotation.planning.plan import Options, Plan
from keyturn.rotation.planning.planning import make_plan
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Result, Route
from keyturn.state.journal import Journal
from keyturn.state.secrets import FileSecrets, SecretStore
from keyturn_practice.account import PracticeAccount
from keyturn_practice.timeline import HandClock, Lag

NINE_YEARS = 9 * 365
USUAL_LAG = Lag(new=8, off=4, policy=6)


@dataclass
class Office:
    """Everything a rotation test needs; each start of Keyturn is a new `context`."""

    account: PracticeAccount
    url: str
    clock: HandClock
    home: Path
    memory: Path
    old: KeyPair
    secrets: SecretStore
    region: str = "eu-central-1"
    events: list[Event] = field(default_factory=list)
    search_scope: SearchScope = SearchScope.NONE
    search_folders: tuple[Path, ...] = ()

    def start(self, *, cancel: CancelToken | None = None, progress: Callable[[Event], None] | None = None) -> Context:
        """Start Keyturn: nothing is carried over from an earlier start but what is on the disk."""
        journal = Journal(self.memory)
        return Context(
            computer=Computer(Platform.LINUX, self.home, {}, is_this_one=False),
            aws=Aws(AwsSettings(endpoint_url=self.url), OwnUses(journal), now=self.clock.now, sleep=self.clock.sleep),
            journal=journal,
            secrets=self.secrets,
            clock=self.clock,
            progress=progress or self.events.append,
            cancel=cancel or CancelToken(),
            endpoint_url=self.url,
            search_scope=self.search_scope,
            search_folders=self.search_folders,
        )

    def found(self, key: AccessKeyId | None = None) -> FoundKey:
        survey = take_survey(self.start())
        (found,) = survey.find((key or self.old.access_key_id).value)
        return found

    def plan(self, route: Route | None = None, **options: object) -> Plan:
        """Plan the old key's rotation, with no days to wait, and without buckets that nothing names unless said so."""
        context = self.start()
        with searching(context, stop=lambda: context.cancel.asked) as search:
            survey = take_survey(context, search=search)
        (found,) = survey.find(self.old.access_key_id.value)
        chosen = {"watch_days": 0.0, "off_days": 0.0, "other_buckets": OtherBuckets.LEAVE_OUT, **options}
        return make_plan(context, survey, found, Options(route=route, **chosen))  # type: ignore[arg-type]

    def rotate(self, route: Route | None = None, **options: object) -> Result:
        return rotation_service.rotate(self.start(), self.plan(route, **options))

    def rotate_as_before(self, route: Route) -> Result:
        """A rotation that an earlier Keyturn began, which knew less of what stands in the way."""
        return rotation_service.rotate(self.start(), replace(self.plan(route), gates=()))

    def kept(self, key: AccessKeyId) -> KeyPair:
        pair = self.secrets.get(key)
        assert pair is not None
        return pair

    def pairs_in_files(self) -> set[str]:
        """The key IDs that the programs' files hold now, each with the secret that belongs to it."""
        places = [p for p in find_everything(self.start().computer).places if p.kind is PlaceKind.DESTINATION]
        for place in places:
            assert place.pair is not None
            known = self.old if place.access_key_id == self.old.access_key_id else self.kept(place.access_key_id)
            assert place.pair == known, f"{place.path} holds a mixed pair"
        return {place.access_key_id.value for place in places}

    def status_of(self, key: AccessKeyId) -> KeyStatus | None:
        """What the account says of a key; None where it is deleted."""
        return self.account.status_of(key)

    def use_key_of_user(self, name: str, *, age_days: float) -> None:
        """Let the programs use an IAM user's key instead of the root key."""
        everything = '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
        self.account.create_user(name, policies={"all": everything})
        self.old = self.account.create_user_key(name, age_days=age_days)
        self.write_programs()

    def forget_programs(self) -> None:
        """Take the programs' files away."""
        for path in self.home.rglob("*"):
            if path.is_file():
                path.unlink()

    def ask(self, service: str, operation: str, parameters: dict[str, Any], region: str | None = None) -> None:
        """A request by somebody else who has the old key."""
        self.use(self.old, service, operation, parameters, region)

    def use(
        self, pair: KeyPair, service: str, operation: str, parameters: dict[str, Any], region: str | None = None
    ) -> None:
        """A request by somebody else who has that key."""
        aws = Aws(AwsSettings(endpoint_url=self.url), lambda use: None)
        aws.ask(pair, service, operation, parameters, region=region)

    def kept_by_id(self, key: str) -> KeyPair:
        return self.kept(AccessKeyId(key))

    def rotations(self) -> tuple[Rotation, ...]:
        """What the journal has."""
        return all_rotations(self.start().journal)

    def write(self, name: str, text: str, mode: int = 0o600) -> Path:
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
        path.chmod(mode)
        return path

    def write_programs(self) -> None:
        """rclone and restic, with the old key."""
        key, secret, host = self.old.access_key_id.value, self.old.secret.reveal(), self.url
        self.write(
            ".config/rclone/rclone.conf",
            "# grandmother's photos\n[oma]\ntype = s3\nprovider = Other\nno_check_bucket = true\n"
            f"access_key_id = {key}\nsecret_access_key = {secret}\nregion = {self.region}\nendpoint = {host}\n"
            "force_path_style = true\n\n[photos]\ntype = alias\nremote = oma:family-archive/photos\n",
        )
        self.write(
            ".config/restic/office.env",
            f"export AWS_ACCESS_KEY_ID={key}\nexport AWS_SECRET_ACCESS_KEY='{secret}'\n"
            f"export RESTIC_REPOSITORY=s3:{host}/office-backup/laptop\n",
        )


@contextmanager
def opened_office(
    folder: Path, *, partition: str = "aws", lag: Lag = USUAL_LAG, switches: Mapping[str, Any] | None = None
) -> Iterator[Office]:
    """An office in a folder of its own; `switches` are the practice account's."""
    clock = HandClock()
    account = PracticeAccount(clock=clock, lag=lag, partition=partition, **(switches or {}))
    old = account.create_root_key(age_days=NINE_YEARS)
    far, near = ("eu-central-1", "us-east-1") if partition == "aws" else ("us-gov-east-1", "us-gov-west-1")
    account.create_bucket("family-archive", region=far)
    account.create_bucket("office-backup", region=near, versioned=True)
    account.put_object("family-archive", "photos/one.jpg", b"a picture")
    account.put_object("office-backup", "laptop/config", b"a repository")
    home, memory = folder / "home", folder / "memory"
    home.mkdir(parents=True)
    memory.mkdir(mode=0o700)
    with account.serving() as url:
        office = Office(account, url, clock, home, memory, old, FileSecrets(memory / "secrets.json"), far)
        office.write_programs()
        yield office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened_office(tmp_path) as office:
        yield office


@pytest.fixture
def new_office(tmp_path: Path) -> Iterator[Callable[[], Office]]:
    """Opens a fresh office each time it is called; the one before is closed."""
    with ExitStack() as open_ones:

        def fresh() -> Office:
            open_ones.close()
            return open_ones.enter_context(opened_office(tmp_path / uuid.uuid4().hex))

        yield fresh
