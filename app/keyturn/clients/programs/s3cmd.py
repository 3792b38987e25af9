"""s3cmd: one key per configuration file, no bucket in it (facts/clients.md section 11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.endpoints import reaches_the_same
from keyturn.clients.findings import Discovery, key_id, mention, named_key_id, no_key_id_in
from keyturn.clients.interface import About, Client, CredentialSpans, OwnCheck, PrivateFile, ValueSpot
from keyturn.clients.minimal_settings import endpoint_of, ini_file, left_out, taken_over
from keyturn.clients.session_tokens import token_beside
from keyturn.computer.computer import Platform
from keyturn.edits import ini
from keyturn.edits.files import FileContent, read_file
from keyturn.model.addresses import is_aws_host, read_server, server_or_none
from keyturn.model.errors import FileError
from keyturn.model.keys import KeyPair, Secret
from keyturn.model.manners import Manner
from keyturn.model.needs import Addition
from keyturn.model.places import Place, PlaceKind, Problem, Target
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer
    from keyturn.computer.programs import RunningProgram

_S3CMD = ini.Dialect.S3CMD
_ID, _SECRET = "access_key", "secret_key"
# How it asks (s3cmd --dump-config): nothing here runs a program or names a server.
_NEEDED = (
    *("access_token", "bucket_location", "signature_v2", "requester_pays"),
    *("check_ssl_certificate", "check_ssl_hostname", "ca_certs_file"),
)
_BUCKET = "%(bucket)s"
_BUCKETS_AT_AMAZON = f"{_BUCKET}.s3.amazonaws.com"
_FILE = "s3cfg"
_NO = frozenset({"false", "no", "off", "0"})
_YES = frozenset({"true", "yes", "on", "1"})
# `US` is what its wizard writes for Amazon's first region.
_REGION_NAMES = {"US": "us-east-1", "EU": "eu-west-1"}


class S3cmd(Client):
    """s3cmd. It ignores section names; the last assignment in the whole file counts. s4cmd reads the same file."""

    name = "s3cmd"
    title = "s3cmd"
    program_names = ("s3cmd", "s4cmd")
    about = About(own_check="s3cmd ls s3://BUCKET/PREFIX", proved_with_program=True)

    def look_through(self, computer: Computer, look: Discovery) -> None:
        """Take a place for each of its configuration files that has a key."""
        for path in _paths(computer, computer.environment):
            self.take_file(computer, look, path)

    def take_file(self, computer: Computer, look: Discovery, path: Path) -> None:
        """Take a place for the key in one file; see `Client.take_file`."""
        content = look.read(path)
        if content is None:
            return
        try:
            look.take(_places(content, ini.entries(content.content, _S3CMD, path=path)))
        except FileError as error:
            look.report_unparsable(content, error)

    def spots(self, content: FileContent) -> Mapping[str, CredentialSpans]:
        """Return the one pair that counts; see `Client.spots`."""
        entries = ini.entries(content.content, _S3CMD, path=content.path)
        access_key_id = ini.effective(entries, _S3CMD, None, _ID)
        secret = ini.effective(entries, _S3CMD, None, _SECRET)
        identifier = None if access_key_id is None else named_key_id(access_key_id.value)
        if access_key_id is None or secret is None or identifier is None or not secret.value:
            return {}
        if access_key_id.is_reference or secret.is_reference:
            return {}
        return {
            _ID: CredentialSpans(
                ValueSpot(content.path, access_key_id.value_span, _S3CMD),
                ValueSpot(content.path, secret.value_span, _S3CMD),
                KeyPair(identifier, Secret(secret.value)),
            )
        }

    def check(
        self, computer: Computer, place: Place, target: Target | None, *, endpoint_url: str | None = None
    ) -> OwnCheck | None:
        """Return `s3cmd ls` on the bucket; never the plain `ls`, which asks for all buckets."""
        from keyturn.clients.own_check import installed
        from keyturn.computer.bare_environment import bare_environment

        program = installed("s3cmd", computer)
        if program is None or target is None or place.kind is not PlaceKind.DESTINATION:
            return None
        if not reaches_the_same(place, endpoint_url):
            return None
        content = read_file(place.path)
        pair = self.spot_in(content, place).pair
        found = {entry.key: entry.value for entry in ini.entries(content.content, _S3CMD, path=place.path)}
        hosts = _hosts(place, found)
        if hosts is None:
            return None
        settings = {
            _ID: pair.access_key_id.value,
            _SECRET: pair.secret.reveal(),
            **hosts,
            **taken_over(found, _NEEDED),
        }
        return OwnCheck(
            title=self.title,
            arguments=(str(program), "-c", _FILE, "ls", f"s3://{target.bucket}/{target.prefix}"),
            environment=bare_environment(computer),
            private_files=(PrivateFile("", ini_file("default", settings, self.title), _FILE),),
            left_out=left_out(found, _NEEDED, ("proxy_host",)),
        )

    def deletes(self, place: Place, target: Target) -> tuple[str, ...] | None:
        """Return nothing: copying deletes nothing. What a person tells it to delete is refused then."""
        return ()

    def config_files(self, computer: Computer, program: RunningProgram) -> tuple[Path, ...] | None:
        """Return the file of a running s3cmd: `-c`, else by its own environment; None where unknown."""
        for index, argument in enumerate(program.arguments):
            name, equals, value = argument.partition("=")
            if name in ("-c", "--config"):
                named = value if equals else next(iter(program.arguments[index + 1 : index + 2]), "")
                return (Path(named),) if Path(named).is_absolute() else None
        return None if program.environment is None else _paths(computer, program.environment)


def usual_paths(computer: Computer) -> tuple[Path, ...]:
    """Return where s3cmd looks where it is told nothing else."""
    of_windows = (computer.application_support / "s3cmd.ini",) if computer.platform is Platform.WINDOWS else ()
    return (*of_windows, computer.home / ".s3cfg")


def _paths(computer: Computer, environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Where s3cmd looks, what the variable names first."""
    named = [computer.expanded(environment["S3CMD_CONFIG"])] if environment.get("S3CMD_CONFIG") else []
    return tuple(dict.fromkeys([*named, *usual_paths(computer)]))


