"""`practice`: a whole rotation with the real commands, on a simulated account and a sample computer."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NoReturn

from keyturn.model.keys import KeyStatus
from keyturn.model.text import _
from keyturn.rotation.record import Rotation
from keyturn.terminal import changing, questions, reading
from keyturn.terminal.arguments import Arguments
from keyturn.terminal.command_session import Session
from keyturn.terminal.exits import Exit
from keyturn.terminal.interruption import interruptible, look_for_lost_interruptions
from keyturn.terminal.output import Output
from keyturn.terminal.screen import BLANK, Line, Piece, Tone, line
from keyturn_practice.ground import Ground, practice_ground, running_program
from keyturn_practice.timeline import HandClock

LABEL = "PRACTICE"
RENEW = "renew"  # the other tour
_LOOK_EVERY = 1.0  # seconds
_SPREADING = 60.0  # seconds after which every part of AWS knows that a key is off
# The commands that name the key; the others of the tour go by the rotation.
_OF_A_KEY = frozenset({"plan", "rotate"})


def practise(session: Session, output: Output) -> Exit:
    """Rehearse, or keep the account running for other commands."""
    labelled = Output(as_json=output.as_json, label=LABEL)
    clock = HandClock(session.clock.now())
    try:
        # SIGTERM ends a rehearsal as Ctrl-C does: what it made is cleaned away.
        with interruptible(signal.SIGTERM):
            if session.arguments.serve:
                _serve(labelled)
            if session.arguments.tour == RENEW:
                from keyturn.terminal.renewal_tour import RenewalTour

                with practice_ground(clock) as ground:
                    return RenewalTour(session, labelled, ground, clock).run()
            with practice_ground(clock) as ground, running_program(ground):
                return Rehearsal(session, labelled, ground, clock).run()
    except KeyboardInterrupt:
        labelled.notes.write(BLANK, line(_("Ended, and cleaned away. Nothing real was touched.")))
        return Exit.DONE if session.arguments.serve else Exit.FAILED


def _serve(output: Output) -> NoReturn:
    """Keep the account running until Ctrl-C or SIGTERM, both of which come as `KeyboardInterrupt`."""
    with practice_ground() as ground:
        buckets = ground.computer.bucket_options()
        output.document(
            {
                "practice": True,
                "endpoint_url": ground.account.url,
                "home": str(ground.computer.home),
                "state_dir": str(ground.state_dir),
                "console_url": ground.console_url,
                "options": list(ground.options),
                "bucket_options": list(buckets),
                "key": ground.old.access_key_id.value,
            }
        )
        rotate = ["rotate", ground.old.access_key_id.last4, *buckets, "--watch-days", "0", "--off-days", "0"]
        output.show(
            line(_("A simulated AWS account and a sample computer are ready. Nothing here is real."), Tone.HEADING),
            line(_("Any command reaches them with these options:")),
            line(" ".join(ground.options), Tone.COMMAND, indent=2, wraps=False),
            line(_("For example, in another terminal:")),
            *(
                line(" ".join(["keyturn", *words, *ground.options]), Tone.COMMAND, indent=2, wraps=False)
                for words in (["scan"], rotate)
            ),
            line(_("The page that stands in for the AWS console:")),
            line(ground.console_url, Tone.COMMAND, indent=2, wraps=False),
            line(_("Ctrl-C ends it and cleans everything away."), Tone.QUIET),
        )
        while True:
            look_for_lost_interruptions()
            threading.Event().wait(_LOOK_EVERY)


class _Quit(Exception):
    """The person has seen enough."""


class _Broken(Exception):
    """A command did not end as promised."""


@dataclass(frozen=True, slots=True)
class KeptPromise:
    """What was promised, and whether it is so."""

    sentence: str
    kept: bool


class Rehearsal:
    """The tour of a whole rotation; others go through other chapters with the same commands."""

    def __init__(self, session: Session, output: Output, ground: Ground, clock: HandClock) -> None:
        self._output = output
        self._ground = ground
        self._clock = clock
        self._pauses = questions.is_interactive() and not session.arguments.yes and not output.as_json
        self._chapter = 0
        self._traces = {bucket: ground.account.trace_of(bucket) for bucket in ground.account.buckets}
        self._arguments = Arguments(
            command=session.command.name,
            json=output.as_json,
            endpoint_url=ground.account.url,
            home=ground.computer.home,
            state_dir=ground.state_dir,
            secrets="file",
            yes=True,
            bucket=ground.computer.bucket_options()[1::2],
        )

    def run(self) -> Exit:
        """Go through all chapters, and read back whether everything ended as promised."""
        try:
            self._chapters()
        except _Quit:
            self._say(_("You stopped here. The sample computer and its account are cleaned away."))
            return Exit.DONE
        except _Broken as broken:
            self._output.page.write(BLANK, line(str(broken), Tone.BAD))
            self._output.document({"event": "result", "practice": True, "as_promised": False, "reason": str(broken)})
            return Exit.FAILED
        return self._judged()

    def _chapters(self) -> None:
        self._found()
        self._planned()
        self._rotated()
        self._restarted()
        self._turned_off()
        self._deleted()
        self._looked_again()

    def _found(self) -> None:
        self._open(
            _("What is here"),
            _(
                "Imagine this: nine years ago somebody set up the family's backups with the AWS root key. Now AWS "
                "wrote that it should be replaced. Nothing here is real: the account is simulated, and the computer "
                "is a temporary folder. First, which keys are here?"
            ),
        )
        self._run("scan", reading.scan)

    def _planned(self) -> None:
        self._open(
            _("What would happen"),
            _(
                "The plan shows every request to AWS and every change to a file before anything is done. Two of these "
                "programs name no bucket in their files, so the buckets are given with --bucket."
            ),
        )
        self._run("plan", reading.plan)

    def _rotated(self) -> None:
        self._open(
            _("A new key, proved and put in place"),
            _(
                "Now it is carried out. AWS takes some seconds to accept a new key everywhere; here the clock is moved "
                "instead of waited for. The old key stays on all the while."
            ),
        )
        self._run("rotate", changing.rotate, expected=Exit.WAITING)

    def _restarted(self) -> None:
        items = [item for item in self._awaited() if item.startswith("restart-")]
        if not items:
            return
        self._open(
            _("What only you can do"),
            _(
                "A program that runs all the time, here a stand-in for `rclone mount`, read the old key when it "
                "started and keeps it. You would restart it, and then tick it off. Here it is only ticked off."
            ),
        )
        for item in items:
            # A program that ended by itself meanwhile is no longer awaited.
            if item in self._awaited():
                self._run("done", changing.done, item=item)

    def _turned_off(self) -> None:
        self._clock.advance(timedelta(days=4).total_seconds())
        self._open(
            _("Four days later: the old key is turned off"),
            _(
                "The clock is moved by four days, and nothing used the old key. Turning it off is your own act, in "
                "the AWS console: so you know that you can sign in and turn it on again. Keyturn would ask whether "
                "any other computer, NAS or web server uses the key. In this rehearsal the console is not the real "
                "one but {address} ; press Deactivate there, or go on and it is pressed for you."
            ).format(address=self._ground.console_url),
        )
        self._pause()
        for item in self._awaited():
            if item.startswith("place-"):
                self._say(_("One thing awaited is a file that Keyturn does not edit. You looked at it; tick."))
                self._run("done", changing.done, item=item)
            if item.startswith("computer-"):
                self._say(_("Another computer backs up to one of the buckets. You looked at its key there; tick."))
                self._run("done", changing.done, item=item)
        if self._ground.account.status_of(self._ground.old.access_key_id) is KeyStatus.ACTIVE:
            self._ground.account.root_turn_off(self._ground.old.access_key_id)
        self._clock.advance(_SPREADING)
        self._run("turn-off", changing.turn_off)

    def _deleted(self) -> None:
        self._clock.advance(timedelta(days=8).total_seconds())
        self._open(
            _("Eight days later: the old key is deleted"),
            _(
                "The clock is moved again. No backup missed the old key while it was off. Up to here one command would "
                "have put everything back; deleting cannot be undone, so it wants the key's last four characters. The "
                "new key may not touch root keys, so the deleting itself happens in the console, too: press Delete "
                "at {address} , or go on and it is pressed for you."
            ).format(address=self._ground.console_url),
        )
        self._run("delete", changing.delete, expected=Exit.WAITING, confirm=self._ground.old.access_key_id.last4)
        self._pause()
        if self._ground.account.status_of(self._ground.old.access_key_id) is not None:
            self._ground.account.root_delete(self._ground.old.access_key_id)
        self._run("done", changing.done, item="delete", confirm=self._ground.old.access_key_id.last4)

    def _looked_again(self) -> None:
        self._open(
            _("What is here now"),
            _("Every program has the new key. What is left of the old one is a copy that opens nothing any more."),
        )
        self._run("scan", reading.scan)
        self._run("verify", reading.verify)

    def _judged(self) -> Exit:
        promises = self._promises()
        page = [BLANK, line(_("Read back from the account and the files"), Tone.HEADING)]
        marks = {True: ("✓", Tone.GOOD), False: ("✗", Tone.BAD)}
        for promise in promises:
            mark, tone = marks[promise.kept]
            page.append(Line((Piece(f"{mark} ", tone), Piece(promise.sentence)), hanging=2))
        kept = all(promise.kept for promise in promises)
        if kept:
            page += [BLANK, line(_("It ended as promised. For the real thing, begin with: keyturn scan"), Tone.HEADING)]
        else:
            page += [BLANK, line(_("It did not end as promised. Please report this to Keyturn's makers."), Tone.BAD)]
        self._output.show(*page)
        self._output.document(
            {
                "event": "result",
                "practice": True,
                "as_promised": kept,
                "promises": [{"promise": one.sentence, "kept": one.kept} for one in promises],
            }
        )
        return Exit.DONE if kept else Exit.FAILED

    def _promises(self) -> list[KeptPromise]:
        account, computer, old = self._ground.account, self._ground.computer, self._ground.old
        new = self._rotation().new_key
        edited = [path for path in computer.files if path != computer.root_key_csv]
        texts = [path.read_bytes().decode() for path in edited]
        secrets = (self._ground.state_dir / "secrets.json").read_text(encoding="utf-8")
        owners = {key.access_key_id: key.owner_arn for key in account.listed_keys()}
        scoped = new is not None and ":user/keyturn/" in owners.get(new, "")
        return [
            KeptPromise(_("The old root key is deleted."), account.status_of(old.access_key_id) is None),
            KeptPromise(
                _("Every program's file holds the new key, and none the old one."),
                new is not None
                and all(new.value in text for text in texts)
                and not any(old.access_key_id.value in text or old.secret.reveal() in text for text in texts),
            ),
            KeptPromise(_("The new key belongs to a user of its own, not to root."), scoped),
            KeptPromise(
                _("Nothing was left behind in the buckets, also not in those with versions and locks."),
                all(account.trace_of(bucket) == before for bucket, before in self._traces.items()),
            ),
            KeptPromise(_("Keyturn keeps no copy of the old secret."), old.secret.reveal() not in secrets),
        ]

    def _open(self, title: str, text: str) -> None:
        self._output.document({"event": "chapter", "practice": True, "title": title, "text": text})
        if self._chapter:
            self._pause()
        self._chapter += 1
        self._output.show(BLANK, line(f"{self._chapter}. {title}", Tone.HEADING), line(text), BLANK)

    def _pause(self) -> None:
        if self._pauses and not questions.goes_on(self._output, _("Enter goes on, q ends.")):
            raise _Quit

    def _say(self, text: str) -> None:
        self._output.show(line(text))

    def _run(
        self,
        name: str,
        command: Callable[[Session, Output], Exit],
        *,
        expected: Exit = Exit.DONE,
        item: str = "",
        confirm: str | None = None,
        words: Sequence[str] = (),
        more: Mapping[str, Any] | None = None,
    ) -> None:
        """Run one command, and show how it is typed.

        Args:
            words: what stands behind it besides, and `more`, what that means.
        """
        typed = ["keyturn", name, *([item] if item else []), *(["--confirm", confirm] if confirm else []), *words]
        arguments = self._arguments._replace(command=name, item=item, confirm=confirm, **(more or {}))
        if name in _OF_A_KEY:
            arguments = arguments._replace(key=self._ground.old.access_key_id.last4)
            typed += [arguments.key, *self._ground.computer.bucket_options()]
        self._output.show(line(f"$ {' '.join(typed)}", Tone.COMMAND, wraps=False))
        look_for_lost_interruptions()
        session = self._session(arguments)
        with closing(session):
            ended = command(session, self._output)
        self._output.show(BLANK)
        if ended is not expected:
            text = _("`keyturn {name}` ended with exit code {code} instead of {expected}. The practice ends here.")
            raise _Broken(text.format(name=name, code=int(ended), expected=int(expected)))

    def _session(self, arguments: Arguments) -> Session:
        session = Session(arguments, self._clock)
        # The folder is gone at the end, so commands to remember are shown without the options that lead to it.
        session.hints = ()
        session.before_exit = self._ground.remove
        return session

    def _rotation(self) -> Rotation:
        with closing(self._session(self._arguments)) as session:
            return session.rotations()[-1]

    def _awaited(self) -> list[str]:
        from keyturn.rotation.carrying_out.standing import standing

        with closing(self._session(self._arguments)) as session:
            rotation = session.rotations()[-1]
            return [one.item for one in standing(session.context(), rotation).awaiting if one.tickable]
