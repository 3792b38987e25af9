"""The one door to AWS: every request that Keyturn signs goes through `Aws.ask`.

Here each request is announced before it is sent (our own use becomes the key's "last used"), counted, and every way
in which it can fail becomes an `AwsError`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from keyturn.aws.error_codes import (
    FailedRequest,
    SessionEnded,
    clock_ahead,
    is_from_aws,
    not_aws,
    redirected,
    speaking_to_aws,
    torn,
)
from keyturn.aws.isolation import forget_environment, new_client, signed_by
from keyturn.aws.partitions import home_region
from keyturn.model import diary
from keyturn.model.addresses import server_or_none, without_password
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import AccessKeyId, KeyPair, SessionPair
from keyturn.model.text import _

# More threads than this never ask at once; urllib3 warns about connections beyond its pool.
_CONNECTIONS = 32

_NO_NEW_CHECKSUMS = {
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
}

# For so long after a change a good answer may be followed by a bad one (facts/aws.md A4, facts/peers.md C1).
_NEW = timedelta(minutes=10)
# Seconds between the attempts while that may be so: half a minute together, after which a refusal is believed. Most
# changes take eight seconds, and other tools wait for twenty (facts/aws.md A4).
_PAUSES = (1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 3.0, 5.0, 5.0, 5.0)
# What AWS says where it has not heard yet of a key or its policy, or of a user; it has done nothing then.
_SIGNER_NOT_SPREAD = frozenset({AwsFault.UNKNOWN_KEY, AwsFault.DENIED})


@dataclass(frozen=True, slots=True)
class AwsSettings:
    """How to reach AWS. Nothing is taken from the environment.

    Attributes:
        endpoint_url: one address for every service, as the AWS CLI has it; None means Amazon's own.
        proxies: scheme (`http`, `https`) to proxy address, which may hold a password; empty means no proxy. A proxy
            is never asked for an endpoint on this computer.
        ca_bundle: a file of trusted certificates; None means the bundle that comes with botocore.
        connect_timeout: seconds.
        read_timeout: seconds.
        attempts: how often a request that may be repeated is sent at most.
    """

    endpoint_url: str | None = None
    proxies: Mapping[str, str] = field(default_factory=dict, repr=False)
    ca_bundle: str | None = None
    connect_timeout: float = 10.0
    read_timeout: float = 30.0
    attempts: int = 3


@dataclass(frozen=True, slots=True)
class OwnUse:
    """One use of a key by Keyturn itself, so that it is not taken for somebody else's later (facts/aws.md A3)."""

    access_key_id: AccessKeyId
    at: datetime
    service: str
    region: str


