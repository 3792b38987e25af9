"""What counts as AWS: telling Amazon's S3 hosts from S3-compatible stores (ARCHITECTURE.md, "What counts as AWS")."""

from __future__ import annotations

from keyturn.model.addresses import is_aws_host, read_server, region_of_host, server_or_none
from keyturn.model.errors import ClientError
from keyturn.model.places import Place
from keyturn.model.text import _


def is_aws_endpoint(endpoint: str | None) -> bool:
    """Return whether a configuration's endpoint is Amazon's: a host of AWS's, or none at all."""
    if endpoint is None or not endpoint.strip():
        return True
    server = server_or_none(endpoint)
    return server is not None and is_aws_host(server.host)


def same_server(one: str | None, other: str | None) -> bool:
    """Return whether two endpoints, both given, name the same host and port."""
    server, asked = server_or_none(one), server_or_none(other)
    return server is not None and asked is not None and server.is_at(asked)


def is_aws(place: Place, endpoint_url: str | None) -> bool:
    """Return whether the place's key is AWS's: its endpoint is an AWS host, is absent, or is `endpoint_url`.

    Args:
        endpoint_url: what `--endpoint-url` says, or None.
    """
    return is_aws_endpoint(place.endpoint) or (endpoint_url is not None and _is_same_server(place, endpoint_url))


def reaches_the_same(place: Place, endpoint_url: str | None) -> bool:
    """Return whether the place's program, run by its own configuration, speaks to the server that Keyturn speaks to."""
    return endpoint_url is None or (place.endpoint is not None and _is_same_server(place, endpoint_url))


def store_url(place: Place) -> str:
    """Return the address of the S3-compatible store that the place's endpoint names.

    Raises:
        ClientError: `place.address`, where it names none that a request could be sent to.
    """
    try:
        return read_server(place.endpoint or "", plain_http=place.plain_http).url
    except ValueError:
        raise ClientError(
            _("{client} {name} names a storage address that Keyturn does not use: {address}").format(
                client=place.client, name=place.name, address=store_name(place)
            ),
            _(
                "Keyturn asks nothing there, because programs may disagree about which server that is, and the "
                "program's backups go on as they are. Write the address in {path} as https://host:port, without a "
                "user, a password or a query, then try again."
            ).format(path=place.path),
            code="place.address",
        ) from None


def store_name(place: Place) -> str:
    """Return what people call the S3-compatible store of a place: its host, or the address as it stands there."""
    server = server_or_none(place.endpoint, plain_http=place.plain_http)
    return (place.endpoint or "?") if server is None else server.name


def speaks_plain_http(endpoint: str | None) -> bool:
    """Return whether the endpoint's own scheme asks for S3 without TLS."""
    return endpoint is not None and endpoint.strip().lower().startswith("http://")


def region_in(endpoint: str | None) -> str | None:
    """Return the region that an AWS host's name tells, or None."""
    server = server_or_none(endpoint)
    return None if server is None else region_of_host(server.host)


def _is_same_server(place: Place, endpoint_url: str) -> bool:
    server, asked = server_or_none(place.endpoint, plain_http=place.plain_http), server_or_none(endpoint_url)
    return server is not None and asked is not None and server.is_at(asked)
