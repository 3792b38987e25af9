"""Where there is nothing but cron: some lines in the person's own timetable (crontab(5)), between two that mark them.

cron makes up nothing that was missed, so it starts Keyturn every hour: where nothing is due, that does nothing.
"""

from __future__ import annotations

import re
import shlex

from keyturn.computer.programs import OUTPUT_LIMIT
from keyturn.model.text import _
from keyturn.reminders.schedulers.scheduler import Commands, ScheduledJob, failed, went_well

# What `crontab -l` says where the person has no timetable yet: cronie and Debian's, busybox.
_NONE_YET = re.compile(r"no crontab for|can't open|No such file", re.IGNORECASE)


class CronLines:
    """The marked lines of the timetable."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    def set(self, job: ScheduledJob) -> None:
        """Put the lines at the end, in place of those before."""
        if any("\n" in word for word in job.command):
            raise failed(_("cron cannot start a command with a line break"))
        before = self._timetable()
        self._write(f"{_without(before, job.name)}{cron_lines(job)}", before)

    def remove(self, name: str) -> None:
        """Take the lines out; all others stay as they are."""
        before = self._timetable()
        self._write(_without(before, name), before)

    def advice(self, name: str) -> tuple[str, ...]:
        """That cron has no session."""
        return (
            _(
                "cron starts it every hour, without a session: the keychain is not to be reached from there, so it "
                "takes --secrets file."
            ),
        )

    def _timetable(self) -> str:
        listed = self._commands.run("crontab", "-l", with_errors=False)
        if listed is None:
            raise failed(_("The program crontab is not there"))
        text = listed.output
        if listed.exit_code == 0:
            # Whatever would not come back as it was is not written.
            if "\N{REPLACEMENT CHARACTER}" in text or len(text.encode()) >= OUTPUT_LIMIT:
                raise failed(_("Your timetable of cron is too long, or no text in UTF-8"))
            return text if not text or text.endswith("\n") else f"{text}\n"
        said = self._commands.run("crontab", "-l")
        if said is not None and _NONE_YET.search(said.output):
            return ""
        reason = "?" if said is None else said.output.strip()
        raise failed(_("Your timetable of cron cannot be read: {reason}").format(reason=reason))

    def _write(self, timetable: str, before: str) -> None:
        if timetable == before:
            return
        if not went_well(self._commands.run("crontab", "-", stdin=timetable.encode() or b"\n")):
            raise failed(_("cron did not take the timetable"))


def cron_lines(job: ScheduledJob) -> str:
    """The lines of one job, each hour at its minutes."""
    command = " ".join(shlex.quote(word) for word in job.command).replace("%", r"\%")
    minutes = ",".join(str(minute) for minute in sorted({one.minute for one in job.times}))
    begin, end = _marks(job.name)
    return f"{begin}\n{minutes} * * * * {command} >/dev/null 2>&1\n{end}\n"


def _without(timetable: str, name: str) -> str:
    begin, end = (re.escape(mark) for mark in _marks(name))
    return re.sub(rf"^{begin}\n(?:.*\n)*?{end}\n", "", timetable, flags=re.MULTILINE)


def _marks(name: str) -> tuple[str, str]:
    return f"# {name}: begin (written by Keyturn; `keyturn renew --off` removes it)", f"# {name}: end"