def _places(content: FileContent, entries: Sequence[ini.IniEntry]) -> Iterator[Place | Problem]:
    counting = ini.effective(entries, _S3CMD, None, _ID)
    if counting is None:
        return
    for entry in entries:
        earlier = key_id(entry.value)
        if entry.key == _ID and entry is not counting and earlier is not None:
            note = _("s3cmd does not use this line: line {line} comes later, and the last one counts.")
            yield mention(S3cmd.name, content.path, earlier, entry.line, note.format(line=counting.line))
    settings = {entry.key: entry.value for entry in entries if entry.value}
    identifier = key_id(counting.value, settings.get("host_base"))
    if identifier is None:
        yield from no_key_id_in(S3cmd.name, content.path, content.path.name, counting.value)
        return
    secret_entry = ini.effective(entries, _S3CMD, None, _SECRET)
    secret = None if secret_entry is None or secret_entry.is_reference else secret_entry.value or None
    token = token_beside(identifier, "access_token" if settings.get("access_token") else None)
    notes = []
    if secret is None:
        notes.append(_("The secret key is missing beside it."))
    notes.append(token.note)
    location = settings.get("bucket_location")
    yield Place(
        client=S3cmd.name,
        name=content.path.name,
        path=content.path,
        locator=_ID,
        kind=PlaceKind.MENTION if secret is None else PlaceKind.DESTINATION,
        access_key_id=identifier,
        secret=None if secret is None else Secret(secret),
        editable=secret is not None and token.lets_edit,
        region=None if location is None else _REGION_NAMES.get(location, location),
        endpoint=_host(settings),
        additions=frozenset({Addition.OBJECT_ACL} if _is_on(settings, "acl_public") else ()),
        manner=_manner(settings),
        plain_http=settings.get("use_https", "").lower() in _NO,
        session=token.session,
        spoiled=token.spoiled,
        note=" ".join(note for note in notes if note),
    )


def _is_on(settings: Mapping[str, str], name: str) -> bool:
    return settings.get(name, "").lower() in _YES


def _manner(settings: Mapping[str, str]) -> Manner:
    """How s3cmd asks: a KMS key comes before its own switch for encryption (s3cmd(1))."""
    key = settings.get("kms_key")
    sealed = "AES256" if _is_on(settings, "server_side_encryption") else None
    return Manner(
        encryption="aws:kms" if key else sealed,
        kms_key=key,
        storage_class=settings.get("storage_class"),
        acl="public-read" if _is_on(settings, "acl_public") else None,
        requester_pays=_is_on(settings, "requester_pays"),
    )


def _hosts(place: Place, settings: Mapping[str, str]) -> dict[str, str] | None:
    """The settings that name the server, in one way only; None where buckets would be asked for at another one."""
    written = settings.get("host_bucket", _BUCKETS_AT_AMAZON)
    in_name = written.startswith(f"{_BUCKET}.")  # else the bucket goes into the path (s3cmd's S3/S3.py, get_hostname)
    of_buckets = server_or_none(written.removeprefix(f"{_BUCKET}."), plain_http=place.plain_http)
    url = endpoint_of(place)
    if url is None:
        without_tls = {"use_https": "False"} if place.plain_http else {}
        return without_tls if written == _BUCKETS_AT_AMAZON else None
    server = read_server(url)
    if written == _BUCKETS_AT_AMAZON and is_aws_host(server.host):
        of_buckets = server
    if of_buckets is None or not of_buckets.is_at(server):
        return None
    return {
        "host_base": server.name,
        "host_bucket": f"{_BUCKET}.{server.name}" if in_name else server.name,
        "use_https": "True" if server.secure else "False",
    }


def _host(settings: Mapping[str, str]) -> str | None:
    """The host as s3cmd takes it: it drops a scheme in `host_base`, and `use_https` alone decides on TLS."""
    host = settings.get("host_base")
    return None if host is None else host.removeprefix("http://").removeprefix("https://") or None
