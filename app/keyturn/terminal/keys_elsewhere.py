"""`--key`: what a command has to know of a key that is not on this computer, and the new pair for it that is shown."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from keyturn.model.errors import UsageError
from keyturn.model.text import _, printable, shown
from keyturn.rotation.key_life import handing_over, key_elsewhere
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Step
from keyturn.terminal.exits import Exit
from keyturn.terminal.screen import BLANK, Tone, line

if TYPE_CHECKING:
    from keyturn.rotation.steps import Result
    from keyturn.terminal.arguments import Arguments
    from keyturn.terminal.command_session import Session
    from keyturn.terminal.output import Output

# What is for a key on this computer alone, by its name in `Arguments`.
_OF_KEYS_HERE = {
    "rotation": "ROTATION",
    "by": "--by",
    "pair": "--pair",
    "route": "--route",
    "only": "--only",
    "leave_out": "--leave-out",
    "other_buckets": "--other-buckets",
    "edit_text": "--edit-text",
    "append_only": "--append-only",
    "prefix_only": "--prefix-only",
    "user_name": "--user-name",
    "into": "--into",
    "helper": "--program",
    "by_me": "--by-me",
}


def expect_fitting(arguments: Arguments) -> None:
    """Raise `UsageError` where something was typed that says nothing about a key that is not here."""
    typed = [option for name, option in _OF_KEYS_HERE.items() if getattr(arguments, name)]
    if typed:
        raise UsageError(
            _("--key names the key, and somebody else signs"),
            _("Leave this out, which is for keys on this computer: {options}. Nothing was changed.").format(
                options=", ".join(typed)
            ),
            code="usage.arguments",
        )
    if arguments.show_secret and arguments.json:
        raise UsageError(
            _("--show-secret is for people"),
            _("JSON never holds the secret: leave --json or --show-secret out. Nothing was changed."),
            code="usage.arguments",
        )


def found(session: Session, output: Output) -> key_elsewhere.KeyElsewhere | Rotation:
    """The key that `--key` names and `--confirm` repeats; raises as `key_elsewhere.find`."""
    with output.notes.busy(_("Asking AWS whose key it is…")) as show:
        return key_elsewhere.find(session.context(), wanted(session.arguments), _users_told(show))


def wanted(arguments: Arguments) -> key_elsewhere.Wanted:
    """Which key is meant, and its days."""
    return key_elsewhere.Wanted(arguments.account_key, arguments.confirm, arguments.watch_days, arguments.off_days)


def receiver(arguments: Arguments) -> handing_over.Receiver:
    """Who gets the new one."""
    return handing_over.Receiver(arguments.also, arguments.bucket)


def plan(session: Session, output: Output) -> Exit:
    """Show what `rotate --key` would do, and change nothing."""
    from keyturn.terminal.plan_page import plan_page

    arguments = session.arguments
    expect_fitting(arguments)
    with output.notes.busy(_("Asking AWS whose key it is…")) as show:
        meant = key_elsewhere.look_up(session.context(), arguments.account_key, _users_told(show))
    if isinstance(meant, Rotation):
        raise UsageError(
            _("A rotation of {key} is under way").format(key=meant.decision.key.masked),
            _("It is {name}: `keyturn status` shows how it stands. Nothing was changed.").format(name=meant.name),
            code="rotation.under-way",
        )
    made = handing_over.plan(session.context(), meant, wanted(arguments), receiver(arguments))
    output.document(made.as_json())
    words = [arguments.account_key, "--confirm", made.key.last4]
    words += [word for name in arguments.also for word in ("--also", name)]
    words += [word for name in arguments.bucket for word in ("--bucket", name)]
    home, hints = session.computer.home, session.hints
    output.show(*plan_page(made, home=home, options=hints, name="--key", again=words, asks=False))
    return Exit.WAITING if made.closed else Exit.DONE


def show_new_pair(session: Session, output: Output, result: Result) -> None:
    """Show the new pair to the person who asked for it, once it works and may be given away."""
    new = result.new_access_key_id
    if new is None or result.step not in {Step.WATCH, Step.TURN_OFF}:
        return
    pair = session.context().secrets.get(new)
    if pair is None:
        return
    output.show(BLANK, line(_("The new key, as you asked to see it. It stays in Keyturn's keychain."), Tone.HEADING))
    # In one piece, past whatever else shows or keeps lines.
    sys.stdout.write(f"  {shown(pair.access_key_id.value)}\n  {printable(pair.secret.reveal())}\n")
    sys.stdout.flush()


def _users_told(show: Callable[[str], None]) -> key_elsewhere.Progress:
    return lambda users: show(_("Looking through the account: {count} users…").format(count=users))
