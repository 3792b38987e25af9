"""The command `keeper`: the IAM user that may renew keys for this computer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyturn.model.errors import UsageError
from keyturn.model.text import _
from keyturn.state import keeper as memory
from keyturn.terminal import questions
from keyturn.terminal.command_session import Session
from keyturn.terminal.exits import Exit
from keyturn.terminal.output import Output
from keyturn.terminal.screen import BLANK, Tone, bullet, line

if TYPE_CHECKING:
    from keyturn.rotation.context import Context
    from keyturn.state.keeper import Keeper


def keeper(session: Session, output: Output) -> Exit:
    """Show, make, adopt or remove."""
    arguments = session.arguments
    if arguments.users and arguments.action != "adopt":
        raise UsageError(
            _("Only `keeper adopt` takes users"),
            _("Leave out {users}. Nothing was changed.").format(users=", ".join(arguments.users)),
            code="usage.arguments",
        )
    if arguments.action == "show":
        return _show(session.context(), output, memory.load(session.folder))
    if not arguments.yes:
        questions.require_a_person()
    with session.alone():
        match arguments.action:
            case "make":
                return _make(session, output)
            case "adopt":
                return _adopt(session, output)
            case _:
                return _remove(session, output)


def _make(session: Session, output: Output) -> Exit:
    from keyturn.rotation.key_life import keepers

    context = session.context()
    maker = keepers.expect_maker(context.signer)
    itself = session.arguments.renews_itself
    said = keepers.explained(None, context.secrets.whereabouts(), renews_itself=itself)
    if not _agreed(session, output, said, _("Make the keeper?")):
        return _not_agreed(output)
    with output.notes.busy(_("Making the keeper…")):
        made = keepers.make(context, maker, renews_itself=itself)
    return _show(context, output, made)


def _adopt(session: Session, output: Output) -> Exit:
    from keyturn.rotation.key_life import keepers

    names = session.arguments.users
    if not names:
        raise UsageError(
            _("Which users is the keeper to look after?"),
            _("Name them: keyturn keeper adopt USER… --as WHO. Nothing was changed."),
            code="usage.arguments",
        )
    context = session.context()
    maker = keepers.expect_maker(context.signer)
    said = _("Anyone who has the keeper's key can then make a key for {names} as well.").format(names=", ".join(names))
    if not _agreed(session, output, (said,), _("Let the keeper look after them?")):
        return _not_agreed(output)
    with output.notes.busy(_("Looking what they may do…")):
        changed = keepers.adopt(context, maker, names, even_if_powerful=session.arguments.even_if_powerful)
    return _show(context, output, changed)


def _remove(session: Session, output: Output) -> Exit:
    from keyturn.reminders.renewal_job import schedule
    from keyturn.reminders.renewal_standing import read_standings
    from keyturn.rotation.key_life import keepers

    context = session.context()
    maker = keepers.expect_maker(context.signer)
    if not _agreed(session, output, (), _("Remove the keeper? What it renews by itself stops.")):
        return _not_agreed(output)
    with output.notes.busy(_("Removing the keeper…")):
        known = memory.load(session.folder)
        keepers.remove(context, maker)
    if known is not None and known.schedule is not None:
        schedule(session, [one.renewal for one in read_standings(session)])
    return _show(context, output, None)


def _agreed(session: Session, output: Output, sentences: tuple[str, ...], question: str) -> bool:
    """Say what it means; with `--yes` that is enough."""
    screen = output.notes if output.as_json else output.page
    screen.write(*(line(one) for one in sentences), *([BLANK] if sentences else []))
    return session.arguments.yes or questions.agrees(output, question)


def _not_agreed(output: Output) -> Exit:
    output.document({"keeper": None, "problem": None})
    output.page.write(line(_("Nothing was done about the keeper.")))
    return Exit.WAITING


def _show(context: Context, output: Output, found: Keeper | None) -> Exit:
    from keyturn.rotation.key_life import keepers

    output.document({"keeper": None if found is None else _of_keeper(found, context)})
    if found is None:
        none = line(_("This computer has no keeper."), Tone.HEADING)
        output.show(none, line(_("`keyturn keeper make --as WHO` makes one; `keyturn keeper -h` says what it is.")))
        return Exit.DONE
    output.show(
        line(_("{user} is this computer's keeper.").format(user=found.arn), Tone.HEADING),
        *(bullet(one) for one in keepers.explained(found, context.secrets.whereabouts())),
        *(line(one, Tone.ATTENTION) for one in _open(found)),
    )
    return Exit.DONE


def _open(found: Keeper) -> list[str]:
    """What was begun and is not done."""
    if found.removing:
        return [_("Its removal was begun: `keyturn keeper remove --as WHO` ends it.")]
    if found.key is None:
        return [_("It was begun and is not whole: `keyturn keeper make --as WHO` finishes it.")]
    if found.old_key is not None:
        return [_("Its key was being renewed: `keyturn renew --now keeper --as WHO` deletes the old one.")]
    if found.unsent:
        return [_("Its rights were being changed: `keyturn keeper make --as WHO` sends them again.")]
    return []


def _of_keeper(found: Keeper, context: Context) -> dict[str, Any]:
    from keyturn.rotation.key_life.keepers import policy_of

    state = "removing" if found.removing else "made" if found.is_usable and not found.unsent else "unfinished"
    return {
        "user_name": found.user_name,
        "arn": found.arn,
        "account": found.account,
        "access_key_id": None if found.key is None else found.key.value,
        "made": None if found.made is None else found.made.isoformat(),
        "adopted": list(found.adopted),
        "state": state,
        "secret": context.secrets.whereabouts(),
        "renews_itself": found.renews_itself,
        "policy": policy_of(found).as_json(),
    }
