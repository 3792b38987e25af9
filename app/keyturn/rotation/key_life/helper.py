"""Keyturn as the program that a profile asks for its key: the line, and the proof that who asks gets the key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from keyturn.aws.process_answers import key_of_process
from keyturn.computer.computer import Platform
from keyturn.computer.named_program import answer_of_our_own, person_environment
from keyturn.computer.own_account import own_account
from keyturn.computer.own_program import NAME, can_be_started, is_lasting, own_program
from keyturn.computer.shells import quoted
from keyturn.computer.stable_link import leads_to, link_place
from keyturn.edits.asking_lines import PLAIN
from keyturn.model.errors import AppError, ClientError, UsageError
from keyturn.model.key_names import KeyName
from keyturn.model.keys import KeyPair
from keyturn.model.text import _
from keyturn.rotation.context import Context
from keyturn.rotation.location import Location
from keyturn.state.secrets_kind import SecretsKind

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

# Where the state folder is without an option (XDG Base Directory, 0.8); programs started elsewhere lack it.
_STATE_HOME = "XDG_STATE_HOME"
# What cron gives a job (crontab(5)): no session, and so no keychain.
_BARE_PATH = "/usr/bin:/bin"
# What a unit of the system is given that names no `User=`: not even a home (facts/credential-helper.md 4.8).
_OF_SYSTEM_UNIT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}


@dataclass(frozen=True, slots=True)
class Helper:
    """The program that profiles ask.

    Attributes:
        options: what leads it to this Keyturn's memory.
        needs_session: it takes the key from a keychain, which only a person's session opens.
    """

    program: PurePath
    options: tuple[str, ...]
    needs_session: bool

    def command(self, name: KeyName) -> str:
        """What stands behind `credential_process`.

        With slashes on Windows, too, which it takes for its own: who splits the line may take those for escapes.
        """
        return " ".join((self.program.as_posix(), "credentials", name.value, *self.options))

    def prove(self, context: Context, name: KeyName, pair: KeyPair) -> None:
        """See that anyone who asks in a job's own environment gets this very pair.

        Raises:
            AppError: where they do not.
        """
        environments = {_("as it is started from your session"): person_environment(context.computer)}
        # Windows starts nothing without its own variables, and its jobs run in a session.
        if not self.needs_session and context.computer.platform is not Platform.WINDOWS:
            environments[_("as a job is started that has no session")] = _bare(context.computer)
            if own_account() == "root":
                environments[_("as a unit of the system is started")] = _OF_SYSTEM_UNIT
        for how, environment in environments.items():
            command = self.command(name)
            try:
                answer = answer_of_our_own(command.split(" "), environment)
            except ClientError as error:
                text = _("{message} It was asked {how}: {command} No file was changed.")
                message = text.format(message=error.message, how=how, command=command)
                raise ClientError(error.title, message, code=error.code) from None
            if key_of_process(NAME, answer, context.clock.now()) != pair:
                raise AppError(
                    _("Keyturn does not hand out {key} under {name}").format(key=pair.access_key_id.masked, name=name),
                    _("Started as a program starts it, it gave another key. No file was changed."),
                    code="helper.another-key",
                )


def helper_for(location: Location, computer: Computer, folder: Path, named: Path | None) -> Helper:
    """The helper for this Keyturn.

    Args:
        folder: Keyturn's own.
        named: the program that the person named; None for the one that runs.

    Raises:
        UsageError: where profiles cannot ask it.
    """
    if location.secrets is SecretsKind.MEMORY:
        raise UsageError(
            _("In memory no key outlives this program"),
            _("Leave --secrets memory out: a key that stands in no file has to be kept. Nothing was changed."),
            code="helper.memory",
        )
    program = named.expanduser() if named is not None else _own_or_link(computer)
    flaw = flaw_of_program(program, named=named is not None)
    if flaw:
        raise UsageError(
            _("No profile can ask {path} for a key").format(path=program),
            _("{flaw} {what_to_do} Nothing was changed.").format(flaw=flaw, what_to_do=_what_to_do(program, computer)),
            code="helper.path",
        )
    options: tuple[str, ...] = ()
    if location.state_dir is not None or computer.environment.get(_STATE_HOME):
        options += ("--state-dir", folder.as_posix())
    if location.secrets is not location.usual_secrets:
        options += ("--secrets", location.secrets.value)
    if not all(PLAIN.fullmatch(word) for word in options):
        raise UsageError(
            _("No profile can name the folder {path}").format(path=folder),
            _("Programs split that line at blanks. Choose another folder with --state-dir. Nothing was changed."),
            code="helper.path",
        )
    return Helper(program, options, needs_session=location.secrets is SecretsKind.KEYRING)


def _own_or_link(computer: Computer) -> Path:
    """This very Keyturn, by its own path, or by the link to it that `setup` made."""
    program, link = own_program(), link_place(computer.home)
    plain = not flaw_of_program(program, named=False)
    return link if not plain and leads_to(link, program) and is_lasting(program) else program


def flaw_of_program(program: Path, *, named: bool, by_link: bool = False, is_there: bool = True) -> str:
    """Why programs cannot ask it, in a sentence; empty where they can.

    Args:
        named: the person named it, and so knows that it lasts.
        by_link: it is started by another path, so that its own may have blanks.
        is_there: False for one that is still to be made.
    """
    if not program.is_absolute():
        return _("The path has to be a whole one.")
    if program.name not in {NAME, f"{NAME}.exe"}:
        return _("It has to be called {name}, or Keyturn would not know the line again.").format(name=NAME)
    if not by_link and PLAIN.fullmatch(program.as_posix()) is None:
        # facts/credential-helper.md 3: minio-go splits at blanks and knows no quotes.
        return _("It has a blank or another character in it at which programs split that line.")
    if not named and not is_lasting(program):
        return _("It lies among temporary files, and may be gone tomorrow.")
    if is_there and not can_be_started(program):
        return _("There is no such program.")
    return ""


def _what_to_do(program: Path, computer: Computer) -> str:
    if computer.platform is Platform.WINDOWS:
        return _("Install Keyturn into a folder without blanks, and name its keyturn.exe: --program.")
    link = _("Put a link where it lasts, such as “ln -s {program} ~/.local/bin/keyturn”, and name that: --program.")
    if is_lasting(program):
        link = _(
            "`keyturn setup` makes a link; or make one yourself, such as “ln -s {program} ~/.local/bin/keyturn”, and "
            "name that: --program."
        )
    return link.format(program=quoted(str(program), computer.platform))


def _bare(computer: Computer) -> Mapping[str, str]:
    """What a job has that nobody's session starts."""
    return {"HOME": str(computer.home), "PATH": _BARE_PATH, "SHELL": "/bin/sh"}
