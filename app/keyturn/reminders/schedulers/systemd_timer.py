"""Linux with systemd: a timer and a service of the person's own (systemd.timer(5), systemd.service(5)).

Both are written and enabled as `systemctl --user enable` does it, so that they are there at the next sign-in, too,
where no manager of the person's runs now.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from keyturn.computer.computer import Computer
from keyturn.computer.private_files import replace_private_file
from keyturn.model.text import _
from keyturn.reminders.schedulers.scheduler import Commands, ScheduledJob, expect_ours, failed, not_ours, went_well

_MARK = "# Written by Keyturn; `keyturn renew --off` removes it.\n"
_LINGERING = Path("/var/lib/systemd/linger")
_WANTS = "timers.target.wants"
# systemd.syntax(7), "Quoting": how these are written within quotes.
_ESCAPED = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "%": "%%"})


class SystemdTimer:
    """The two files, and the link that enables the timer.

    Attributes:
        folder: where the person's units are.
    """

    def __init__(self, computer: Computer, commands: Commands) -> None:
        self.folder = computer.xdg_config_home / "systemd" / "user"
        self._commands = commands

    def set(self, job: ScheduledJob) -> None:
        """Write both, enable the timer, and start it where the manager runs."""
        for path in self._files(job.name):
            expect_ours(path, _MARK.encode())
        link = self._link(job.name)
        if os.path.lexists(link) and not self._is_own_link(link):
            raise not_ours(str(link))
        service, timer = self._files(job.name)
        try:
            link.parent.mkdir(parents=True, exist_ok=True)
            replace_private_file(service, service_text(job.command))
            replace_private_file(timer, timer_text(job))
            if not os.path.lexists(link):
                link.symlink_to(timer)
        except (OSError, ValueError) as error:
            raise failed(f"{self.folder}: {getattr(error, 'strerror', None) or error}") from error
        self._control("daemon-reload")
        self._control("restart", timer.name)

    def remove(self, name: str) -> None:
        """Stop the timer, and remove all three."""
        files = [path for path in self._files(name) if expect_ours(path, _MARK.encode())]
        link = self._link(name)
        if not files and not os.path.lexists(link):
            return
        timer = self._files(name)[1]
        self._control("stop", timer.name)
        # When it last ran; a timer of this name that is made later is not to take that for a missed run.
        self._control("clean", "--what=state", timer.name)
        try:
            for path in (*([link] if self._is_own_link(link) else []), *files):
                path.unlink(missing_ok=True)
        except OSError as error:
            raise failed(f"{self.folder}: {error.strerror}") from error
        self._control("daemon-reload")

    def advice(self, name: str) -> tuple[str, ...]:
        """Whether the timer runs now, and also while nobody is signed in."""
        if not self._control("is-active", "--quiet", self._files(name)[1].name):
            return (
                _(
                    "Its timer is in place; your manager of systemd does not run now, so it begins when you sign in to "
                    "this computer the next time."
                ),
            )
        if _lingers():
            return (
                _(
                    "It also runs while nobody is signed in. The keychain is locked then: such a run makes nothing, "
                    "and the next one tries again."
                ),
            )
        return (
            _(
                "It runs while you are signed in; a run that was missed is made up when you sign in. `loginctl "
                "enable-linger` has it run without you, too; but then the keychain is locked, so it takes --secrets "
                "file."
            ),
        )

    def _files(self, name: str) -> tuple[Path, Path]:
        return self.folder / f"{name}.service", self.folder / f"{name}.timer"

    def _link(self, name: str) -> Path:
        return self.folder / _WANTS / f"{name}.timer"

    def _is_own_link(self, link: Path) -> bool:
        with suppress(OSError):
            return link.readlink() == self.folder / link.name
        return False

    def _control(self, *arguments: str) -> bool:
        return went_well(self._commands.run("systemctl", "--user", *arguments))


def _lingers() -> bool:
    """Return whether the person's manager runs while they are not signed in (`loginctl enable-linger`)."""
    import pwd  # Linux alone

    try:
        return (_LINGERING / pwd.getpwuid(os.getuid()).pw_name).exists()
    except (KeyError, OSError):
        return False


def service_text(command: Sequence[str]) -> str:
    """The service that is started."""
    return (
        f"{_MARK}[Unit]\n"
        "Description=Keyturn renews the access keys that are due\n"
        "\n"
        "[Service]\n"
        "Type=oneshot\n"
        # The colon: a dollar sign in a path is one.
        f"ExecStart=:{' '.join(_quoted(word) for word in command)}\n"
        # What stands in the way was told, and is tried again.
        "SuccessExitStatus=3 5\n"
    )


def timer_text(job: ScheduledJob) -> str:
    """The timer that starts it."""
    times = "".join(f"OnCalendar=*-*-* {one:%H:%M}:00\n" for one in job.times)
    return (
        f"{_MARK}[Unit]\n"
        "Description=When Keyturn looks whether an access key is due\n"
        "\n"
        "[Timer]\n"
        f"{times}"
        "Persistent=true\n"
        "\n"
        "[Install]\n"
        "WantedBy=timers.target\n"
    )


def _quoted(word: str) -> str:
    return f'"{word.translate(_ESCAPED)}"'
