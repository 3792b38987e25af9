"""The practice account: a simulated AWS on this computer that is as strict as the real one.

It has a root user with old keys, IAM users, and buckets, and speaks STS, IAM, KMS, S3 and CloudTrail on 127.0.0.1.
Nothing in it is real, and nothing leaves this computer. Longer than other files, since it is the one thing that tests
and the rehearsal hold in hand: what each of its methods does stands in a file of its own.
"""

from __future__ import annotations

import contextlib
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random, SystemRandom
from urllib.parse import quote

from keyturn.model.keys import AccessKeyId, KeyPair, KeyStatus, Secret
from keyturn_practice import console
from keyturn_practice.administrator import Administrator
from keyturn_practice.event_service import EventService
from keyturn_practice.faults import Fault, FaultPlan, Rule
from keyturn_practice.front_door import FrontDoor
from keyturn_practice.identities import LONG_SPREAD, Identities, Key, Status
from keyturn_practice.kms_service import KmsService
from keyturn_practice.messages import Request, Response
from keyturn_practice.policy_documents import read_policy
from keyturn_practice.query_service import QueryService
from keyturn_practice.records import Record, RequestLog
from keyturn_practice.s3_service import S3Service
from keyturn_practice.server import PracticeServer
from keyturn_practice.signatures import read_signature
from keyturn_practice.storage import BucketTraces, Storage
from keyturn_practice.timeline import AT_ONCE, Lag, TimeOfDay, WallClock

DEFAULT_ACCOUNT = "111122223333"


_STATUS = {Status.ACTIVE: KeyStatus.ACTIVE, Status.INACTIVE: KeyStatus.INACTIVE}


@dataclass(frozen=True, slots=True)
class KeyShown:
    """A key as the console lists it."""

    access_key_id: AccessKeyId
    owner_arn: str
    of_root: bool
    status: KeyStatus
    created: datetime
    last_used: datetime | None


