"""Addresses of servers, read strictly: what two programs could read differently is refused, never guessed.

A signed request goes where an address leads, and whose key it is follows from it. So an address is one server's, or
none: a user or password before the host, a second `://`, a backslash, a query, a space, a letter that only looks like
another (facts/field-reports.md) make it none.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import unquote

from keyturn.model.known_secrets import HIDDEN, remember

_SCHEME = re.compile(r"(https?)://", re.IGNORECASE)
# Names as DNS and `/etc/hosts` have them; `_` stands in names of containers.
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*", re.ASCII)
_LOOKS_NUMERIC = re.compile(r"(?:.*\.)?(?:\d+|0x[0-9a-f]*)", re.ASCII)
_PORT = re.compile(r"\d{1,5}", re.ASCII)
_PATH = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,;=:%-]*)*", re.ASCII)
_LONGEST_NAME = 253
_NO_HOST = "not the name of a host"

# Where AWS serves its interfaces, by partition and stack (botocore's partitions.json).
_SUFFIX = (
    r"(?:amazonaws\.com|amazonaws\.com\.cn|amazonaws\.eu|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov"
    r"|api\.aws|api\.amazonwebservices\.com\.cn|api\.amazonwebservices\.eu|api\.aws\.ic\.gov|api\.aws\.scloud"
    r"|api\.cloud-aws\.adc-e\.uk|api\.aws\.hci\.ic\.gov)"
)
_REGION = r"(?P<region>[a-z]{2,4}(?:-[a-z]+)+-\d{1,2})"
_BUCKET = r"(?:[a-z0-9_-]+\.)*"  # or an access point; a bucket's name may have dots
# Hosts of S3, STS and IAM alone: under the same domains anybody can have a machine (`ec2-….compute.amazonaws.com`), a
# balancer (`….elb.amazonaws.com`), a web site in a bucket or an interface of their own (`….execute-api.…`).
# Most looks ask about the first ones alone, so each is compiled when it is asked for.
_AWS_HOSTS = (
    # The global names, and those of the first years (Amazon S3 endpoints and quotas, AWS General Reference).
    rf"{_BUCKET}s3(?:-external-1|-accelerate(?:\.dualstack)?)?\.amazonaws\.com",
    rf"{_BUCKET}s3(?:-fips)?-{_REGION}\.amazonaws\.com",
    rf"{_BUCKET}s3(?:-fips)?(?:\.dualstack)?\.{_REGION}\.{_SUFFIX}",
    # Access points, also of Object Lambda, of Outposts and of several regions; directory buckets; the control.
    rf"{_BUCKET}s3-(?:accesspoint|object-lambda|control|outposts)(?:-fips)?(?:\.dualstack)?\.{_REGION}\.{_SUFFIX}",
    rf"{_BUCKET}accesspoint\.s3-global\.amazonaws\.com",
    rf"{_BUCKET}s3express-(?:control|[a-z0-9-]+-az\d+)(?:\.dualstack)?\.{_REGION}\.{_SUFFIX}",
    # `bucket.vpce-0a1b-2c3d.s3.us-east-1.vpce.amazonaws.com` (Amazon S3 User Guide, "AWS PrivateLink").
    rf"{_BUCKET}vpce-[a-z0-9-]+\.(?:s3|sts|iam)\.{_REGION}\.vpce\.{_SUFFIX}",
    rf"(?:sts|iam)(?:-fips)?\.{_SUFFIX}",
    rf"(?:sts|iam)(?:-fips)?\.{_REGION}\.{_SUFFIX}",
    rf"iam\.(?:us-gov|global)\.{_SUFFIX}",
)


@dataclass(frozen=True, slots=True)
class Server:
    """Where requests go.

    Attributes:
        host: in lower case, without a dot at its end.
        port: from 1 to 65535.
        secure: with TLS.
        path: what stands before each request's own path; empty, or with a slash at its begin and none at its end.
    """

    host: str
    port: int
    secure: bool
    path: str = ""

    @property
    def name(self) -> str:
        """The host, with the port where it is not the usual one; for people, and for comparing."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole address."""
        return f"{'https' if self.secure else 'http'}://{self.name}{self.path}"

    def is_at(self, other: Server) -> bool:
        """True where both lead to one host and port, whatever the path and whether with TLS."""
        return (self.host, self.port) == (other.host, other.port)

    @property
    def is_this_computer(self) -> bool:
        """True for an address that never leaves this computer."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def read_server(text: str, *, plain_http: bool = False) -> Server:
    """Return the one server that `text` names.

    Args:
        text: a URL, or `host`, or `host:port` as s3cmd and rclone write it.
        plain_http: without a scheme it is spoken to without TLS.

    Raises:
        ValueError: where it names none, or where programs could differ about which. The text is not in the error: it
            may hold a password.
    """
    written = text.strip(" \t")
    scheme = _SCHEME.match(written)
    secure = scheme[1].lower() == "https" if scheme is not None else not plain_http
    authority, slash, path = written[0 if scheme is None else scheme.end() :].partition("/")
    host, port = _host_and_port(authority)
    path = slash + path
    if "//" in path or not _PATH.fullmatch(path) or any(part in {".", ".."} for part in path.split("/")):
        raise ValueError("not the path of an address")
    return Server(host, (443 if secure else 80) if port is None else port, secure, path.rstrip("/"))


def server_or_none(text: str | None, *, plain_http: bool = False) -> Server | None:
    """As `read_server`, but None where there is no such server."""
    try:
        return None if text is None else read_server(text, plain_http=plain_http)
    except ValueError:
        return None


def is_aws_host(host: str) -> bool:
    """Return whether `host` (a name without a port) is one of AWS's S3, STS or IAM."""
    return _aws_host(host) is not None


