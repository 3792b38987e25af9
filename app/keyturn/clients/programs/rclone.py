"""rclone: remotes of `type = s3` in its configuration file (facts/clients.md section 4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.endpoints import reaches_the_same, speaks_plain_http
from keyturn.clients.findings import Discovery, ProfileReference, key_id, mention, named_key_id, no_key_id_in
from keyturn.clients.interface import About, Client, CredentialSpans, OwnCheck, PrivateFile, ValueSpot
from keyturn.clients.minimal_settings import endpoint_of, ini_file, left_out, taken_over
from keyturn.clients.programs.rclone_remotes import Remotes, RemoteSettings, is_remote_name
from keyturn.clients.session_tokens import token_beside
from keyturn.clients.variables.rclone_options import rclone_additions, rclone_manner
from keyturn.computer.computer import Platform
from keyturn.edits import ini, rclone_encryption
from keyturn.edits.files import FileContent, read_file
from keyturn.model.errors import FileError
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.places import Place, PlaceKind, Problem, Target
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer
    from keyturn.computer.programs import RunningProgram

_RCLONE = ini.Dialect.RCLONE
_ID, _SECRET = "access_key_id", "secret_access_key"
_LOCKED = "file.locked"
# What its own check calls the remote, whatever the person calls it: remotes that are alike are asked about once.
_REMOTE_OF_CHECK = "backup"
# How its S3 backend asks (rclone.org, Amazon S3, Advanced options): nothing here runs a program, and nothing names a
# server but `provider`, whose own server is asked only where no endpoint stands beside it.
_NEEDED = (
    *("provider", "region", "location_constraint", "force_path_style", "v2_auth", "use_accelerate_endpoint"),
    *("use_dual_stack", "use_arn_region", "list_version", "list_url_encode", "requester_pays", "disable_http2"),
    *("session_token", "role_arn", "role_external_id", "role_session_name", "role_session_duration"),
)
# They keep the client that they opened, whatever happens to the file (facts/clients.md section 4, Running).
_LASTING = frozenset({"serve", "mount", "mount2", "cmount", "rcd", "nfsmount"})


class Rclone(Client):
    """rclone. Its grammar merges sections of the same name, and the last value counts."""

    name = "rclone"
    title = "rclone"
    program_names = ("rclone",)
    about = About(own_check="rclone lsf REMOTE:BUCKET/PATH --max-depth 1", proved_with_program=True)

    def look_through(self, computer: Computer, look: Discovery) -> None:
        """Take a place for every S3 remote with a key, in each configuration file that rclone may read."""
        first: Path | None = None
        for path in config_paths(computer):
            content = look.read(path)
            if content is not None:
                self._take(computer, look, content, "" if first is None else _unused(first))
                first = first or path

    def take_file(self, computer: Computer, look: Discovery, path: Path) -> None:
        """Take a place for every S3 remote with a key in one file; see `Client.take_file`."""
        content = look.read(path)
        if content is not None:
            self._take(computer, look, content, "")

    def _take(self, computer: Computer, look: Discovery, content: FileContent, note: str) -> None:
        try:
            opened = self.opened(computer, content)
            entries = ini.entries(opened.content, _RCLONE, path=content.path)
        except FileError as error:
            if error.code == _LOCKED:
                look.problems.append(_encrypted(content.path, error))
            else:
                look.report_unparsable(content, error)
        else:
            look.take(_places(opened, entries, note))
            if _has_connections(opened):
                from keyturn.clients.programs import rclone_connections

                look.take(rclone_connections.places_of(opened, entries))
            look.loans.extend(_loans(computer, entries))

    def spots(self, content: FileContent) -> Mapping[str, CredentialSpans]:
        """Return the pair that counts for each S3 remote; see `Client.spots`."""
        entries = ini.entries(content.content, _RCLONE, path=content.path)
        effective = ini.Effective(entries, _RCLONE)
        found: dict[str, CredentialSpans] = {}
        if _has_connections(content):
            from keyturn.clients.programs import rclone_connections

            found.update(rclone_connections.spots_of(content, entries))
        for section in _s3_sections(entries, effective):
            access_key_id = effective.entry(section, _ID)
            secret = effective.entry(section, _SECRET)
            identifier = None if access_key_id is None else named_key_id(access_key_id.value)
            if access_key_id is None or secret is None or identifier is None or not secret.value:
                continue
            if access_key_id.is_reference or secret.is_reference:
                continue
            found[section] = CredentialSpans(
                ValueSpot(content.path, access_key_id.value_span, _RCLONE),
                ValueSpot(content.path, secret.value_span, _RCLONE),
                KeyPair(identifier, Secret(secret.value)),
            )
        return found

    def opened(self, computer: Computer, content: FileContent) -> FileContent:
        """Return the configuration decrypted; see `Client.opened`."""
        if not rclone_encryption.is_encrypted(content.content):
            return content
        plain = rclone_encryption.decrypt(content.content, _password(computer, content.path), path=content.path)
        return replace(content, content=plain)

    def closed(self, computer: Computer, content: FileContent, opened: bytes) -> bytes:
        """Return the configuration encrypted again where it was; see `Client.closed`."""
        if not rclone_encryption.is_encrypted(content.content):
            return opened
        return rclone_encryption.encrypt(content.content, opened, _password(computer, content.path))

    def locate(self, computer: Computer, places: Sequence[Place]) -> tuple[CredentialSpans, ...]:
        """Return the pair of each remote: what the file holds, else what its profile gets that asks Keyturn.

        A rotation may take the pair out of the file, and it reads the remote again all the same; see `Client.locate`.
        """
        content = self.opened(computer, read_file(places[0].path))
        held = self.spots(content)
        without = [place for place in places if place.locator not in held]
        if not without:
            return tuple(held[place.locator] for place in places)
        handed = {one.locator: _handed(computer, content, one.locator) for one in without}
        self.spots_in(content, [place for place in without if handed[place.locator] is None])
        found = ((held.get(place.locator), handed.get(place.locator)) for place in places)
        return tuple(spot for two in found for spot in two if spot is not None)

    def check(
        self, computer: Computer, place: Place, target: Target | None, *, endpoint_url: str | None = None
    ) -> OwnCheck | None:
        """Return `rclone lsf` on the bucket. A folder that is not there lists as success (facts/clients.md 4)."""
        from keyturn.clients.asking_checks import PROFILE, asking_file, name_asked_for, of_session
        from keyturn.clients.own_check import installed
        from keyturn.computer.bare_environment import bare_environment

        program = installed("rclone", computer)
        if program is None or target is None or place.kind is not PlaceKind.DESTINATION:
            return None
        if not reaches_the_same(place, endpoint_url) or not is_remote_name(place.locator):
            return None
        path = f"{target.bucket}/{target.prefix}".rstrip("/")
        limits = ("--low-level-retries", "1", "--retries", "1", "--contimeout", "10s", "--timeout", "20s")
        arguments = (
            *(str(program), "lsf", f"{_REMOTE_OF_CHECK}:{path}", "--max-depth", "1"),
            *("--ask-password=false", *limits),
        )
        content = self.opened(computer, read_file(place.path))
        pair = self.locate(computer, (place,))[0].pair
        entries = ini.entries(content.content, _RCLONE, path=place.path)
        from keyturn.clients.programs.rclone_connections import connections

        made_up = connections(entries).get(place.locator)
        found = Remotes(entries).settings(place.locator) if made_up is None else made_up.settings
        taken = profile_of_remote(content, place.locator)
        name = None if taken is None else name_asked_for(computer.expanded(taken[1]), taken[0])
        asking = None if name is None else asking_file(computer, name)
        held = {_ID: pair.access_key_id.value, _SECRET: pair.secret.reveal()}
        settings = {
            "type": "s3",
            **(held if asking is None else {"env_auth": "true", "profile": PROFILE}),
            "endpoint": endpoint_of(place),
            **taken_over(found, _NEEDED),
        }
        config = PrivateFile("RCLONE_CONFIG", ini_file(_REMOTE_OF_CHECK, settings, self.title))
        return OwnCheck(
            title=self.title,
            arguments=arguments,
            environment=bare_environment(computer, {} if asking is None else of_session(computer)),
            private_files=(config,) if asking is None else (config, asking),
            left_out=left_out(found, _NEEDED, ("sts_endpoint",)),
            asks=asking is not None,
        )

    def deletes(self, place: Place, target: Target) -> tuple[str, ...] | None:
        """Return nothing: copying deletes nothing. What a person tells it to delete is refused then."""
        return ()

    def config_files(self, computer: Computer, program: RunningProgram) -> tuple[Path, ...] | None:
        """Return the file of a running rclone: `--config`, else by its own environment; None where unknown."""
        named = _option(program.arguments, "--config")
        if named is None and program.environment is None:
            return None
        if named is not None:
            path = Path(named)
            return (path,) if path.is_absolute() else None
        environment = program.environment or {}
        if environment.get("RCLONE_CONFIG"):
            return (computer.expanded(environment["RCLONE_CONFIG"]),)
        own = replace(computer, home=Path(environment.get("HOME") or computer.home), environment=environment)
        return tuple(path for path in config_paths(own) if path.exists())[:1]

    def keeps_key(self, program: RunningProgram) -> bool:
        """Return whether it serves or mounts."""
        return any(argument in _LASTING for argument in program.arguments[1:])

    def how_to_restart(self, program: RunningProgram) -> str:
        """Return how to end it and start it again."""
        if self.keeps_key(program):
            return _(
                "Stop this rclone and start it again as before: unmount it, end its window, or restart its service."
            )
        return _("Let it finish; the next run takes the new key.")


def config_paths(computer: Computer) -> tuple[Path, ...]:
    """Return rclone's configuration files in its own order; it reads the first that exists (facts/clients.md 4)."""
    environment, home = computer.environment, computer.home
    paths: list[Path] = []
    if named := environment.get("RCLONE_CONFIG"):
        paths.append(computer.expanded(named))
    if computer.is_this_one:
        from keyturn.computer.programs import find_program  # starts programs as well, which a look does not

        if (program := find_program("rclone", computer)) is not None:
            paths.append(Path(program).parent / "rclone.conf")  # the portable one, beside the program
    if computer.platform is Platform.WINDOWS:
        paths.append(computer.application_support / "rclone" / "rclone.conf")
    if xdg := environment.get("XDG_CONFIG_HOME"):
        paths.append(Path(xdg) / "rclone" / "rclone.conf")
    paths += [home / ".config" / "rclone" / "rclone.conf", home / ".rclone.conf"]
    system = (
        computer.system_folder("var", "lib", "docker-plugins", "rclone", "config", "rclone.conf"),
        computer.system_folder("boot", "config", "plugins", "rclone", ".rclone.conf"),
    )
    return tuple(dict.fromkeys([*paths, *(path for path in system if path is not None)]))