@dataclass(frozen=True, slots=True)
class _Way:
    """How a request is sent: one client, with its connections, is kept for each way.

    Attributes:
        store: an S3-compatible store's address; None for AWS.
        signed: False where no key signs.
    """

    service: str
    region: str
    attempts: int
    store: str | None = None
    signed: bool = True


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Aws:
    """A conversation with AWS, for any number of keys. Safe to use from several threads.

    Args:
        uses: called before each request, from whichever thread asks.
        now: the time of day, in UTC.
        sleep: waits for so many seconds.

    Raises:
        AwsError: UNTRUSTED, where the file of trusted certificates is not there.
    """

    def __init__(
        self,
        settings: AwsSettings,
        uses: Callable[[OwnUse], None],
        *,
        now: Callable[[], datetime] = _utc_now,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        forget_environment()
        if settings.ca_bundle is not None and not Path(settings.ca_bundle).is_file():
            raise AwsError(
                _("The file of trusted certificates is not there: {path}").format(path=settings.ca_bundle),
                _(
                    "Without it Keyturn cannot tell AWS from somebody else, so it asked nothing. Name another file, or "
                    "none."
                ),
                fault=AwsFault.UNTRUSTED,
            )
        for proxy in settings.proxies.values():
            without_password(proxy)  # which makes its password a known secret
        self.settings = settings
        self._uses = uses
        self._now = now
        self._sleep = sleep
        self._lock = threading.Lock()
        self._clients: dict[_Way, Any] = {}
        self._partitions: dict[AccessKeyId, str] = {}
        self._new: dict[str, datetime] = {}
        self._ahead: timedelta | None = None
        self._calls: list[tuple[str, str, str]] = []

    @property
    def calls(self) -> tuple[tuple[str, str, str], ...]:
        """Every request so far: service, operation, masked key."""
        return tuple(self._calls)

    def remember_partition(self, key: AccessKeyId, partition: str) -> None:
        """Ask IAM and STS about `key` in this partition from now on (`whose` and `create_key` do this themselves)."""
        self._partitions[key] = partition

    def partition_of(self, key: AccessKeyId) -> str | None:
        """The partition of `key`, where it is known."""
        return self._partitions.get(key)

    def remember_new(self, name: AccessKeyId | str, since: datetime | None = None) -> None:
        """A key or a user is new, or on again, since then: bear with AWS where it says for a while that it is not.

        Args:
            name: the key's ID, or the user's name.
            since: None means now.
        """
        self._new[str(name)] = since or self._now()

    def forget_new(self, name: AccessKeyId | str) -> None:
        """The key is being turned off, or nothing of the name was made: a refusal means from now on what it says."""
        self._new.pop(str(name), None)

    def time(self) -> datetime | None:
        """What AWS's clock shows now, to the second, by the newest answer that told; None before the first.

        What AWS dates is compared with this and never with the computer's clock, which may be wrong by minutes.
        """
        return None if self._ahead is None else self._now() + self._ahead

    def home_region(self, key: AccessKeyId) -> str:
        """The region where IAM and STS answer for `key`."""
        return home_region(self._partitions.get(key))

    def ask(
        self,
        signer: KeyPair,
        service: str,
        operation: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        region: str | None = None,
        attempts: int | None = None,
        patient: bool = True,
        store: str | None = None,
    ) -> dict[str, Any]:
        """Send one request and return AWS's answer, the bytes of an object included (ask for a range of them).

        A refusal that only means "not heard of it yet" (see `remember_new`) is not believed before half a minute
        has passed; the request is sent again meanwhile, which is safe because a refusal does nothing.

        Args:
            operation: AWS's name for it, such as `ListAccessKeys`.
            parameters: as AWS names them.
            region: None means the home region of the signer's partition.
            attempts: how often it is sent at most while no answer comes; 1 for what must not happen twice.
            patient: False for those who count the refusals themselves.
            store: the address of an S3-compatible store that is asked instead of AWS.

        Raises:
            AwsError: for everything that is not an answer of AWS.
        """
        parameters = parameters or {}
        way = _Way(service, region or self.home_region(signer.access_key_id), attempts or self.settings.attempts, store)
        for pause in _PAUSES if patient else ():
            try:
                return self._ask(signer, way, operation, parameters)
            except AwsError as error:
                if not self._may_be_spreading(error, signer, parameters):
                    raise
            self._sleep(pause)
        return self._ask(signer, way, operation, parameters)

    def ask_unsigned(
        self, service: str, operation: str, parameters: Mapping[str, Any], *, region: str
    ) -> dict[str, Any]:
        """Send one request that no key signs: what it is allowed stands in its parameters.

        Raises:
            AwsError: for everything that is not an answer of AWS.
        """
        request = FailedRequest(service, operation, None)
        with speaking_to_aws(request, self._now):
            way = _Way(service, region, self.settings.attempts, signed=False)
            return self._method(way, operation)(**parameters)

    def _may_be_spreading(self, error: AwsError, signer: KeyPair, parameters: Mapping[str, Any]) -> bool:
        if error.fault in _SIGNER_NOT_SPREAD:
            return not error.for_good and self.is_new(signer.access_key_id)
        named = (parameters.get("UserName"), parameters.get("AccessKeyId"))
        return error.fault is AwsFault.NOT_FOUND and any(self.is_new(name) for name in named)

    def is_new(self, name: object) -> bool:
        """True for ten minutes after a key or user became new or on: a refusal may only mean "not heard of it yet"."""
        since = self._new.get(str(name))
        return since is not None and self._now() - since < _NEW

    def _ask(self, signer: KeyPair, way: _Way, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        request = FailedRequest(way.service, operation, signer.access_key_id, parameters.get("Bucket"), way.store)
        with speaking_to_aws(request, self._now):
            send = self._method(way, operation)
        self._uses(OwnUse(signer.access_key_id, self._now(), way.service, way.region))
        self._calls.append((way.service, operation, signer.access_key_id.masked))
        began = self._now()
        try:
            with speaking_to_aws(request, self._now), signed_by(signer):
                answer = send(**parameters)
                if way.store is None:
                    self._hear_the_time(answer)
                if "Body" in answer:
                    with answer["Body"] as stream:
                        answer["Body"] = stream.read()
                self._note(signer, way, operation, began, None)
                return answer
        except AwsError as error:
            self._note(signer, way, operation, began, error.fault)
            if error.fault is not AwsFault.TEMPORARY_KEY or not isinstance(signer, SessionPair):
                raise
            ended = SessionEnded(signer.access_key_id)
            ended.refused = error.refused
            raise ended from None

    def _note(self, signer: KeyPair, way: _Way, operation: str, began: datetime, fault: AwsFault | None) -> None:
        """For the diary. botocore has the service and the operation among its own by now."""
        diary.note(
            diary.DiaryEvent.REQUEST,
            service=diary.Name(way.service),
            operation=diary.Name(operation),
            region=diary.Region(way.region),
            store=way.store is not None,
            key=signer.access_key_id,
            answer=fault or diary.Name("good"),
            seconds=(self._now() - began).total_seconds(),
        )

    def _hear_the_time(self, answer: Mapping[str, Any]) -> None:
        headers = (answer.get("ResponseMetadata") or {}).get("HTTPHeaders") or {}
        ahead = clock_ahead(headers, self._now())
        if ahead is not None:
            self._ahead = -ahead

    def close(self) -> None:
        """End all connections."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()

    def _method(self, way: _Way, operation: str) -> Callable[..., dict[str, Any]]:
        from botocore import xform_name

        with self._lock:
            client = self._clients.get(way)
            if client is None:
                client = self._clients[way] = self._new_client(way)
        method: Callable[..., dict[str, Any]] = getattr(client, xform_name(operation))
        return method

    def _new_client(self, way: _Way) -> Any:  # noqa: ANN401
        from botocore import UNSIGNED
        from botocore.config import Config

        from keyturn import __version__

        endpoint = way.store or self.settings.endpoint_url
        server = server_or_none(endpoint)
        on_this_computer = server is not None and server.is_this_computer
        client = new_client(
            way.service,
            way.region,
            endpoint_url=endpoint,
            # Never False, and never None: None reads REQUESTS_CA_BUNDLE.
            verify=self.settings.ca_bundle or True,
            config=Config(
                signature_version=None if way.signed else UNSIGNED,
                connect_timeout=self.settings.connect_timeout,
                read_timeout=self.settings.read_timeout,
                retries={"mode": "standard", "total_max_attempts": way.attempts},
                proxies={} if on_this_computer else dict(self.settings.proxies),
                ignore_configured_endpoint_urls=True,
                max_pool_connections=_CONNECTIONS,
                user_agent_extra=f"Keyturn/{__version__}",
                # Buckets with dots in their names are addressed by path on their own accord.
                s3={"addressing_style": "auto" if endpoint is None else "path"},
                # botocore would keep what it got for one key and sign with it for the next.
                s3_disable_express_session_auth=True,
                # Stores know S3 as it was before 2025, and some refuse a request with a checksum of a newer kind.
                **({} if way.store is None else _NO_NEW_CHECKSUMS),
            ),
        )
        look = _look_who_answers if way.store is None else partial(_look_for_redirects, way.store)
        client.meta.events.register("before-parse", look)
        return client


def _look_who_answers(*, response_dict: Mapping[str, Any], operation_model: Any, **_: object) -> None:  # noqa: ANN401
    """Refuse what a portal, a proxy or a filter answered, before botocore makes an empty success of it.

    A portal's empty 200 makes ListObjectsV2, HeadBucket and PutObject "succeed", and its HTML makes HeadBucket succeed
    (facts/aws.md A7 7.1, measured). An answer of AWS always names its request.
    """
    if not is_from_aws(response_dict["headers"]):
        raise not_aws()
    _look_for_all_of_it(response_dict=response_dict, operation_model=operation_model)


def _look_for_redirects(store: str, *, response_dict: Mapping[str, Any], **more: Any) -> None:  # noqa: ANN401
    """Refuse a store's redirect before botocore asks around for the region that AWS would mean by it."""
    if 300 <= response_dict["status_code"] < 400 and response_dict["status_code"] != 304:
        raise redirected(store)
    _look_for_all_of_it(response_dict=response_dict, **more)


def _look_for_all_of_it(*, response_dict: Mapping[str, Any], operation_model: Any, **_: object) -> None:  # noqa: ANN401
    """Refuse an answer that ended too early."""
    status, headers, body = response_dict["status_code"], response_dict["headers"], response_dict["body"]
    promised = headers.get("Content-Length", "")
    headless = operation_model.http.get("method") == "HEAD" or status in (204, 304)
    # botocore asks urllib3 not to compare the two, so a torn answer would pass for a short one.
    if isinstance(body, bytes) and not headless and promised.isdecimal() and int(promised) > len(body):
        raise torn()
