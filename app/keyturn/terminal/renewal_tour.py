"""`practice --tour renew`: the life of a key, on the simulated account and a clock that is moved."""

from __future__ import annotations

from datetime import time, timedelta
from functools import cached_property
from pathlib import Path

from keyturn.computer.computer import Platform
from keyturn.computer.own_program import own_program
from keyturn.computer.stable_link import make_link
from keyturn.edits.asking_lines import PLAIN
from keyturn.model.keys import AccessKeyId
from keyturn.model.text import _
from keyturn.rotation.key_life.helper import flaw_of_program
from keyturn.rotation.signers.who import Who
from keyturn.terminal import changing, keeping, reading, renewing
from keyturn.terminal.exits import Exit
from keyturn.terminal.practising import KeptPromise, Rehearsal

_EVERY_DAYS = 90


class RenewalTour(Rehearsal):
    """A new key in no file where that can be, a keeper, and the first renewal without anybody."""

    _before_renewal: bytes = b""
    _first_new: AccessKeyId | None = None

    def _chapters(self) -> None:
        self._found()
        self._moved()
        self._kept()
        self._turned_off()
        self._deleted()
        self._set()
        self._renewed()

    @cached_property
    def _helper(self) -> Path | None:
        """The program that profiles are to ask, by a link of the rehearsal's own if its path has a blank.

        None elsewhere than on Linux, where that was not tried, and where no path does for it.
        """
        if self._ground.computer.platform is not Platform.LINUX or not PLAIN.fullmatch(
            self._ground.state_dir.as_posix()
        ):
            return None
        program = own_program()
        if not flaw_of_program(program, named=True):
            return program
        if flaw_of_program(program, named=True, by_link=True):
            return None
        link = self._ground.folder / "bin" / program.name
        make_link(link, program)
        return link

    def _moved(self) -> None:
        self._open(
            _("A new key, in as few files as can be"),
            _(
                "With --into keychain, what can ask for a key does that from now on, and holds no secret; every other "
                "place gets the new pair as always."
            )
            if self._helper
            else _("A new key is made, proved and put in place."),
        )
        words = ("--into", "keychain", "--by-me") if self._helper else ()
        more = {"into": "keychain", "by_me": True, "helper": self._helper} if self._helper else None
        self._run("rotate", changing.rotate, expected=Exit.WAITING, words=words, more=more)
        self._first_new = self._rotation().new_key

    def _kept(self) -> None:
        old = self._ground.old.access_key_id.last4
        self._open(
            _("Who renews it later"),
            _(
                "The new key may only back up: it may not even ask AWS how old it is. A keeper may: an IAM user that "
                "makes and deletes the keys of Keyturn's users, and nothing else. The old key can make it while on."
            ),
        )
        who = f"key:{old}"
        more = {"action": "make", "who": Who.parsed(who)}
        self._run("keeper", keeping.keeper, words=("make", "--as", who), more=more)

    def _set(self) -> None:
        key = self._current()
        self._open(
            _("From now on it renews itself"),
            _(
                "Every 90 days, at three in the morning, signed by the keeper. On a real computer its own scheduler "
                "starts Keyturn for that once a day; here its runs are typed."
            ),
        )
        words = (key.last4, "--every", "90", "--at", "03:00", "--delete", "--as", "keeper")
        more = {
            "key": key.last4,
            "every": _EVERY_DAYS,
            "at": time(3, 0),
            "deletes": True,
            "renewed_by": Who.parsed("keeper"),
        }
        self._run("renew", renewing.renew, words=words, more=more)

    def _renewed(self) -> None:
        self._before_renewal = self._ground.computer.aws_credentials.read_bytes()
        self._clock.advance(timedelta(days=_EVERY_DAYS).total_seconds())
        self._open(
            _("Three months later, with nobody there"),
            _(
                "The clock is moved by 90 days. The run of that night makes a new key, proves it and puts it in place. "
                "What asks for its key stays as it is."
            ),
        )
        self._run("renew", renewing.renew, words=("--due",), more={"due": True})
        for item in self._awaited():
            self._say(_("A program or computer that only you can look at: you looked; tick."))
            self._run("done", changing.done, item=item)
        for days, what in (
            (4, _("Four days later nothing has used the old key: the run of that night turns it off.")),
            (8, _("And eight days after that, if nothing missed it, another one deletes it.")),
        ):
            self._clock.advance(timedelta(days=days).total_seconds())
            self._say(what)
            self._run("renew", renewing.renew, words=("--due",), more={"due": True})
        self._run("renew", renewing.renew, words=("--list",), more={"list": True})
        self._run("verify", reading.verify)

    def _promises(self) -> list[KeptPromise]:
        account, first = self._ground.account, self._first_new
        new = self._current()
        works = {one.access_key_id for one in account.listed_keys() if "keyturn-keeper" not in one.owner_arn}
        return [
            KeptPromise(_("The root key is deleted."), account.status_of(self._ground.old.access_key_id) is None),
            KeptPromise(
                _("The key that took its place was renewed by itself, and is deleted, too."),
                first is not None and first != new and account.status_of(first) is None,
            ),
            KeptPromise(_("There is one key, and no other."), works == {new}),
            KeptPromise(
                _("The renewal changed nothing in the profiles that ask for it."),
                self._helper is None or self._ground.computer.aws_credentials.read_bytes() == self._before_renewal,
            ),
            KeptPromise(
                _("Nothing was left behind in the buckets, also not in those with versions and locks."),
                all(account.trace_of(bucket) == before for bucket, before in self._traces.items()),
            ),
        ]

    def _current(self) -> AccessKeyId:
        """The key that is in use now."""
        new = self._rotation().new_key
        if new is None:
            raise ValueError("a rotation that came so far made a key")
        return new
