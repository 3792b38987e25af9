"""The one place where it is chosen what starts Keyturn once a day."""

from __future__ import annotations

from pathlib import Path

from keyturn.computer.computer import Computer, Platform
from keyturn.computer.programs import find_program
from keyturn.reminders.schedulers.scheduler import Scheduler, SystemCommands

# sd_booted(3): systemd looks after this computer.
_BOOTED = Path("/run/systemd/system")


def scheduler_of(computer: Computer, folder: Path) -> Scheduler | None:
    """How this computer's system does it; None where nothing on it starts programs by the clock, or it is another's.

    Args:
        folder: Keyturn's own.
    """
    if not computer.is_this_one:
        return None
    commands = SystemCommands(computer)
    match computer.platform:
        case Platform.LINUX:
            has_cron = find_program("crontab", computer) is not None
            if _BOOTED.is_dir() or (not has_cron and find_program("systemctl", computer) is not None):
                from keyturn.reminders.schedulers.systemd_timer import SystemdTimer

                return SystemdTimer(computer, commands)
            if has_cron:
                from keyturn.reminders.schedulers.cron_lines import CronLines

                return CronLines(commands)
            return None
        case Platform.MACOS:
            from keyturn.reminders.schedulers.launchd_agent import CalendarAgent

            return CalendarAgent(computer, commands)
        case Platform.WINDOWS:
            from keyturn.reminders.schedulers.scheduled_task import ScheduledTask

            return ScheduledTask(folder, commands)