def _s3_sections(entries: Sequence[ini.IniEntry], effective: ini.Effective) -> Iterator[str]:
    for section in dict.fromkeys(entry.section for entry in entries if entry.section is not None):
        if effective.value(section, "type") == "s3":
            yield section


def _places(content: FileContent, entries: Sequence[ini.IniEntry], note: str) -> Iterator[Place | Problem]:
    remotes, effective = Remotes(entries), ini.Effective(entries, _RCLONE)
    identifiers: dict[str | None, list[ini.IniEntry]] = {}
    for entry in entries:
        if entry.key == _ID:
            identifiers.setdefault(entry.section, []).append(entry)
    for section in _s3_sections(entries, effective):
        counting = effective.entry(section, _ID)
        if counting is None or counting.is_reference:
            continue
        yield from _overruled(content, identifiers.get(section, ()), counting)
        identifier = key_id(counting.value, remotes.settings(section).get("endpoint"))
        if identifier is None:
            yield from no_key_id_in(Rclone.name, content.path, section, counting.value)
            continue
        secret = effective.entry(section, _SECRET)
        is_there = secret is not None and secret.value and not secret.is_reference
        pair = identifier, Secret(secret.value) if secret is not None and is_there else None
        yield _place(content, remotes, section, pair, note)


def _place(
    content: FileContent, remotes: Remotes, section: str, pair: tuple[AccessKeyId, Secret | None], note: str
) -> Place:
    settings = remotes.settings(section)
    identifier, secret = pair
    token = token_beside(identifier, "session_token" if settings.get("session_token") else None)
    endpoint = settings.get("endpoint")
    notes = [note]
    if secret is None:
        notes.append(_("The secret key is missing beside it."))
    notes.append(token.note)
    if "role_arn" in settings:
        notes.append(_("rclone takes a role with this key; the rights of the role count, not those of the key."))
    return Place(
        client=Rclone.name,
        name=section,
        path=content.path,
        locator=section,
        kind=PlaceKind.MENTION if secret is None else PlaceKind.DESTINATION,
        access_key_id=identifier,
        secret=secret,
        editable=secret is not None and token.lets_edit,
        targets=remotes.targets(section),
        region=settings.get("region"),
        endpoint=endpoint,
        additions=rclone_additions(settings),
        manner=rclone_manner(settings),
        plain_http=speaks_plain_http(endpoint),
        session=token.session,
        spoiled=token.spoiled,
        note=" ".join(part for part in notes if part),
    )


