"""A key's name that was typed where a key or a rotation is meant: looked up once, before any command begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn.model.errors import UsageError
from keyturn.model.key_names import is_like_a_name
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.terminal.arguments import Arguments
    from keyturn.terminal.command_session import Session


def with_names_looked_up(session: Session) -> Arguments:
    """What was typed, with the ID of the key that is current now, and with the newest rotation of a key, for its name.

    Raises:
        UsageError: where no key has the name, or no rotation is about it.
        StateError: where Keyturn's memory does not tell.
    """
    arguments = session.arguments
    if is_like_a_name(arguments.key):
        arguments = arguments._replace(key=_named(session, arguments.key).current.key.value)
    if is_like_a_name(arguments.account_key):
        arguments = arguments._replace(account_key=_named(session, arguments.account_key).current.key.value)
    if arguments.rotation is not None and is_like_a_name(arguments.rotation):
        arguments = arguments._replace(rotation=_rotation(session, arguments.rotation))
    return arguments


def _rotation(session: Session, text: str) -> str:
    named = _named(session, text)
    about = [one for one in session.rotations() if {one.decision.key, one.new_key} & named.keys]
    under_way = [one for one in about if not one.is_over]
    if not about:
        raise UsageError(
            _("No rotation is about {name}").format(name=named.name),
            _("Nothing was changed. `keyturn rotate {name}` begins one.").format(name=named.name),
            code="usage.rotation",
        )
    return (under_way or about)[-1].name


if TYPE_CHECKING:
    from keyturn.rotation.key_life.key_versions import NamedKey


def _named(session: Session, text: str) -> NamedKey:
    from keyturn.rotation.key_life.key_versions import key_named  # where a name was typed

    return key_named(session.folder, text)
