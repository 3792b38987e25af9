"""The walk through the whole account, which goes on while its page is left: with many users it takes half an hour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from keyturn.desktop.signing import Signing
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.desktop.account_rows import AccountRow
    from keyturn.desktop.account_work import AccountsSeen, Walked
    from keyturn.desktop.runner import CodeWanted, Desk, Runner, Task
    from keyturn.model.errors import AppError
    from keyturn.rotation.finding.survey import Survey
    from keyturn.rotation.finding.whole_account import AccountKey


class AccountWalk(QObject):
    """What one window saw of its accounts so far.

    Attributes:
        met: some more keys; their rows.
        ended: it is over, well or not.
        changed: a key is another one by now; the `AccountKey` as it was, and its row, or None where it is gone.
        signing: who looks.
        rows: the keys that were met.
        users: how many users were looked at.
        seen: the whole of it; None before the first walk ended.
        failure: why it could not be made.
    """

    met = Signal(object)
    ended = Signal()
    changed = Signal(object, object)

    def __init__(self, runner: Runner, owner: QObject) -> None:
        super().__init__(owner)
        self._runner = runner
        self._task: Task | None = None
        self.signing = Signing()
        self.rows: list[AccountRow] = []
        self.users = 0
        self.seen: AccountsSeen | None = None
        self.failure: AppError | None = None

    @property
    def is_on(self) -> bool:
        """True while it goes on."""
        return self._task is not None

    def begin(self, survey: Survey, asked: Callable[[CodeWanted], None]) -> None:
        """Look at every user, from the first.

        Args:
            asked: asks the person for the code of an MFA device.
        """
        self.forget()
        signing = self.signing

        def work(desk: Desk) -> AccountsSeen:
            from keyturn.desktop.account_work import look_at_accounts  # and with it the way to AWS

            return look_at_accounts(desk, signing, survey)

        self._task = self._runner.read(
            self,
            work,
            done=self._end,
            failed=self._fail,
            given=self._meet,
            asked=asked,
            doing=_("asking about the whole account"),
        )

    def forget(self) -> None:
        """Know nothing of any account."""
        self.rows, self.users, self.seen, self.failure = [], 0, None, None

    def end_early(self) -> None:
        """Let it stop at the next user; what was seen stays."""
        if self._task is not None:
            self._task.cancel()

    def put(self, old: AccountKey, new: AccountRow | None) -> None:
        """Know a key as it is after a change; None where it is gone."""

        def put_in(rows: list[AccountRow]) -> list[AccountRow]:
            key = old.key.access_key_id
            kept = [row if row.one.key.access_key_id != key else new for row in rows]
            return [row for row in kept if row is not None]

        self.rows = put_in(self.rows)
        if self.seen is not None:
            keys = {row.one.key.access_key_id: row.one for row in self.rows}
            accounts = tuple(
                replace(
                    one,
                    keys=tuple(keys[key.key.access_key_id] for key in one.keys if key.key.access_key_id in keys),
                )
                for one in self.seen.survey.accounts
            )
            survey = replace(self.seen.survey, accounts=accounts)
            self.seen = replace(self.seen, survey=survey, rows=tuple(self.rows))
        self.changed.emit(old, new)

    def _meet(self, walked: Walked) -> None:
        self.users = walked.users
        self.rows += walked.rows
        self.met.emit(walked.rows)

    def _end(self, seen: AccountsSeen) -> None:
        self._task = None
        self.seen, self.rows = seen, list(seen.rows)
        self.ended.emit()

    def _fail(self, error: AppError) -> None:
        self._task = None
        self.failure = error
        self.signing.forget()  # a session that ended is opened anew the next time
        self.ended.emit()