def profile_of_remote(content: FileContent, section: str) -> tuple[str, str] | None:
    """The profile from which a remote takes its key, and the file in which it says that stands; None: from none."""
    settings = Remotes(ini.entries(content.content, _RCLONE, path=content.path)).settings(section)
    told = settings.get("profile"), settings.get("shared_credentials_file")
    if not _is_true(settings, "env_auth") or _ID in settings or _SECRET in settings or not all(told):
        return None
    return told[0] or "", told[1] or ""


def _handed(computer: Computer, content: FileContent, section: str) -> CredentialSpans | None:
    from keyturn.clients.served import handed_to

    taken = profile_of_remote(content, section)
    if taken is None:
        return None
    look_up = handed_to(computer, read_file(computer.expanded(taken[1]))).get(taken[0])
    return None if look_up is None else look_up()


def _is_true(settings: RemoteSettings, key: str) -> bool:
    # Go's strconv.ParseBool, by which rclone reads its switches
    return settings.get(key) in {"1", "t", "T", "TRUE", "true", "True"}


def _loans(computer: Computer, entries: Sequence[ini.IniEntry]) -> Iterator[ProfileReference]:
    """Remotes without a key of their own that are told to take one from elsewhere: from a profile of the AWS files."""
    remotes = Remotes(entries)
    for section in _s3_sections(entries, ini.Effective(entries, _RCLONE)):
        settings = remotes.settings(section)
        if _is_true(settings, "env_auth") and _ID not in settings and _SECRET not in settings:
            credentials = settings.get("shared_credentials_file")
            yield ProfileReference(
                program=Rclone.name,
                remote=section,
                manner=rclone_manner(settings),
                profile=settings.get("profile", "default"),
                credentials=None if credentials is None else computer.expanded(credentials),
                targets=remotes.targets(section),
                region=settings.get("region"),
                endpoint=settings.get("endpoint"),
                additions=rclone_additions(settings),
                plain_http=speaks_plain_http(settings.get("endpoint")),
                note=_("The rclone remote “{name}” takes its key from here.").format(name=section),
            )


