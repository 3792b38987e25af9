"""FileZilla Pro: sites of S3 in sitemanager.xml, with the ID in clear (facts/clients.md 16)."""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.endpoints import is_aws_endpoint, region_in
from keyturn.clients.findings import key_id, no_key_id_in
from keyturn.edits import xml_elements
from keyturn.edits.xml_elements import Element
from keyturn.model.errors import FileError
from keyturn.model.keys import Secret
from keyturn.model.places import Place, PlaceKind, Problem
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.clients.described.guide import Guide
    from keyturn.clients.findings import Discovery
    from keyturn.computer.computer import Computer

_S3 = "7"  # ServerProtocol in FileZilla's source; S3_SSO has another number


def read_sites(computer: Computer, guide: Guide, found: Collection[Path], look: Discovery) -> None:
    """Take each site of S3 that has a key."""
    for path in found:
        content = look.read(path)
        if content is None:
            continue
        try:
            root = xml_elements.parse(content.content, path=path)
        except FileError as error:
            look.report_unparsable(content, error)
            continue
        for number, server in enumerate(root.every("Server"), start=1):
            if server.said("Protocol") == _S3:
                look.take(_place(path, number, server, guide))


def _place(path: Path, number: int, server: Element, guide: Guide) -> Iterator[Place | Problem]:
    host, secret = server.said("Host"), _secret(server)
    identifier = key_id(server.said("User"), host)
    if identifier is None:
        yield from no_key_id_in(guide.name, path, server.said("Name") or host, server.said("User"))
        return
    yield Place(
        client=guide.name,
        name=server.said("Name") or host or _("site {number}").format(number=number),
        path=path,
        locator=f"site {number}",  # a journal keeps it, so it is never translated
        kind=PlaceKind.DESTINATION,
        access_key_id=identifier,
        secret=secret,
        region=region_in(host),
        endpoint=None if is_aws_endpoint(host) else host,
        additions=guide.asks,
        session=identifier.is_temporary,
        note="" if secret is not None else _("Its secret key is not readable here: it is asked for or hidden."),
    )


def _secret(server: Element) -> Secret | None:
    stored = server.child("Pass")
    if stored is None or not stored.text.strip():
        return None
    match stored.attributes.get("encoding"):
        case None:
            return Secret(stored.text.strip())
        case "base64":
            try:
                return Secret(base64.b64decode(stored.text.strip(), validate=True).decode())
            except ValueError:
                return None
        case _:
            return None
