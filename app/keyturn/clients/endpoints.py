"""What counts as AWS: telling Amazon's S3 hosts from S3-compatible stores (DESIGN, "What counts as AWS")."""

from __future__ import annotations

import re
from dataclasses import dataclass

from keyturn.model.places import Place

# The domains under which AWS serves its APIs, by partition and stack.
_AWS_DOMAINS = (
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.eu",
    "api.aws",
    "api.amazonwebservices.com.cn",
)
# s3.eu-central-1.amazonaws.com, s3-eu-west-1.amazonaws.com, s3.dualstack.eu-central-1.amazonaws.com
_REGION_IN_HOST = re.compile(r"(?:^|\.)s3(?:-fips)?(?:\.dualstack)?[.-]([a-z]{2,4}(?:-[a-z]+)+-\d)\.")


@dataclass(frozen=True, slots=True)
class Address:
    """A server as two endpoints are compared by: the host in lower case, and the port."""

    host: str
    port: int | None


def address_of(endpoint: str, *, plain_http: bool = False) -> Address:
    """Return the server that `endpoint` names.

    Args:
        endpoint: a URL, or `host`, or `host:port` as s3cmd and rclone write it.
        plain_http: an endpoint without a scheme is spoken to without TLS, which decides its default port.

    The port is None where it cannot be read; such an address equals no other server's.
    """
    scheme, separator, rest = endpoint.strip().rpartition("://")
    authority = rest.partition("/")[0].rpartition("@")[2].lower()
    secure = scheme.lower() != "http" if separator else not plain_http
    host, port_text = authority, ""
    if authority.startswith("["):
        host, _bracket, after = authority[1:].partition("]")
        port_text = after.removeprefix(":")
    elif authority.count(":") == 1:
        host, _colon, port_text = authority.partition(":")
    if not port_text:
        return Address(host.rstrip("."), 443 if secure else 80)
    return Address(host.rstrip("."), int(port_text) if port_text.isascii() and port_text.isdecimal() else None)


def is_aws_host(host: str) -> bool:
    """Return whether AWS serves `host` (a name without a port)."""
    name = host.lower().rstrip(".")
    return any(name == domain or name.endswith(f".{domain}") for domain in _AWS_DOMAINS)


def is_aws_endpoint(endpoint: str | None) -> bool:
    """Return whether a configuration's endpoint is Amazon's: an AWS host, or none at all."""
    return endpoint is None or is_aws_host(address_of(endpoint).host)


def same_server(one: str | None, other: str | None) -> bool:
    """Return whether two endpoints, both given, name the same host and port."""
    if one is None or other is None:
        return False
    address = address_of(one)
    return address.port is not None and address == address_of(other)


def is_aws(place: Place, endpoint_url: str | None) -> bool:
    """Return whether the place's key is AWS's: its endpoint is an AWS host, is absent, or is `endpoint_url`.

    Args:
        endpoint_url: what `--endpoint-url` says, or None.
    """
    if is_aws_endpoint(place.endpoint):
        return True
    return endpoint_url is not None and _is_same_server(place, endpoint_url)


def reaches_the_same(place: Place, endpoint_url: str | None) -> bool:
    """Return whether the place's program, run by its own configuration, speaks to the server that Keyturn speaks to."""
    return endpoint_url is None or (place.endpoint is not None and _is_same_server(place, endpoint_url))


def store_url(place: Place) -> str:
    """Return the address of the S3-compatible store that the place's endpoint names.

    Raises:
        ValueError: where it names none.
    """
    if place.endpoint is None:
        raise ValueError("the place names no endpoint")
    endpoint = place.endpoint.strip().rstrip("/")
    return endpoint if "://" in endpoint else f"{'http' if place.plain_http else 'https'}://{endpoint}"


def speaks_plain_http(endpoint: str | None) -> bool:
    """Return whether the endpoint's own scheme asks for S3 without TLS."""
    return endpoint is not None and endpoint.strip().lower().startswith("http://")


def region_in(endpoint: str | None) -> str | None:
    """Return the region that an AWS host's name tells, or None."""
    if endpoint is None:
        return None
    host = address_of(endpoint).host
    match = _REGION_IN_HOST.search(host)
    return match[1] if match is not None and is_aws_host(host) else None


def _is_same_server(place: Place, endpoint_url: str) -> bool:
    address = address_of(place.endpoint or "", plain_http=place.plain_http)
    return address.port is not None and address == address_of(endpoint_url)
