"""The few settings that Keyturn writes into a file of its own for a program's own check (see `own_check`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from keyturn.clients.endpoints import store_url
from keyturn.model.errors import ClientError
from keyturn.model.keys import KeyPair, Secret
from keyturn.model.late_patterns import pattern
from keyturn.model.places import Place
from keyturn.model.text import _

# What every grammar of INI files reads as it stands there: nothing that quotes, refers, or ends a line.
_PLAIN = pattern(r"[^\x00-\x1f\x7f\"'`$\\#;\ufffd]*")


def endpoint_of(place: Place) -> str | None:
    """Return the place's endpoint, written so that no two programs read it differently; None means Amazon's own.

    Raises:
        ClientError: `place.address`, where it names none that a request could be sent to.
    """
    return None if place.endpoint is None else store_url(place)


def taken_over(settings: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Return those settings that are known by name and have a value that every grammar reads as it stands."""
    return {name: settings[name] for name in names if settings.get(name) and _is_plain(settings[name])}


def left_out(settings: Mapping[str, str], names: Iterable[str], ways: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the names of settings that would matter and are not taken over; see `OwnCheck.left_out`.

    Args:
        names: as of `taken_over`.
        ways: settings that are never taken over, by which the program may go another way.
    """
    unfit = (name for name in names if settings.get(name) and not _is_plain(settings[name]))
    return (*unfit, *(name for name in ways if settings.get(name)))


def ini_file(section: str, settings: Mapping[str, str | None], program: str) -> Secret:
    """Return an INI file of one section; what is None is left out.

    Raises:
        ClientError: `check.value`, where a value could be read differently from how it is meant.
    """
    given = {name: value for name, value in settings.items() if value is not None}
    if not all(map(_is_plain, (section, *given.values()))):
        raise ClientError(
            _("{program} is not asked").format(program=program),
            _(
                "A setting that its own check would need holds characters that Keyturn does not hand on. The key was "
                "proved without it; its backups go on as they are."
            ),
            code="check.value",
        )
    return Secret("".join([f"[{section}]\n", *(f"{name} = {value}\n" for name, value in given.items())]))


def credentials_file(pair: KeyPair, token: str | None = None) -> Secret:
    """Return AWS's credentials file with the one pair; raises as `ini_file` does."""
    settings = {
        "aws_access_key_id": pair.access_key_id.value,
        "aws_secret_access_key": pair.secret.reveal(),
        "aws_session_token": token,
    }
    return ini_file("default", settings, "AWS")


def _is_plain(text: str) -> bool:
    return _PLAIN.fullmatch(text) is not None and text == text.strip()
