"""A profile of the files that AWS's own programs share, and the key that it leads to.

Only the profile that a person named, and those that it names as the source of its role, are followed. A program is run
for the named one alone. Nothing comes from the environment, as other SDKs would have it.

Source: AWS SDKs and Tools Reference Guide, "Standardized credential providers"; the order of the sources is botocore's
(credentials.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from keyturn.aws.profile_answers import leads_nowhere, session_pair
from keyturn.aws.session import Aws
from keyturn.model.errors import FileError, UsageError
from keyturn.model.keys import AccessKeyId, KeyPair, Secret, SessionPair
from keyturn.model.text import _

_ID, _SECRET, _TOKEN = "aws_access_key_id", "aws_secret_access_key", "aws_session_token"
_PROCESS = "credential_process"
_LONGEST_CHAIN = 8
_ROLE_SESSION = "keyturn"

# Asks a person for the six digits of the device with this serial number or ARN.
AskCode = Callable[[str], str]
# Runs the command line of a `credential_process`, and returns what it wrote.
RunProgram = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class ProfileFiles:
    """Where a person's profiles stand.

    Attributes:
        folder: `~/.aws`, with the caches of sessions.
    """

    credentials: Path
    config: Path
    folder: Path


@dataclass(frozen=True, slots=True)
class Person:
    """What of the person who named the profile is needed meanwhile.

    Attributes:
        now: the time of day, in UTC.
    """

    code: AskCode
    run: RunProgram
    now: Callable[[], datetime]


Settings = Mapping[str, str]


class Profiles:
    """The profiles of one person.

    Raises:
        FileError: `file.unparsable`, where a file cannot be understood.
    """

    def __init__(self, files: ProfileFiles) -> None:
        from botocore import configloader

        self.files = files
        self._credentials: dict[str, Settings] = _parsed(configloader.raw_config_parse, files.credentials)
        config = _parsed(configloader.load_config, files.config)
        self._config: dict[str, Settings] = config.get("profiles", {})
        self.sessions: Mapping[str, Settings] = config.get("sso_sessions", {})

    @property
    def names(self) -> tuple[str, ...]:
        """Every profile, once."""
        return tuple(dict.fromkeys([*self._config, *self._credentials]))

    def settings(self, name: str) -> Settings:
        """What counts for a profile; the credentials file comes first.

        Raises:
            UsageError: `signer.no-profile`.
        """
        if name not in self.names:
            known = ", ".join(self.names) or _("none")
            raise UsageError(
                _("There is no profile named {name}").format(name=name),
                _("{files} have these profiles: {known}.").format(
                    files=f"{self.files.credentials}, {self.files.config}", known=known
                ),
                code="signer.no-profile",
            )
        return {**self._config.get(name, {}), **self._credentials.get(name, {})}

    def in_credentials(self, name: str) -> Settings:
        """What the credentials file alone has of a profile."""
        return self._credentials.get(name, {})


def key_of_profile(aws: Aws, profiles: Profiles, name: str, person: Person) -> KeyPair:
    """Return the key that a profile leads to: its own, a session's that it takes, or what its program gives.

    Raises:
        UsageError: where there is no such profile, or it leads to no key that Keyturn may take.
        SessionNeeded: where its session ended, or never began.
        AwsError: where AWS refused, or could not be asked.
    """
    return _Following(aws, profiles, person, name).key_of(name, ())


class _Following:
    """Follows one profile to its key.

    Args:
        named: the profile that the person named; a program is run for no other one.
    """

    def __init__(self, aws: Aws, profiles: Profiles, person: Person, named: str) -> None:
        self._aws, self._profiles, self._person, self._named = aws, profiles, person, named

    def key_of(self, name: str, chain: Sequence[str]) -> KeyPair:
        settings = self._profiles.settings(name)
        if name in chain or len(chain) > _LONGEST_CHAIN:
            raise leads_nowhere(self._named, _("Its roles name each other as their source"))
        if "role_arn" in settings:
            return self._role(name, settings, chain)
        return self._own(name, settings)

    def _own(self, name: str, settings: Settings) -> KeyPair:
        """The key of a profile that takes no role, in botocore's order of the sources."""
        if "web_identity_token_file" in settings:
            raise leads_nowhere(name, _("It takes a web identity, which Keyturn does not"))
        if "sso_account_id" in settings or "sso_role_name" in settings:
            from keyturn.aws.sso_sessions import key_of_sso

            return key_of_sso(self._aws, self._profiles, name, settings, self._person.now())
        in_credentials = self._profiles.in_credentials(name)
        if _ID in in_credentials:
            return _static(name, in_credentials)
        if "login_session" in settings:
            from keyturn.aws.login_sessions import key_of_login

            return key_of_login(self._profiles.files.folder, name, settings["login_session"], self._person.now())
        if _PROCESS in settings:
            if name != self._named:
                said = _(
                    "Its source {source} asks a program for its key, and Keyturn runs one only for a profile that you "
                    "name"
                )
                raise leads_nowhere(self._named, said.format(source=name))
            from keyturn.aws.process_answers import key_of_process

            return key_of_process(name, self._person.run(settings[_PROCESS]), self._person.now())
        if _ID in settings:
            return _static(name, settings)
        raise leads_nowhere(name, _("It has no key, no role and no session"))

    def _role(self, name: str, settings: Settings, chain: Sequence[str]) -> KeyPair:
        source = settings.get("source_profile")
        if source is None:
            raise leads_nowhere(name, _("Its role has no source_profile, and Keyturn takes keys from no other source"))
        if source == name:
            # Only its own key, or the role would lead to itself (botocore, "source_profile" of itself).
            pair = _static(name, settings) if _ID in settings else self._own(name, settings)
        else:
            pair = self.key_of(source, (*chain, name))
        wanted: dict[str, Any] = {
            "RoleArn": settings["role_arn"],
            "RoleSessionName": settings.get("role_session_name", _ROLE_SESSION),
        }
        if "external_id" in settings:
            wanted["ExternalId"] = settings["external_id"]
        if settings.get("duration_seconds", "").isdecimal():
            wanted["DurationSeconds"] = int(settings["duration_seconds"])
        if "mfa_serial" in settings:
            wanted["SerialNumber"] = settings["mfa_serial"]
            wanted["TokenCode"] = self._person.code(settings["mfa_serial"])
        self._in_partition_of(settings["role_arn"], pair)
        # Once: a code of the device counts once.
        answer = self._aws.ask(pair, "sts", "AssumeRole", wanted, attempts=1, patient=False)
        session = session_pair(answer.get("Credentials") or {}, name)
        self._in_partition_of(settings["role_arn"], session)
        return session

    def _in_partition_of(self, role: str, pair: KeyPair) -> None:
        """Ask with this key where the role is: elsewhere AWS takes it for dead (facts/aws.md A1)."""
        partition = role.removeprefix("arn:").partition(":")[0]
        if partition.startswith("aws"):
            self._aws.remember_partition(pair.access_key_id, partition)


def _static(name: str, settings: Settings) -> KeyPair:
    try:
        key, secret = AccessKeyId(settings[_ID].strip()), Secret(settings[_SECRET].strip())
    except (KeyError, ValueError):
        raise leads_nowhere(name, _("Its key is not complete")) from None
    token = settings.get(_TOKEN, "").strip()
    return SessionPair(key, secret, Secret(token)) if token else KeyPair(key, secret)


def _parsed(parse: Callable[[str], Any], path: Path) -> Any:  # noqa: ANN401  (botocore has no types)
    from botocore import exceptions

    if not path.is_file():
        return {}
    try:
        return parse(str(path))
    except exceptions.BotoCoreError:
        raise FileError(
            _("{name} cannot be understood").format(name=path.name),
            _("{path} is not as AWS's own programs write it, so Keyturn takes no profile from it.").format(path=path),
            code="file.unparsable",
        ) from None
    except OSError as error:
        raise FileError(
            _("{name} cannot be read").format(name=path.name),
            _("{path}: {reason}.").format(path=path, reason=error.strerror or type(error).__name__),
            code="file.unreadable",
        ) from None
