"""The files that AWS's own programs share: `credentials` and `config` (facts/clients.md section 3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.endpoints import speaks_plain_http
from keyturn.clients.findings import Discovery, key_id, mention, named_key_id, no_key_id_in
from keyturn.clients.interface import About, Client, CredentialSpans, OwnCheck, PrivateFile, ValueSpot
from keyturn.clients.minimal_settings import credentials_file, endpoint_of, ini_file, taken_over
from keyturn.clients.programs.aws_profiles import DIALECT, ID, INHERITED, SECRET, AwsFile, profile_of, sections_of
from keyturn.clients.served_commands import asked_of_keyturn
from keyturn.clients.session_tokens import token_beside
from keyturn.edits import ini
from keyturn.edits.files import FileContent, read_file
from keyturn.model.errors import FileError
from keyturn.model.keys import KeyPair, Secret
from keyturn.model.places import Place, PlaceKind, Problem, Target
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer
    from keyturn.computer.programs import RunningProgram

# Where a profile may take its key from before botocore looks into the credentials file (botocore, credentials.py).
_OTHER_SOURCES = ("role_arn", "web_identity_token_file", "sso_session", "sso_start_url")
# How the CLI asks (AWS CLI User Guide, "Configuration and credential file settings"): nothing here runs a program or
# names a server.
_NEEDED = ("ca_bundle", "sts_regional_endpoints", "request_checksum_calculation", "response_checksum_validation")
_NEEDED_OF_S3 = ("addressing_style", "use_accelerate_endpoint", "use_dualstack_endpoint", "payload_signing_enabled")
_BORROWED = ("aws_session_token", "aws_security_token")


@dataclass(frozen=True, slots=True)
class _Files:
    """The two files that belong together for one start of a program."""

    credentials: Path
    config: Path


class AwsFiles(Client):
    """The shared files. The credentials file comes before the config file for the same profile [botocore]."""

    name = "aws"
    title = "AWS CLI"
    program_names = ("aws",)
    about = About(own_check="aws sts get-caller-identity", proved_with_program=True)

    def look_through(self, computer: Computer, look: Discovery) -> None:
        """Take a place for every profile with a key, in both files and in those that variables name."""
        parsed: dict[Path, AwsFile | None] = {}
        done: set[Path] = set()
        for files in _files(computer):
            for path in (files.credentials, files.config):
                if path not in parsed:
                    parsed[path] = _parse(look, path)
            credentials, config = parsed[files.credentials], parsed[files.config]
            if credentials is not None and files.credentials not in done:
                look.take(_credentials_places(credentials, config))
            if config is not None and files.config not in done:
                look.take(_config_places(config, credentials))
                look.take(_programs_that_give_keys(config, credentials))
                look.take(_roles_with_variables(config))
            done |= {files.credentials, files.config}

    def take_file(self, computer: Computer, look: Discovery, path: Path) -> None:
        """Take a place for every profile of one file, and of the other one beside it; see `Client.take_file`."""
        named = _parse(look, path)
        if named is None:
            return
        if any(profile_of(section) not in (None, section) for section in named.sections):
            look.take(_config_places(named, None))
            look.take(_programs_that_give_keys(named, None))
            return
        config = _parse(look, path.parent / "config")
        look.take(_credentials_places(named, config))
        if config is not None:
            look.take(_config_places(config, named))

    def spots(self, content: FileContent) -> Mapping[str, CredentialSpans]:
        """Return the pair of each section that has its own; see `Client.spots`."""
        entries = ini.entries(content.content, DIALECT, path=content.path)
        effective = ini.Effective(entries, DIALECT)
        found: dict[str, CredentialSpans] = {}
        for section in sections_of(entries):
            access_key_id = effective.entry(section, ID)
            secret = effective.entry(section, SECRET)
            identifier = None if access_key_id is None else named_key_id(access_key_id.value)
            if access_key_id is None or secret is None or identifier is None or not secret.value:
                continue
            if access_key_id.section != section:
                continue  # inherited: the pair belongs to the section where it stands
            found[section] = CredentialSpans(
                ValueSpot(content.path, access_key_id.value_span, DIALECT),
                ValueSpot(content.path, secret.value_span, DIALECT),
                KeyPair(identifier, Secret(secret.value)),
            )
        return found

    def locate(self, computer: Computer, places: Sequence[Place]) -> tuple[CredentialSpans, ...]:
        """Return the pair of each profile: what the file holds, else what a profile gets that asks Keyturn instead.

        A rotation may take the pair out of the file, and it reads the profile again all the same; see `Client.locate`.
        """
        content = read_file(places[0].path)
        held = self.spots(content)
        without = [place for place in places if place.locator not in held]
        if not without:
            return tuple(held[place.locator] for place in places)
        from keyturn.clients.served import handed_to

        handed = handed_to(computer, content)
        self.spots_in(content, [place for place in without if place.locator not in handed])
        return tuple(held.get(place.locator) or handed[place.locator]() for place in places)

    def deletes(self, place: Place, target: Target) -> tuple[str, ...] | None:
        """Return nothing for the AWS CLI, whose copying deletes nothing; None where programs borrow the profile."""
        return None if target in place.targets else ()

    def check(
        self, computer: Computer, place: Place, target: Target | None, *, endpoint_url: str | None = None
    ) -> OwnCheck | None:
        """Return `aws s3api list-objects-v2` on the bucket, or `aws sts get-caller-identity` where none is known."""
        from keyturn.clients.asking_checks import asking_file, name_asked_for, of_session
        from keyturn.clients.own_check import installed
        from keyturn.computer.bare_environment import bare_environment

        program = installed("aws", computer)
        files = next((files for files in _files(computer) if place.path in (files.credentials, files.config)), None)
        if program is None or files is None or place.kind is not PlaceKind.DESTINATION:
            return None
        sources = _settings_of(place, files)
        if place.name == INHERITED or _uses_another_key(place, files, sources):
            return None
        content = read_file(place.path)
        pair = self.locate(computer, (place,))[0].pair
        own = ini.Effective(ini.entries(content.content, DIALECT, path=place.path), DIALECT)
        token = next((value for name in _BORROWED if (value := own.value(place.locator, name))), None)
        asked: tuple[str, ...] = ("sts", "get-caller-identity")
        if target is not None:
            asked = ("s3api", "list-objects-v2", "--bucket", target.bucket, "--max-items", "1")
            asked += ("--prefix", target.prefix) if target.prefix else ()
        server = endpoint_url or (None if target is None else endpoint_of(place))
        endpoint = () if server is None else ("--endpoint-url", server)
        region = () if place.region is not None else ("--region", "us-east-1")
        limits = ("--cli-connect-timeout", "10", "--cli-read-timeout", "10", "--output", "json")
        name = name_asked_for(place.path, place.locator)
        asking = None if name is None else asking_file(computer, name)
        held = PrivateFile("AWS_SHARED_CREDENTIALS_FILE", credentials_file(pair, token))
        return OwnCheck(
            title=self.title,
            arguments=(str(program), *limits, *region, *endpoint, *asked),
            environment=bare_environment(
                computer,
                {
                    "AWS_EC2_METADATA_DISABLED": "true",
                    "AWS_MAX_ATTEMPTS": "1",
                    "AWS_PAGER": "",
                    **({} if asking is None else of_session(computer)),
                },
            ),
            private_files=(asking or held, PrivateFile("AWS_CONFIG_FILE", _minimal_config(place, sources))),
            asks=asking is not None,
        )

    def config_files(self, computer: Computer, program: RunningProgram) -> tuple[Path, ...] | None:
        """Return the two files of a running `aws`, or None where its environment cannot be read."""
        if program.environment is None:
            return None
        return tuple(path for files in _files_for(computer, program.environment) for path in _both(files))


def files_that_count(computer: Computer) -> tuple[Path, Path]:
    """The credentials file and the config file that a program started by the person reads."""
    first = _files(computer)[0]
    return first.credentials, first.config


def all_paths(computer: Computer) -> tuple[Path, ...]:
    """Both files of every start of a program, each once."""
    return tuple(dict.fromkeys(path for files in _files(computer) for path in _both(files)))


def _files(computer: Computer) -> tuple[_Files, ...]:
    """The files that variables name, then the usual ones, which programs started elsewhere go on reading."""
    return _files_for(computer, computer.environment)


def _files_for(computer: Computer, environment: Mapping[str, str]) -> tuple[_Files, ...]:
    usual = _Files(computer.home / ".aws" / "credentials", computer.home / ".aws" / "config")
    credentials = environment.get("AWS_SHARED_CREDENTIALS_FILE")
    config = environment.get("AWS_CONFIG_FILE")
    named = _Files(
        computer.expanded(credentials) if credentials else usual.credentials,
        computer.expanded(config) if config else usual.config,
    )
    return (named,) if named == usual else (named, usual)


def _both(files: _Files) -> tuple[Path, Path]:
    return files.credentials, files.config


def _parse(look: Discovery, path: Path) -> AwsFile | None:
    content = look.read(path)
    if content is None:
        return None
    try:
        return AwsFile(content, path)
    except FileError as error:
        look.report_unparsable(content, error)
        return None


def _credentials_places(credentials: AwsFile, config: AwsFile | None) -> Iterator[Place | Problem]:
    for section in sections_of(credentials.entries):
        sources = [(credentials, section)]
        in_config = None if config is None else config.section_of_profile.get(section)
        if config is not None and in_config is not None:
            sources.append((config, in_config))
        yield from _places(section, section, sources, config, shadow="")


def _config_places(config: AwsFile, credentials: AwsFile | None) -> Iterator[Place | Problem]:
    for section in sections_of(config.entries):
        profile = profile_of(section)
        if profile is None:
            yield from _ignored_section(config, section)
            continue
        sources, shadow = [(config, section)], ""
        if credentials is not None and profile in credentials.sections:
            sources.insert(0, (credentials, profile))
            if credentials.value(profile, ID):
                shadow = _("The credentials file has a key for this profile too, and that one comes first.")
        if not shadow and _first([(config, section)], "credential_process"):
            shadow = _("This profile also asks a program for its key, and that one comes first.")
        yield from _places(profile, section, sources, config, own=config, shadow=shadow)


def _places(
    profile: str,
    section: str,
    sources: Sequence[tuple[AwsFile, str]],
    config: AwsFile | None,
    *,
    shadow: str,
    own: AwsFile | None = None,
) -> Iterator[Place | Problem]:
    """The place of one section, if it has a key of its own; `sources` are asked in turn for the settings."""
    file = own or sources[0][0]
    entry = file.effective.entry(section, ID)
    if entry is None or entry.section != section:
        return
    endpoint = _endpoint(sources, config)
    identifier = key_id(entry.value, endpoint)
    if identifier is None:
        yield from no_key_id_in(AwsFiles.name, file.content.path, profile, entry.value)
        return
    secret = file.value(section, SECRET) or None
    token = token_beside(identifier, next((name for name in _BORROWED if file.value(section, name)), None))
    notes = [shadow, _borrowers(config, profile, sources)]
    if _first(sources, "role_arn"):
        notes.append(_("This profile takes a role; its own key is used only where it is its own source."))
    if secret is None:
        notes.append(_("The secret key is missing beside it."))
    if section == INHERITED:
        notes.append(_("All profiles without a key of their own inherit this one."))
    notes.append(token.note)
    yield Place(
        client=AwsFiles.name,
        name=profile,
        path=file.content.path,
        locator=section,
        kind=PlaceKind.MENTION if secret is None else PlaceKind.DESTINATION,
        access_key_id=identifier,
        secret=None if secret is None else Secret(secret),
        editable=secret is not None and token.lets_edit,
        region=_first(sources, "region"),
        endpoint=endpoint,
        plain_http=speaks_plain_http(endpoint),
        session=token.session,
        spoiled=token.spoiled,
        note=" ".join(note for note in notes if note),
    )


def _first(sources: Sequence[tuple[AwsFile, str]], key: str) -> str | None:
    return next((value for parsed, section in sources if (value := parsed.value(section, key))), None)


def _endpoint(sources: Sequence[tuple[AwsFile, str]], config: AwsFile | None) -> str | None:
    """The S3 address of a profile: that of its `services` section comes before its own `endpoint_url` [botocore]."""
    if (_first(sources, "ignore_configured_endpoint_urls") or "").lower() == "true":
        return None
    services = _first(sources, "services")
    if services is not None and config is not None and services in config.s3_endpoints:
        return config.s3_endpoints[services]
    return _first(sources, "endpoint_url")


def _borrowers(config: AwsFile | None, profile: str, sources: Sequence[tuple[AwsFile, str]]) -> str:
    """A sentence on the profiles that take this one's key to assume a role."""
    if config is None or not config.lenders:
        return ""
    beside = next((parsed for parsed, _section in sources if parsed is not config), None)
    listed = ", ".join(config.borrowers(beside).get(profile, ()))
    return _("Used by the profiles {names} to take a role.").format(names=listed) if listed else ""