class PracticeAccount:
    """A simulated AWS account.

    Args:
        account_id: twelve digits.
        clock: the account's time; requests' own dates are always compared with the real time of day.
        lag: how slowly changes spread.
        lot: draws key IDs and secrets; None for the system's own, of which nobody can tell the next.
        opted_in: opt-in regions that are switched on.
        pretend_tls: count requests as coming over TLS, for policies that demand it.
        inactive_is_denied: an inactive key is refused with `AccessDenied`, as AWS's documentation says, and not like
            an unknown one, as people report (unknown, facts/aws.md A4, C2).
        root_alias: root's keys are listed under this name, the account's alias, and not without any (unknown,
            facts/aws.md A2, C8).
        status_is_a_rotation: the report's `last_rotated` follows a key turned off or on (unknown, facts/aws.md C5).
        rejected_uses_count: refused requests of an inactive key count as use (unknown, facts/aws.md C4).
        users_see_root_use: IAM users may ask for the last use of a root key (unknown, facts/aws.md C3).
        initiator_may_abort: the one who began an upload may abort it (to be verified, facts/aws.md C7).
        private_acl_needs_right: `x-amz-acl: private` needs `s3:PutObjectAcl` (to be verified, facts/clients.md 20).
        iam_region_counts: refuse requests to IAM signed for another region than IAM's own.
        organisation_denies: actions of IAM that the organisation's service control policies deny, to root as well; the
            refusal names that kind of policy (facts/aws.md A7 7.1).
        event_lag: seconds until a request stands in the event history.
    """

    def __init__(
        self,
        account_id: str = DEFAULT_ACCOUNT,
        *,
        clock: TimeOfDay | None = None,
        lag: Lag = AT_ONCE,
        lot: Random | None = None,
        partition: str = "aws",
        opted_in: frozenset[str] = frozenset(),
        pretend_tls: bool = False,
        inactive_is_denied: bool = False,
        root_alias: str | None = None,
        status_is_a_rotation: bool = False,
        rejected_uses_count: bool = False,
        users_see_root_use: bool = False,
        initiator_may_abort: bool = True,
        private_acl_needs_right: bool = True,
        iam_region_counts: bool = False,
        organisation_denies: frozenset[str] = frozenset(),
        event_lag: float = 0.0,
    ) -> None:
        self.account_id = account_id
        self._lock = threading.RLock()
        self._identities = Identities(
            account_id,
            partition,
            clock or WallClock(),
            lag,
            lot or SystemRandom(),
            root_alias=root_alias,
            status_is_a_rotation=status_is_a_rotation,
        )
        self._storage = Storage(partition)
        self._kms = KmsService(self._identities)
        self._s3 = S3Service(
            self._identities,
            self._storage,
            self._kms,
            initiator_may_abort=initiator_may_abort,
            private_acl_needs_right=private_acl_needs_right,
        )
        log = RequestLog()
        self._door = FrontDoor(
            self._identities,
            self._s3,
            QueryService(
                self._identities, users_see_root_use=users_see_root_use, organisation_denies=organisation_denies
            ),
            self._kms,
            EventService(self._identities, log, event_lag),
            log,
            opted_in=opted_in,
            pretend_tls=pretend_tls,
            inactive_is_denied=inactive_is_denied,
            rejected_uses_count=rejected_uses_count,
            iam_region_counts=iam_region_counts,
        )
        self._neighbours: list[PracticeAccount] = []
        self._server: PracticeServer | None = None

    # --- serving ---

    @property
    def url(self) -> str:
        """Where it is served.

        Raises:
            RuntimeError: where it is not.
        """
        if self._server is None:
            raise RuntimeError("the practice account is not being served")
        return self._server.url

    def start(self, *, port: int = 0, tls: ssl.SSLContext | None = None) -> str:
        """Serve on 127.0.0.1 and return the address; port 0 takes a free one."""
        self._server = PracticeServer(self.answer, port=port, tls=tls)
        return self._server.url

    def stop(self) -> None:
        """End serving. The account keeps what it has."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    @contextlib.contextmanager
    def serving(self, *, port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[str]:
        """Serve for as long as the body runs, then forget everything; yields the address."""
        address = self.start(port=port, tls=tls)
        try:
            yield address
        finally:
            self.stop()
            self.close()

    def close(self) -> None:
        """Give back the memory and files behind the stored objects."""
        self._storage.close()

    def beside(self, other: PracticeAccount) -> None:
        """Serve another account at the same address, as AWS does: the key decides which account is asked."""
        self._neighbours.append(other)

    def answer(self, request: Request) -> Response:
        """Answer one request, the console's pages included."""
        if request.path.startswith(console.PATH):
            return console.answer(self, request)
        account = self._asked_account(request)
        with account._lock:
            return account._door.answer(request)

    def _asked_account(self, request: Request) -> PracticeAccount:
        if not self._neighbours:
            return self
        accounts = [self, *self._neighbours]
        for account in accounts:
            for other in accounts:
                if other is not account:
                    names = other._storage.bucket_names()
                    account._s3.foreign.update(dict.fromkeys(names, other.account_id))
        with contextlib.suppress(Exception):
            signature = read_signature(request)
            if signature is not None:
                return next((one for one in accounts if signature.access_key_id in one._identities.keys), self)
        return self

    # --- what is in the account ---

    @property
    def administrator(self) -> Administrator:
        """Somebody with all rights at work in the console."""
        return Administrator(self._identities, self._s3, self._lock)

    def create_root_key(self, *, age_days: float = 0) -> KeyPair:
        """Make a root key that was created so long ago. Raises Refusal `LimitExceeded` for a third."""
        with self._lock:
            return _pair(self._identities.add_key(None, age=timedelta(days=age_days)))

    def rename_key(self, pair: KeyPair, name: str) -> KeyPair:
        """Give a key a name of the person's own choice, as anyone who runs a store may."""
        with self._lock:
            key = self._identities.keys.pop(pair.access_key_id.value)
            key.access_key_id = name
            self._identities.keys[name] = key
            return _pair(key)

    def create_user(self, name: str, *, path: str = "/", policies: Mapping[str, str] | None = None) -> str:
        """Make an IAM user with inline policies (name → JSON text), in force at once; returns the ARN."""
        with self._lock:
            user = self._identities.add_user(name, path, {}, spread=True)
            user.inline.update(policies or {})
            documents = tuple(read_policy(text) for text in user.inline.values())
            user.in_force.change(user.created - LONG_SPREAD, documents)
            return user.arn

    def create_user_key(self, name: str, *, age_days: float = 0) -> KeyPair:
        """Make a key for an IAM user."""
        with self._lock:
            user = self._identities.find_user(name)
            return _pair(self._identities.add_key(user, age=timedelta(days=age_days)))

    def create_bucket(
        self,
        name: str,
        *,
        region: str = "us-east-1",
        versioned: bool = False,
        lock_mode: str | None = None,
        lock_days: int = 30,
        kms_key_arn: str | None = None,
        policy: str | None = None,
    ) -> None:
        """Make a bucket. `lock_mode` is `GOVERNANCE` or `COMPLIANCE`: every new object is locked for `lock_days`."""
        constraint = "" if region == "us-east-1" else f"<LocationConstraint>{region}</LocationConstraint>"
        body = f"<CreateBucketConfiguration>{constraint}</CreateBucketConfiguration>" if constraint else ""
        headers = [("x-amz-bucket-object-lock-enabled", "true")] if lock_mode else []
        with self._lock:
            self._storage.forget_namesakes(name)
            self._set_up("PUT", f"/{name}", region, "", body, headers)
            if versioned:
                text = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
                self._set_up("PUT", f"/{name}", region, "versioning=", text)
            if lock_mode:
                rule = f"<DefaultRetention><Mode>{lock_mode}</Mode><Days>{lock_days}</Days></DefaultRetention>"
                text = f"<ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>{rule}</Rule>"
                text = f"<ObjectLockConfiguration>{text}</ObjectLockConfiguration>"
                self._set_up("PUT", f"/{name}", region, "object-lock=", text)
            if kms_key_arn:
                text = f"<SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>{kms_key_arn}</KMSMasterKeyID>"
                text = f"<ApplyServerSideEncryptionByDefault>{text}</ApplyServerSideEncryptionByDefault>"
                text = f"<Rule>{text}</Rule>"
                text = f"<ServerSideEncryptionConfiguration>{text}</ServerSideEncryptionConfiguration>"
                self._set_up("PUT", f"/{name}", region, "encryption=", text)
            if policy is not None:
                self._s3.set_policy(name, policy)

    def put_object(
        self,
        bucket: str,
        key: str,
        body: bytes,
        *,
        storage_class: str | None = None,
        age_days: float = 0,
        kms_key: str | None = None,
    ) -> None:
        """Put an object into a bucket, as if some program had done so `age_days` ago by the account's own time."""
        headers = [("x-amz-storage-class", storage_class)] if storage_class else []
        if kms_key:
            headers.append(("x-amz-server-side-encryption", "aws:kms"))
            headers.append(("x-amz-server-side-encryption-aws-kms-key-id", kms_key))
        headers.append(("x-amz-sdk-checksum-algorithm", "CRC32"))
        with self._lock:
            region = self._storage.region_of(bucket) or "us-east-1"
            self._set_up("PUT", f"/{bucket}/{quote(key)}", region, "", body, headers)
            if age_days:
                self._storage.date_object(bucket, key, self._identities.clock.now() - timedelta(days=age_days))

    def get_object(self, bucket: str, key: str) -> bytes:
        """The bytes of an object."""
        with self._lock:
            region = self._storage.region_of(bucket) or "us-east-1"
            return self._set_up("GET", f"/{bucket}/{quote(key)}", region, "", b"").body

    def lose_kms_key(self, name: str) -> None:
        """Let the account have no KMS key or alias of that name; any other name stands for a key of its own."""
        self._kms.missing.add(name)

    def add_foreign_bucket(self, name: str, account_id: str = "999988887777") -> None:
        """Let a bucket of that name exist in another account: everything about it is refused."""
        self._s3.foreign[name] = account_id

    def _set_up(
        self,
        method: str,
        path: str,
        region: str,
        query: str,
        body: str | bytes,
        headers: list[tuple[str, str]] | None = None,
    ) -> Response:
        sent = body.encode() if isinstance(body, str) else body
        answer = self._storage.ask(method, path, region=region, query=query, headers=headers or [], body=sent)
        if answer.status >= 300:
            raise ValueError(f"{method} {path}: {answer.status} {answer.body.decode(errors='replace')}")
        return answer

    # --- what only a person can do, signed in as root in the AWS console ---

    def root_turn_off(self, key_id: AccessKeyId) -> None:
        """Sign in as root and make a root key inactive."""
        self._as_root(key_id, Status.INACTIVE)

    def root_turn_on(self, key_id: AccessKeyId) -> None:
        """Sign in as root and make a root key active again."""
        self._as_root(key_id, Status.ACTIVE)

    def root_delete(self, key_id: AccessKeyId) -> None:
        """Sign in as root and delete a root key."""
        self._as_root(key_id, Status.DELETED)

    def _as_root(self, key_id: AccessKeyId, status: Status) -> None:
        if self._identities.partition == "aws-us-gov":
            # facts/aws.md A2
            raise ValueError("GovCloud has no console for the root user")
        with self._lock:
            key = self._identities.keys.get(key_id.value)
            if key is None or key.status is Status.DELETED:
                raise KeyError(f"no such key: {key_id.masked}")
            self._identities.change_key(key, status)

    # --- what tests and the console ask ---

    def listed_keys(self) -> tuple[KeyShown, ...]:
        """Every key that is not deleted, as lists show it."""
        with self._lock:
            return tuple(self._shown(key) for key in self._identities.keys.values() if key.status in _STATUS)

    def status_of(self, key_id: AccessKeyId) -> KeyStatus | None:
        """The status that lists show; None where the key is deleted or never was."""
        return next((key.status for key in self.listed_keys() if key.access_key_id == key_id), None)

    def _shown(self, key: Key) -> KeyShown:
        use = key.uses.last(self._identities.clock.now(), self._identities.lag.last_use)
        return KeyShown(
            AccessKeyId.of_any_shape(key.access_key_id),
            self._identities.caller(key).arn,
            key.owner is None,
            _STATUS[key.status],
            key.created,
            None if use is None else use.at,
        )

    def accepts(self, pair: KeyPair, service: str = "s3") -> bool:
        """True where the service accepts this pair at this moment; asking is not a request and leaves no record."""
        with self._lock:
            key = self._identities.keys.get(pair.access_key_id.value)
            if key is None or Secret(key.secret) != pair.secret:
                return False
            now, lag = self._identities.clock.now(), self._identities.lag
            return key.accepted.at(now, lag=lag, service=service) is Status.ACTIVE

    def user_names(self) -> tuple[str, ...]:
        """The IAM users' names."""
        return tuple(user.name for user in self._identities.users.values())

    def trace_of(self, bucket: str) -> BucketTraces:
        """Everything in a bucket at this moment; compare two to prove that nothing was left behind."""
        return self._storage.traces(bucket)

    @property
    def buckets(self) -> tuple[str, ...]:
        """The names of the account's buckets."""
        return self._storage.bucket_names()

    @property
    def log(self) -> RequestLog:
        """Every request that came, and what became of it."""
        return self._door.log

    @property
    def records(self) -> tuple[Record, ...]:
        """Short for `log.all()`."""
        return self._door.log.all()

    @property
    def faults(self) -> FaultPlan:
        """What goes wrong on order."""
        return self._door.faults

    def fail(self, action: str, fault: Fault, *, nth: int = 1, times: int = 1) -> Rule:
        """Let the nth request for an action (such as `iam:CreateAccessKey`, `s3:*`) go wrong."""
        return self._door.faults.add(Rule(fault, action, None, nth, times))


def _pair(key: Key) -> KeyPair:
    return KeyPair(AccessKeyId.of_any_shape(key.access_key_id), Secret(key.secret))
