"""Windows: a task of the person's own, registered from its XML form (Microsoft, "Task Scheduler Schema").

It runs in the person's session, where the keychain is open, and as soon as possible where a run was missed.
"""

from __future__ import annotations

import subprocess
from contextlib import suppress
from pathlib import Path
from xml.sax.saxutils import escape

from keyturn.computer.private_files import replace_private_file
from keyturn.model.text import _
from keyturn.reminders.schedulers.scheduler import Commands, ScheduledJob, failed, not_ours, went_well

_MARK = "<Source>Keyturn</Source>"
_NO_SUCH_TASK = 1


class ScheduledTask:
    """The task.

    Args:
        folder: Keyturn's own; the task's XML form stands there for as long as it is registered.
    """

    def __init__(self, folder: Path, commands: Commands) -> None:
        self._folder = folder
        self._commands = commands

    def set(self, job: ScheduledJob) -> None:
        """Register the task, in place of the one before."""
        again = ("/F",) if self._expect_ours(job.name) else ()
        path = self._folder / f"{job.name}.xml"
        try:
            replace_private_file(path, task_text(job).encode("utf-16"))
        except OSError as error:
            raise failed(f"{path}: {error.strerror}") from error
        made = self._commands.run("schtasks", "/Create", "/TN", job.name, "/XML", str(path), *again)
        with suppress(OSError):
            path.unlink()
        if not went_well(made):
            raise failed(_("The Task Scheduler did not take the task {name}").format(name=job.name))

    def remove(self, name: str) -> None:
        """Remove the task."""
        if self._expect_ours(name) and not went_well(self._commands.run("schtasks", "/Delete", "/TN", name, "/F")):
            raise failed(_("The Task Scheduler did not remove the task {name}").format(name=name))

    def advice(self, name: str) -> tuple[str, ...]:
        """When it runs."""
        return (_("It runs while you are signed in; a run that was missed is made up then."),)

    def _expect_ours(self, name: str) -> bool:
        known = self._commands.run("schtasks", "/Query", "/TN", name, "/XML")
        if known is None or known.exit_code is None:
            raise failed(_("The Task Scheduler does not answer"))
        if known.exit_code == _NO_SUCH_TASK:
            return False  # and where it is one that may not be seen, it is not replaced without /F
        # Some systems tell it in UTF-16, which is read here as if it were not.
        if _MARK not in known.output.replace("\0", ""):
            raise not_ours(_("The task {name}").format(name=name))
        return True


def task_text(job: ScheduledJob) -> str:
    """The task's XML form."""
    # A day on which no trigger was yet; the time of day is all that counts.
    triggers = "".join(
        f"    <CalendarTrigger>\n      <StartBoundary>2020-01-01T{one:%H:%M}:00</StartBoundary>\n"
        "      <ScheduleByDay>\n        <DaysInterval>1</DaysInterval>\n      </ScheduleByDay>\n"
        "    </CalendarTrigger>\n"
        for one in job.times
    )
    program, arguments = job.command[0], subprocess.list2cmdline(job.command[1:])
    return (
        '<?xml version="1.0" encoding="UTF-16"?>\n'
        '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">\n'
        f"  <RegistrationInfo>\n    {_MARK}\n    <Description>Keyturn renews the access keys that are due. "
        "`keyturn renew --off` removes this task.</Description>\n  </RegistrationInfo>\n"
        f"  <Triggers>\n{triggers}  </Triggers>\n"
        '  <Principals>\n    <Principal id="Author">\n      <LogonType>InteractiveToken</LogonType>\n'
        "      <RunLevel>LeastPrivilege</RunLevel>\n    </Principal>\n  </Principals>\n"
        "  <Settings>\n    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>\n"
        "    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>\n"
        "    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>\n"
        "    <StartWhenAvailable>true</StartWhenAvailable>\n"
        "    <RunOnlyIfNetworkAvailable>true</RunOnlyIfNetworkAvailable>\n"
        "    <ExecutionTimeLimit>PT4H</ExecutionTimeLimit>\n  </Settings>\n"
        f'  <Actions Context="Author">\n    <Exec>\n      <Command>{escape(program)}</Command>\n'
        f"      <Arguments>{escape(arguments)}</Arguments>\n    </Exec>\n  </Actions>\n"
        "</Task>\n"
    )