def _overruled(
    content: FileContent, entries: Sequence[ini.IniEntry], counting: ini.IniEntry
) -> Iterator[Place | Problem]:
    """Earlier IDs of the same remote: they stand there, but a later line takes their place."""
    for entry in entries:
        identifier = key_id(entry.value)
        if entry is not counting and identifier is not None:
            note = _("rclone does not use this line: line {line} comes later, and the last one counts.")
            yield mention(Rclone.name, content.path, identifier, entry.line, note.format(line=counting.line))


def _unused(first: Path) -> str:
    return _("rclone reads {path} instead of this file unless it is told otherwise.").format(path=first)


def _password(computer: Computer, path: Path) -> Secret:
    given = computer.passwords.get(Rclone.name)
    if given is None:
        raise FileError(
            _("rclone's configuration is encrypted"),
            _(
                "Keyturn cannot see inside {path}, so an old key in there stays in use and its backups stop when that "
                "key is turned off. Add --rclone-password, and Keyturn asks for the password; or run “rclone config” "
                "and change the keys there."
            ).format(path=path),
            code=_LOCKED,
        )
    return given


def _has_connections(content: FileContent) -> bool:
    """Whether a remote may be made up within another one's setting: few files have such, and to look takes its time."""
    return b",access_key_id=" in content.content


def _encrypted(path: Path, error: FileError) -> Problem:
    return Problem(path, error.title, error.message, client=Rclone.name, code="client.encrypted")


def _option(arguments: Sequence[str], name: str) -> str | None:
    """The value of a long option, written `--name value` or `--name=value`; the last one counts."""
    found: str | None = None
    for index, argument in enumerate(arguments):
        if argument == name and index + 1 < len(arguments):
            found = arguments[index + 1]
        elif argument.startswith(f"{name}="):
            found = argument.partition("=")[2]
    return found
