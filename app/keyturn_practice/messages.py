"""One HTTP request as it came, and the answer to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from urllib.parse import unquote, unquote_plus


@dataclass(frozen=True)
class Request:
    """A request, byte for byte as the program sent it: the signature is over this form.

    Attributes:
        raw_path: the path, still percent-encoded.
        raw_query: what stands behind the question mark, still percent-encoded.
        headers: names and values in the order sent.
        secure: it came over TLS.
    """

    method: str
    raw_path: str
    raw_query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    source_ip: str = "127.0.0.1"
    secure: bool = False

    @cached_property
    def _by_name(self) -> dict[str, str]:
        merged: dict[str, str] = {}
        for name, value in self.headers:
            lower = name.lower()
            merged[lower] = f"{merged[lower]},{value.strip()}" if lower in merged else value.strip()
        return merged

    def header(self, name: str) -> str | None:
        """The value of a header, or None; repeated headers are joined by commas."""
        return self._by_name.get(name.lower())

    def headers_starting(self, prefix: str) -> tuple[str, ...]:
        """The lower-case names of all headers that start so."""
        return tuple(name for name in self._by_name if name.startswith(prefix))

    @cached_property
    def path(self) -> str:
        """The path, decoded."""
        return unquote(self.raw_path)

    @cached_property
    def query_pairs(self) -> tuple[tuple[str, str], ...]:
        """Names and values behind the question mark, decoded, in the order sent."""
        return decode_pairs(self.raw_query)

    @cached_property
    def query(self) -> Mapping[str, str]:
        """The query as a mapping; the last of repeated names counts."""
        return dict(self.query_pairs)

    @cached_property
    def form(self) -> Mapping[str, str]:
        """The parameters of a request of AWS's query protocol (STS, IAM), from body and query."""
        return {**self.query, **dict(decode_pairs(self.body.decode("utf-8", "replace")))}


def decode_pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Decode `a=1&b=2`; a name alone has an empty value."""
    pairs = (part.partition("=") for part in text.split("&") if part)
    return tuple((unquote_plus(name), unquote_plus(value)) for name, _, value in pairs)


class Delivery(StrEnum):
    """How an answer reaches the program: only faults make it anything else than whole."""

    WHOLE = "whole"
    TORN = "torn"  # half of the body, then the connection ends
    DROPPED = "dropped"  # the connection ends without a byte
    RESET = "reset"  # as dropped, with a TCP reset


@dataclass(frozen=True, slots=True)
class Response:
    """An answer.

    Attributes:
        wait: how many seconds it is held back.
        at: when it is given, by the account's clock, in seconds since 1970, for its `Date` header; None is this moment.
        clock_offset: moves its `Date` header, in seconds.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    delivery: Delivery = Delivery.WHOLE
    wait: float = 0.0
    at: float | None = None
    clock_offset: float = field(default=0.0)

    def header(self, name: str) -> str | None:
        """The first value of a header, or None."""
        return next((value for known, value in self.headers if known.lower() == name.lower()), None)
