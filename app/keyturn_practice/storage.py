"""The buckets and objects of a practice account, kept by moto.

moto's state belongs to the whole process, so every account gets a number of its own there, which nobody sees. Nothing
is decided here: who may do what was settled before. moto is imported at the first use, because it takes 0.4 seconds
(facts/aws.md B4).
"""

from __future__ import annotations

import io
import itertools
import logging
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from keyturn_practice.messages import Response
from keyturn_practice.refusals import Refusal

if TYPE_CHECKING:
    from moto.s3.models import S3Backend

_numbers = itertools.count(1)
# moto's own bookkeeping is not made for several threads.
_one_at_a_time = threading.RLock()
_LEFT_OUT = frozenset(
    {
        "authorization",
        "content-length",
        "expect",
        "transfer-encoding",
        "x-amz-content-sha256",
        "x-amz-decoded-content-length",
        "x-amz-expected-bucket-owner",
        "x-amz-trailer",
        "x-moto-account-id",
    }
)


@dataclass(frozen=True, slots=True)
class BucketTraces:
    """Everything that can be left behind in a bucket: compare two of them to prove that a look left no trace."""

    objects: frozenset[tuple[str, str]]  # key and ETag
    versions: frozenset[tuple[str, str]]  # key and version
    markers: frozenset[tuple[str, str]]  # delete markers: key and version
    uploads: frozenset[tuple[str, str]]  # unfinished multipart uploads: key and upload


