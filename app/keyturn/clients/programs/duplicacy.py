"""Duplicacy: the keys that stand in a repository's preferences in clear text (facts/clients.md section 9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.endpoints import is_aws_endpoint
from keyturn.clients.findings import Discovery, key_id, named_key_id, no_key_id_in
from keyturn.clients.interface import About, Client, CredentialSpans, ValueSpot
from keyturn.clients.listing import Listing
from keyturn.clients.project_folders import project_folders
from keyturn.edits import json_spans, trees
from keyturn.edits.files import FileContent, read_file
from keyturn.edits.trees import Scalar, Writing
from keyturn.model.errors import FileError
from keyturn.model.keys import KeyPair, Secret
from keyturn.model.late_patterns import pattern
from keyturn.model.places import Place, PlaceKind, Problem, Target
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

_FOLDER = ".duplicacy"
_PREFERENCES = "preferences"
_WEB = ".duplicacy-web/repositories/localhost"
# s3://REGION@amazon.com/BUCKET/PATH, also s3c (another handling of paths), minio (plain HTTP) and minios.
_URL = pattern(
    r"(?P<scheme>s3c?|minios?)://(?:(?P<region>[^@/]*)@)?(?P<host>[^/]+)/(?P<bucket>[^/]+)(?:/(?P<prefix>.*))?"
)
# What Duplicacy itself takes for Amazon's own address (duplicacy: src/duplicacy_storage.go).
_AMAZON = ("amazon", "amazon.com")


class Duplicacy(Client):
    """`.duplicacy/preferences`. Keys in the system's keychain: `duplicacy_keychain`; Duplicacy Web hides its own."""

    name = "duplicacy"
    title = "Duplicacy"
    program_names = ("duplicacy",)
    about = About(guide="duplicacy-keychain")

    def look_through(self, computer: Computer, look: Discovery) -> None:
        """Take a place for each storage whose key stands in the preferences."""
        for path in preferences_files(computer, look.listing):
            content = look.read(path)
            if content is None:
                continue
            try:
                for storage in _storages(content):
                    look.take(_place(path, storage))
            except FileError as error:
                look.report_unparsable(content, error)

    def spots(self, content: FileContent) -> Mapping[str, CredentialSpans]:
        """Return the pair of each storage by its name; see `Client.spots`."""
        spots = {}
        for one in _storages(content):
            identifier = named_key_id(one.access_key_id.value)
            if identifier is not None and one.secret is not None:
                spots[one.name] = CredentialSpans(
                    ValueSpot(content.path, one.access_key_id.span, one.access_key_id.writing),
                    ValueSpot(content.path, one.secret.span, one.secret.writing),
                    KeyPair(identifier, Secret(one.secret.value)),
                )
        return spots


@dataclass(frozen=True, slots=True)
class Address:
    """What a storage's URL says; the fields mean what they do in a `Place`."""

    target: Target
    region: str | None
    endpoint: str | None
    plain_http: bool


def address_in(url: str) -> Address | None:
    """Return where a storage in S3 is, or None where the URL is of another kind."""
    parts = _URL.fullmatch(url)
    if parts is None:
        return None
    return Address(
        Target(parts["bucket"], (parts["prefix"] or "").strip("/")),
        region=parts["region"] if parts["region"] != "minio" and parts["region"] else None,
        endpoint=None if parts["host"].lower() in _AMAZON or is_aws_endpoint(parts["host"]) else parts["host"],
        plain_http=parts["scheme"] == "minio",
    )


@dataclass(frozen=True, slots=True)
class _Storage:
    name: str
    url: str
    access_key_id: Scalar
    secret: Scalar | None


def preferences_files(computer: Computer, listing: Listing) -> Iterator[Path]:
    """Yield where the preferences of each repository in the usual folders are, or should be."""
    folders = [computer.home, *map(Path, project_folders(computer.home, listing))]
    folders += listing.files_in(computer.home / _WEB, "")
    for folder in folders:
        own = folder / _FOLDER
        if not listing.is_there(own):
            continue
        if own.is_dir():
            yield own / _PREFERENCES
        elif own.is_file():  # it says where the folder is instead
            try:
                named = read_file(own, limit=4096).content.decode(errors="replace").strip()
            except FileError:
                continue
            yield (folder / named).absolute() / _PREFERENCES


def _storages(content: FileContent) -> Iterator[_Storage]:
    for item in trees.items(json_spans.parse(content.content, path=content.path)):
        name, keys = trees.text(item, "name") or "default", trees.at(item, "keys")
        # The storage's own name comes before the general one (duplicacy_utils.go, GetPassword).
        for prefix in (f"{name}_", ""):
            identifier, secret = trees.scalar(keys, f"{prefix}s3_id"), trees.scalar(keys, f"{prefix}s3_secret")
            if identifier is not None and identifier.value:
                usable = secret is not None and secret.is_text and secret.value and secret.writing is not Writing.FIXED
                yield _Storage(name, trees.text(item, "storage") or "", identifier, secret if usable else None)
                break


def _place(path: Path, one: _Storage) -> Iterator[Place | Problem]:
    address = address_in(one.url)
    identifier = key_id(one.access_key_id.value, None if address is None else address.endpoint)
    if identifier is None:
        yield from no_key_id_in(Duplicacy.name, path, one.name, one.access_key_id.value)
        return
    notes = [
        "" if one.secret is not None else _("The secret key does not stand beside it in this file."),
        _("These are temporary credentials, which expire by themselves.") if identifier.is_temporary else "",
    ]
    place = Place(
        client=Duplicacy.name,
        name=one.name,
        path=path,
        locator=one.name,
        kind=PlaceKind.MENTION if one.secret is None else PlaceKind.DESTINATION,
        access_key_id=identifier,
        secret=None if one.secret is None else Secret(one.secret.value),
        editable=one.secret is not None and not identifier.is_temporary,
        session=identifier.is_temporary,
        note=" ".join(note for note in notes if note),
    )
    yield at_address(place, address)


def at_address(place: Place, address: Address | None) -> Place:
    """Return the place with what its storage's address tells; unchanged without one."""
    if address is None:
        return place
    return replace(
        place,
        targets=(address.target,),
        region=address.region,
        endpoint=address.endpoint,
        plain_http=address.plain_http,
    )
