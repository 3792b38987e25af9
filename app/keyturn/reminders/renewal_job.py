"""The entry of the system's scheduler that follows what is set: one for each memory of Keyturn's, or none."""

from __future__ import annotations

from collections.abc import Sequence

from keyturn.model.text import _
from keyturn.reminders.renewal_days import minutes_later, started_at
from keyturn.reminders.schedulers.scheduler import ScheduledJob, job_name
from keyturn.reminders.schedulers.scheduler_choice import scheduler_of
from keyturn.reminders.started_program import window_program
from keyturn.rotation import labels
from keyturn.rotation.workplace import Workplace
from keyturn.state.renewals import Renewal


def schedule(workplace: Workplace, renewals: Sequence[Renewal]) -> None:
    """Have the system start Keyturn when one of these is due; where there is none, not any more.

    Raises:
        StoreError: `schedule.failed`, where that cannot be changed.
    """
    scheduler = scheduler_of(workplace.computer, workplace.folder)
    options = workplace.location.options
    if scheduler is None:
        return
    if not renewals:
        scheduler.remove(job_name(options))
        return
    name = workplace.computer.name
    times = {started_at(one.at, minutes_later(name, one.first_key)) for one in renewals}
    scheduler.set(
        ScheduledJob(job_name(options), (*window_program(), "renew", "--due", *options), tuple(sorted(times)))
    )


def advice(workplace: Workplace) -> tuple[str, ...]:
    """What people have to know of how it is started, in sentences."""
    scheduler = scheduler_of(workplace.computer, workplace.folder)
    if scheduler is not None:
        return scheduler.advice(job_name(workplace.location.options))
    command = labels.command(workplace.location.options, "renew", "--due")
    return (_("Nothing starts it here by itself. Have this started once a day: {command}").format(command=command),)