class Storage:
    """The S3 data of one practice account."""

    def __init__(self, partition: str) -> None:
        self._partition = partition
        self._number = f"9{next(_numbers):011d}"
        self._used = False

    def ask(
        self,
        method: str,
        raw_path: str,
        *,
        region: str,
        query: str = "",
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
    ) -> Response:
        """Let moto carry out a request that was checked before; `region` is the bucket's."""
        environ = self._environ(method, raw_path, query, headers, body, region)
        with _one_at_a_time:
            return self._ask(environ, raw_path)

    def _ask(self, environ: dict[str, Any], raw_path: str) -> Response:
        from moto.core.request import Request as MotoRequest
        from moto.s3.responses import S3Response
        from werkzeug.exceptions import HTTPException

        self._used = True
        request = MotoRequest(environ)
        bucket, _, key = raw_path.removeprefix("/").partition("/")
        if not bucket:
            handler = S3Response.bucket_dispatch
        else:
            handler = S3Response.key_dispatch if key else S3Response.ambiguous_dispatch
        try:
            result: Any = handler(request, request.raw_url, request.headers)
        except HTTPException as refused:
            response = refused.get_response(environ)
            return Response(response.status_code, tuple(response.headers.items()), response.get_data())
        except Exception:
            logging.getLogger(__name__).exception("The simulated S3 could not carry out %s", environ["REQUEST_METHOD"])
            raise Refusal(500, "InternalError", "We encountered an internal error. Please try again.") from None
        finally:
            request.close()
        status, answered, content = result
        written = content.encode() if isinstance(content, str) else bytes(content)
        return Response(status, tuple((name, str(value)) for name, value in answered.items()), written)

    def _environ(
        self,
        method: str,
        raw_path: str,
        query: str,
        headers: Iterable[tuple[str, str]],
        body: bytes,
        region: str,
    ) -> dict[str, Any]:
        from moto.core.request import (
            PRESERVED_HEADER_NAMES_ENVIRON_KEY,
            environ_key_for_header,
            should_preserve_original_header_name,
        )

        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(raw_path, "latin-1"),
            "QUERY_STRING": query,
            "RAW_URI": f"{raw_path}?{query}" if query else raw_path,
            "CONTENT_LENGTH": str(len(body)),
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "127.0.0.1",
            "wsgi.input": io.BytesIO(body),
            "wsgi.url_scheme": "http",
            "HTTP_X_MOTO_ACCOUNT_ID": self._number,
            "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential=practice/20000101/{region}/s3/aws4_request, Signature=",
        }
        preserved: dict[str, str] = {}
        for name, value in headers:
            if name.lower() in _LEFT_OUT or name.lower() == "host":
                continue
            field = environ_key_for_header(name)
            if should_preserve_original_header_name(name):
                preserved[field] = name
            environ[field] = value
        encodings = (part.strip() for part in str(environ.pop("HTTP_CONTENT_ENCODING", "")).split(","))
        if left := [part for part in encodings if part and part != "aws-chunked"]:
            environ["HTTP_CONTENT_ENCODING"] = ",".join(left)
        environ[PRESERVED_HEADER_NAMES_ENVIRON_KEY] = preserved
        return environ

    @property
    def _backend(self) -> S3Backend:
        from moto.s3.models import s3_backends

        return s3_backends[self._number][self._partition]

    def bucket_names(self) -> tuple[str, ...]:
        """The buckets of the account."""
        return tuple(self._backend.buckets) if self._used else ()

    def region_of(self, bucket: str) -> str | None:
        """The region of a bucket, or None where the account has no such bucket."""
        found = self._backend.buckets.get(bucket) if self._used else None
        return None if found is None else found.region_name

    def kms_key_of(self, bucket: str) -> str | None:
        """The customer's KMS key of the bucket's default encryption, or None; also for AWS's own key `aws/s3`.

        That one needs no rights of the user's own (facts/aws.md A5).
        """
        key = self._default_key(bucket)
        return key if key and not key.endswith("alias/aws/s3") else None

    def kms_key_of_object(self, bucket: str, key: str) -> str | None:
        """The KMS key under which the current version of an object lies: the bucket's default when it was written, or
        the one that its program named; None where it lies under none."""
        found = self._backend.buckets[bucket].keys.get(key)
        own = getattr(found, "kms_key_id", None)
        if own is None:
            return None
        return self.kms_key_of(bucket) if own == self._default_key(bucket) else str(own)

    def _default_key(self, bucket: str) -> str | None:
        encryption = self._backend.buckets[bucket].encryption or {}
        rules = encryption.get("Rule") or encryption.get("Rules") or {}
        rule = rules[0] if isinstance(rules, list) and rules else rules
        default = rule.get("ApplyServerSideEncryptionByDefault", {}) if isinstance(rule, Mapping) else {}
        key = default.get("KMSMasterKeyID")
        return str(key) if key else None

    def was_versioned(self, bucket: str) -> bool:
        """True where the bucket keeps versions, or did so once."""
        found = self._backend.buckets.get(bucket) if self._used else None
        return found is not None and found.versioning_status is not None

    def has_object(self, bucket: str, key: str) -> bool:
        """True where the current version of the key is an object."""
        found = self._backend.buckets[bucket].keys.get(key)
        return found is not None and type(found).__name__ == "FakeKey"

    def date_object(self, bucket: str, key: str, moment: datetime) -> None:
        """Let the current version of an object have been written at `moment`."""
        with _one_at_a_time:
            # Without a zone, as moto keeps it.
            self._backend.buckets[bucket].keys[key].last_modified = moment.astimezone(UTC).replace(tzinfo=None)

    def forget_namesakes(self, bucket: str) -> None:
        """Let moto forget that another practice account in this process has a bucket of that name."""
        from moto.s3.models import s3_backends

        if bucket not in self._backend.buckets:
            s3_backends.bucket_accounts.pop(bucket, None)

    def traces(self, bucket: str) -> BucketTraces:
        """What lies in the bucket at this moment, hidden things included."""
        with _one_at_a_time:
            found = self._backend.buckets[bucket]
            everything = [item for key in found.keys for item in found.keys.getlist(key)]
            objects = frozenset((key, _etag(item)) for key in found.keys if _is_object(item := found.keys[key]))
            versions = frozenset((item.name, str(item.version_id)) for item in everything if _is_object(item))
            markers = frozenset((item.name, str(item.version_id)) for item in everything if not _is_object(item))
            uploads = frozenset((upload.key_name, upload.id) for upload in found.multiparts.values())
        return BucketTraces(objects, versions, markers, uploads)

    def close(self) -> None:
        """Forget everything, and close the temporary files behind the objects."""
        if not self._used:
            return
        from moto.s3.models import FakeKey, FakeMultipart, s3_backends

        with _one_at_a_time:
            kinds: tuple[Any, ...] = (FakeKey, FakeMultipart)
            for kind in kinds:
                tracked: list[Any] = kind.instances_tracked
                mine = [item for item in tracked if item.account_id == self._number]
                tracked[:] = [item for item in tracked if item.account_id != self._number]
                for item in mine:
                    item.dispose()
            names = [name for name, (_, owner) in s3_backends.bucket_accounts.items() if owner == self._number]
            for name in names:
                del s3_backends.bucket_accounts[name]
            s3_backends.pop(self._number, None)
            self._used = False


def _is_object(item: object) -> bool:
    return type(item).__name__ == "FakeKey"


def _etag(item: object) -> str:
    return str(getattr(item, "etag", ""))
