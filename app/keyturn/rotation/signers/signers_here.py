"""Who could make the change on this computer: what `--as` would take, each with what it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyturn.aws.profiles import ProfileFiles, Profiles, Settings
from keyturn.clients.programs.aws_files import files_that_count
from keyturn.model.errors import AppError, UsageError
from keyturn.model.text import _
from keyturn.rotation.signers.found_key import all_pairs
from keyturn.rotation.signers.sign_in import PROFILE, official_cli
from keyturn.rotation.signers.who import THE_KEY, IdentityKind, Who
from keyturn.state import keeper as memory

if TYPE_CHECKING:
    from keyturn.model.keys import AccessKeyId
    from keyturn.rotation.context import Context


@dataclass(frozen=True, slots=True)
class SignerHere:
    """One who could make it; whether AWS lets them is seen when they are asked.

    Attributes:
        title: what a person calls them.
        about: what Keyturn would do to sign as them; may be empty.
    """

    who: Who
    title: str
    about: str = ""


def signers_here(context: Context, key: AccessKeyId | None) -> tuple[SignerHere, ...]:
    """Everybody who could make a change of `key`; that key itself first. AWS is not asked, and no program is run but
    the official AWS CLI for its version.

    Args:
        key: None where a whole account is asked about, which the keys that were found here may do.
    """
    found = [SignerHere(THE_KEY, _("The keys of the change itself"), _("Nothing to choose: what is usual."))]
    if key is None:
        found = [SignerHere(THE_KEY, _("The keys that were found here"), _("Each in its account; a root key first."))]
    found += _keeper(context)
    found += _profiles(context, key)
    ids = dict.fromkeys(pair.access_key_id for pair in all_pairs(context))
    found += [
        SignerHere(
            Who(IdentityKind.OTHER_KEY, one.value),
            _("Another key here, {key}").format(key=one.masked),
            _("Its pair stands on this computer."),
        )
        for one in ids
        if one != key
    ]
    try:
        official_cli()
    except UsageError:
        return tuple(found)  # without it nobody can sign in so
    about = _("The AWS CLI opens AWS's page; it keeps the session for some hours.")
    return (*found, SignerHere(Who(IdentityKind.SIGN_IN), _("You, signed in by the browser"), about))


def _keeper(context: Context) -> Iterator[SignerHere]:
    try:
        kept = memory.load(context.folder)
    except AppError:
        return
    if kept is not None and kept.key is not None and not kept.removing:
        about = _("A second key that can do only this. It is never in a file.")
        yield SignerHere(Who(IdentityKind.KEEPER), _("The keeper in your keychain"), about)


def _profiles(context: Context, key: AccessKeyId | None) -> Iterator[SignerHere]:
    credentials, config = files_that_count(context.computer)
    try:
        profiles = Profiles(ProfileFiles(credentials, config, context.computer.home / ".aws"))
    except AppError:
        return  # anyone who names one of them is told why
    for name in profiles.names:
        settings = profiles.settings(name)
        about = _of_profile(settings)
        is_the_key = key is not None and settings.get("aws_access_key_id", "").strip() == key.value
        if name == PROFILE or is_the_key or not about:
            continue
        yield SignerHere(Who(IdentityKind.PROFILE, name), _("Profile {name}").format(name=name), about)


def _of_profile(settings: Settings) -> str:
    """How its key is had; empty where it has none that Keyturn takes."""
    if "role_arn" in settings:
        role = settings["role_arn"].rpartition("/")[2]
        if "mfa_serial" in settings:
            return _("It takes the role {role}, and asks for a code of your MFA device.").format(role=role)
        return _("It takes the role {role}.").format(role=role)
    if "sso_account_id" in settings or "login_session" in settings:
        return _("It has a session, for which you signed in with the AWS CLI.")
    if "aws_access_key_id" in settings:
        return _("It has a key of its own.")
    if "credential_process" in settings:
        return _("It starts a program that gives its key: {command}").format(command=settings["credential_process"])
    return ""