def _ignored_section(config: AwsFile, section: str) -> Iterator[Place | Problem]:
    entry = config.effective.entry(section, ID)
    identifier = None if entry is None or entry.section != section else key_id(entry.value)
    if entry is not None and identifier is not None:
        note = _("AWS programs do not read this section: its name does not begin with “profile”.")
        yield mention(AwsFiles.name, config.content.path, identifier, entry.line, note)


def _programs_that_give_keys(config: AwsFile, credentials: AwsFile | None) -> Iterator[Problem]:
    """Profiles whose key comes from another program: Keyturn never runs it, so it cannot see that key."""
    for section in config.sections:
        profile = profile_of(section)
        command = config.value(section, "credential_process")
        if profile is None or profile == INHERITED or not command or asked_of_keyturn(command) is not None:
            continue
        if credentials is None or not credentials.value(profile, ID):
            yield Problem(
                config.content.path,
                _("The profile “{name}” asks a program for its key").format(name=profile),
                _(
                    "Keyturn does not run that program, so it cannot see which key it gives, and backups that use the "
                    "profile may use an old key. Look into the program's own settings."
                ),
                client=AwsFiles.name,
                code="client.own-program",
            )


def _roles_with_variables(config: AwsFile) -> Iterator[Problem]:
    """Profiles that take a role with the key that stands in variables when a program starts [botocore]."""
    for section in config.sections:
        profile = profile_of(section)
        source = config.value(section, "credential_source")
        if profile is not None and (source or "").lower() == "environment":
            yield Problem(
                config.content.path,
                _("The profile “{name}” takes a role with the key in variables").format(name=profile),
                _(
                    "Whatever key the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY hold when a program starts "
                    "is used for it. The role must let the new key's user take it, too, or these programs stop when "
                    "the old key is turned off."
                ),
                client=AwsFiles.name,
                code="client.role-with-variables",
            )


