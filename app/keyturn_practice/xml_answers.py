"""Answers of AWS's query protocol (STS, IAM) in XML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any

from keyturn_practice.messages import Response
from keyturn_practice.refusals import namespace_of


@dataclass(frozen=True, slots=True)
class Entries:
    """A map, which the query protocol writes as pairs of key and value."""

    values: Mapping[str, object]


def moment_text(moment: datetime) -> str:
    """A moment as IAM writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def query_answer(service: str, action: str, result: Mapping[str, Any] | None, request_id: str) -> Response:
    """Wrap a result as the query protocol does; values that are None are left out, lists become `member` elements."""
    inner = "" if result is None else f"<{action}Result>{_elements(result)}</{action}Result>"
    body = (
        f'<{action}Response xmlns="{namespace_of(service)}">{inner}'
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>"
    )
    return Response(200, (("Content-Type", "text/xml"),), body.encode())


def _elements(values: Mapping[str, Any]) -> str:
    return "".join(f"<{name}>{_value(value)}</{name}>" for name, value in values.items() if value is not None)


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return _elements(value)
    if isinstance(value, Entries):
        pairs = value.values.items()
        return "".join(f"<entry><key>{_value(name)}</key><value>{_value(one)}</value></entry>" for name, one in pairs)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "".join(f"<member>{_value(item)}</member>" for item in value)
    return escape(str(value), quote=False)
