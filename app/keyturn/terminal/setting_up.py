"""The command `setup`: a path by which programs can start this Keyturn, where its own does not do for that."""

from __future__ import annotations

from pathlib import Path

from keyturn.computer.computer import Platform
from keyturn.computer.own_program import own_program
from keyturn.computer.stable_link import link_place, make_link
from keyturn.model.errors import UsageError
from keyturn.model.text import _
from keyturn.rotation.key_life.helper import flaw_of_program
from keyturn.terminal.command_session import Session
from keyturn.terminal.exits import Exit
from keyturn.terminal.output import Output
from keyturn.terminal.screen import Tone, line


def set_up(session: Session, output: Output) -> Exit:
    """Make the link, unless the program's own path does."""
    program = own_program()
    flaw = flaw_of_program(program, named=False)
    if not flaw and session.arguments.link is None:
        output.document({"program": str(program), "leads_to": None, "made": False})
        output.show(line(_("Programs can start {path} as it is; nothing was changed.").format(path=program), Tone.GOOD))
        return Exit.DONE
    link = _link(session, program)
    made = make_link(link, program)
    output.document({"program": str(link), "leads_to": str(program), "made": made})
    text = _("{link} starts this Keyturn from now on.") if made else _("{link} starts this Keyturn already.")
    output.show(
        line(text.format(link=link), Tone.GOOD),
        line(_use_of(session, link), Tone.QUIET),
    )
    return Exit.DONE


def _use_of(session: Session, link: Path) -> str:
    if link == link_place(session.computer.home):
        return _("`keyturn move` and `rotate --into keychain` name it where programs ask for a key.")
    return _("Name it where programs are to ask for a key: keyturn move KEY --into keychain --program {link}").format(
        link=link
    )


def _link(session: Session, program: Path) -> Path:
    """Where the link is to stand.

    Raises:
        UsageError: where no link would help.
    """
    computer = session.computer
    if computer.platform is Platform.WINDOWS or not computer.is_this_one:
        raise UsageError(
            _("A link helps on this computer's own Linux or macOS alone"),
            _("On Windows install Keyturn into a folder without blanks. Nothing was changed."),
            code="setup.system",
        )
    link = link_place(computer.home) if session.arguments.link is None else session.arguments.link.expanduser()
    # The program itself has to stay where it is, and the link needs what the program's path lacks.
    flaw = flaw_of_program(program, named=False, by_link=True) or flaw_of_program(link, named=True, is_there=False)
    if flaw:
        raise UsageError(
            _("No link at {link} would help").format(link=link),
            _("{program}: {flaw} Nothing was changed.").format(program=program, flaw=flaw),
            code="setup.no-help",
        )
    return link