def region_of_host(host: str) -> str | None:
    """Return the region that a host of AWS's tells by its name, or None."""
    found = _aws_host(host)
    return None if found is None else found.groupdict().get("region")


def _aws_host(host: str) -> re.Match[str] | None:
    name = host.lower().removesuffix(".")
    if len(name) > _LONGEST_NAME:
        return None
    return next((found for pattern in _AWS_HOSTS if (found := re.fullmatch(pattern, name, re.ASCII)) is not None), None)


def without_password(text: str) -> str:
    """Return an address fit to be shown and kept: user, password, query and fragment are hidden.

    What was hidden is a known secret from now on. In doubt, all before the last `@` is taken for a password.
    """
    scheme, separator, rest = text.partition("://")
    if not separator or "@" in scheme:
        scheme, separator, rest = "", "", text
    user, at, server = rest.rpartition("@")
    if at:
        password = user.partition(":")[2] or user
        remember(password)
        remember(unquote(password))
        server = f"{HIDDEN}@{server}"
    for sign in "?#":
        before, found, after = server.partition(sign)
        server = f"{before}{sign}{HIDDEN}" if found and after else server
    return f"{scheme}{separator}{server}"


def _host_and_port(authority: str) -> tuple[str, int | None]:
    """The host in lower case, and the port where one is named."""
    if authority.startswith("["):
        inner, bracket, after = authority[1:].partition("]")
        if not bracket or "%" in inner or (after and not after.startswith(":")):
            raise ValueError(_NO_HOST)
        return _number(ipaddress.IPv6Address, inner), _port(after[1:]) if after else None
    host, colon, port = authority.partition(":")
    host = host.lower().removesuffix(".")
    if len(host) > _LONGEST_NAME or not _NAME.fullmatch(host):
        raise ValueError(_NO_HOST)
    # Some programs take `127.1`, `0x7f.1` or `2130706433` for an address, others for a name.
    if _LOOKS_NUMERIC.fullmatch(host):
        host = _number(ipaddress.IPv4Address, host)
    return host, _port(port) if colon else None


def _number(kind: type[ipaddress.IPv4Address | ipaddress.IPv6Address], text: str) -> str:
    try:
        return str(kind(text))
    except ValueError:  # which quotes the text
        raise ValueError(_NO_HOST) from None


def _port(text: str) -> int:
    if not _PORT.fullmatch(text) or not 1 <= int(text) <= 65535:
        raise ValueError("not a port")
    return int(text)
