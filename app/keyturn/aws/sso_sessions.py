"""A profile of IAM Identity Center: the session that `aws sso login` keeps in its cache gives the key of a role.

Source: AWS SDKs and Tools Reference Guide, "IAM Identity Center credential provider"; the files are botocore's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from keyturn.aws.profile_answers import SessionNeeded, end_of, leads_nowhere, session_pair
from keyturn.aws.profiles import Profiles, Settings
from keyturn.aws.session import Aws
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import Secret, SessionPair
from keyturn.model.text import _

_NEEDED = ("sso_start_url", "sso_region", "sso_account_id", "sso_role_name")


def key_of_sso(aws: Aws, profiles: Profiles, name: str, settings: Settings, now: datetime) -> SessionPair:
    """Return the key of the profile's role.

    Args:
        now: the time of day, in UTC.

    Raises:
        UsageError: where the profile is not complete.
        SessionNeeded: where nobody is signed in, or not any more.
        AwsError: where it could not be asked, or the role is not the person's.
    """
    wanted = _with_session(profiles, name, settings)
    command = f"aws sso login --profile {name}"
    token = _cached_token(profiles, wanted, now)
    if token is None:
        raise SessionNeeded(name, command)
    parameters = {
        "roleName": wanted["sso_role_name"],
        "accountId": wanted["sso_account_id"],
        "accessToken": token.reveal(),
    }
    try:
        answer = aws.ask_unsigned("sso", "GetRoleCredentials", parameters, region=wanted["sso_region"])
    except AwsError as error:
        if error.aws_code != "UnauthorizedException" and error.fault is not AwsFault.TEMPORARY_KEY:
            raise
        raise SessionNeeded(name, command) from None
    given = answer.get("roleCredentials") or {}
    members = {f"{member[:1].upper()}{member[1:]}": value for member, value in given.items()}
    return session_pair(members, name)


def _with_session(profiles: Profiles, name: str, settings: Settings) -> Settings:
    """The profile's settings, with those of the `sso-session` that it names."""
    session = settings.get("sso_session")
    if session is not None and session not in profiles.sessions:
        raise leads_nowhere(name, _("It names the sso-session {session}, which is not there").format(session=session))
    whole: Mapping[str, str] = {**(profiles.sessions[session] if session is not None else {}), **settings}
    missing = [one for one in _NEEDED if one not in whole]
    if missing:
        raise leads_nowhere(name, _("It lacks {names}").format(names=", ".join(missing)))
    return whole


def _cached_token(profiles: Profiles, wanted: Settings, now: datetime) -> Secret | None:
    """What `aws sso login` kept; None where there is nothing, or it is over."""
    from botocore.exceptions import SSOTokenLoadError
    from botocore.utils import JSONFileCache, SSOTokenLoader

    cache = JSONFileCache(working_dir=str(profiles.files.folder / "sso" / "cache"))
    try:
        kept = SSOTokenLoader(cache)(wanted["sso_start_url"], wanted.get("sso_session"))
        token, ends = Secret(str(kept["accessToken"])), end_of(kept["expiresAt"])
    except (SSOTokenLoadError, ValueError):
        return None
    return token if ends is not None and ends > now else None
