"""Giving a key a name: kept here, and written into a tag of its user at AWS, where AWS lets it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from keyturn.aws import scoped_user
from keyturn.clients.served import asking_profiles
from keyturn.model.errors import AppError, UsageError
from keyturn.model.key_names import KeyName, flaw_of_key_name
from keyturn.model.keys import AccessKeyId
from keyturn.model.text import _
from keyturn.rotation.context import Context
from keyturn.rotation.finding.survey import FoundKey
from keyturn.rotation.key_life.key_versions import NamedKey, key_named, named_keys
from keyturn.state import stored_key_names
from keyturn.state.stored_key_names import FirstKey


@dataclass(frozen=True, slots=True)
class NamingResult:
    """What came of naming a key.

    Attributes:
        kept: its pair is in Keyturn's keychain, from which it can be handed out.
        untold: why the name stands in no tag at AWS; None where it does.
        out_of_reach: why its pair is not in the keychain; None where it is, or was not to be.
    """

    name: KeyName
    key: AccessKeyId
    kept: bool
    untold: AppError | None
    out_of_reach: AppError | None


def give_name(context: Context, found: FoundKey, text: str, *, keep: bool) -> NamingResult:
    """Name a key. Naming it again in the same way does what could not be done before.

    Args:
        keep: put its pair, as it stands where it was found, into the keychain.

    Raises:
        UsageError: where it is no name, another key has it, or the key has another one.
        StateError, StoreError: where the keychain or Keyturn's folder fails; the key has no name then.
    """
    key, folder = found.key.access_key_id, context.folder
    name = expect_free_name(context, key, text)
    pair = found.pair
    out_of_reach = None
    if keep and pair is not None:
        context.secrets.keep(pair)
    elif keep:
        out_of_reach = found.failure or _no_pair(key)
    kept = context.secrets.get(key) is not None if keep else False
    names = dict(stored_key_names.load(folder))
    first = names.get(name, FirstKey(key, context.clock.now(), seen=pair is not None))
    stored_key_names.save(folder, {**names, name: first})
    untold = _tell_aws(context, found, name)
    if first.tagged is not (untold is None):
        stored_key_names.save(folder, {**names, name: replace(first, tagged=untold is None)})
    return NamingResult(name, key, kept, untold, None if kept else out_of_reach)


def expect_free_name(context: Context, key: AccessKeyId, text: str) -> KeyName:
    """See that the key may be called so, or is already, and return the name.

    Raises:
        UsageError: where it is no name, another key has it, or the key has another one.
        StateError: where names or journal cannot be read.
    """
    folder = context.folder
    flaw = flaw_of_key_name(text.strip())
    if flaw is not None:
        raise UsageError(
            _("“{text}” is not the name of a key").format(text=text),
            _("{flaw} Nothing was changed.").format(flaw=flaw),
            code="usage.name",
        )
    name = KeyName(text.strip())
    for one in named_keys(folder, context.journal):
        if one.name == name and one.current.key != key:
            raise UsageError(
                _("{name} is the name of another key").format(name=name),
                _(
                    "It is {key} now. Choose another name, or take this one away with `keyturn name --off {name}`."
                ).format(key=one.current.key.masked, name=name),
                code="usage.name",
            )
        if one.name != name and key in one.keys:
            raise UsageError(
                _("{key} has a name already: {name}").format(key=key.masked, name=one.name),
                _("Programs may ask for it by that. `keyturn name --off {name}` takes it away.").format(name=one.name),
                code="usage.name",
            )
    return name


def take_name(context: Context, text: str) -> NamedKey:
    """Forget a name, and return what it meant. The key, its tag at AWS and its pair in the keychain stay.

    Raises:
        UsageError: where no key has the name, or a profile asks for it.
        FileError: where a file that may ask for it cannot be understood.
    """
    folder = context.folder
    named = key_named(folder, text, context.journal)
    asking = [one for one in asking_profiles(context.computer) if one.asked.name == named.name.value]
    if asking:
        raise UsageError(
            _("The profile “{profile}” asks for {name}").format(profile=asking[0].profile, name=named.name),
            _("Without the name it would get no key. Look into {path}. Nothing was changed.").format(
                path=asking[0].path
            ),
            code="name.asked-for",
        )
    names = {name: first for name, first in stored_key_names.load(folder).items() if name != named.name}
    stored_key_names.save(folder, names)
    return named


def _tell_aws(context: Context, found: FoundKey, name: KeyName) -> AppError | None:
    """Write the name into a tag of the key's user, or return why it is not there."""
    owner, pair = found.key.owner, found.pair
    if pair is None or owner is None:
        return found.failure or _no_pair(found.key.access_key_id)
    if owner.user_name is None:
        return AppError(
            _("Only IAM users have tags"),
            _("This key belongs to another kind of owner, so its name is known on this computer alone."),
            code="name.no-user",
        )
    try:
        scoped_user.tag_user(context.aws, pair, owner.user_name, {scoped_user.NAME_TAG: name.value})
    except AppError as error:
        return error
    return None


def _no_pair(key: AccessKeyId) -> AppError:
    return AppError(
        _("AWS could not be asked with {key}").format(key=key.masked),
        _("No place on this computer has a secret of it that AWS accepts."),
        code="key.no-pair",
    )