def _settings_of(place: Place, files: _Files) -> list[tuple[AwsFile, str]]:
    """Where the settings of the place's profile stand, in botocore's order."""
    credentials, config = (_parse(Discovery(AwsFiles.name), path) for path in _both(files))
    sources = [] if credentials is None or place.name not in credentials.sections else [(credentials, place.name)]
    section = None if config is None else config.section_of_profile.get(place.name)
    if config is not None and section is not None:
        sources.append((config, section))
    return sources


def _uses_another_key(place: Place, files: _Files, sources: Sequence[tuple[AwsFile, str]]) -> bool:
    """Whether the profile works with another key than the place's, so that a check of this one would say nothing."""
    if any(_first(sources, name) for name in _OTHER_SOURCES):
        return True
    if place.path == files.credentials:
        return False
    shadowed = any(parsed.content.path == files.credentials and parsed.value(name, ID) for parsed, name in sources)
    return shadowed or bool(_first(sources, "credential_process"))


def _minimal_config(place: Place, sources: Sequence[tuple[AwsFile, str]]) -> Secret:
    """How the profile asks, and nothing else of it: no address, no program, no role."""
    blocks = [entry.nested for parsed, name in sources if (entry := parsed.effective.entry(name, "s3")) is not None]
    nested = {item.key: item.value for block in reversed(blocks) for item in block}
    settings = {"region": place.region, **{name: _first(sources, name) for name in _NEEDED}}
    s3 = ini_file("s3", taken_over(nested, _NEEDED_OF_S3), AwsFiles.title).reveal().splitlines()[1:]
    block = "".join(f"    {line}\n" for line in s3)
    return Secret(ini_file("default", settings, AwsFiles.title).reveal() + (f"s3 =\n{block}" if block else ""))
