"""What has to be done after a change is found by reading each unit once, however many files were changed."""

from __future__ import annotations

from pathlib import Path

from keyturn.clients.readings import Readings
from keyturn.clients.variables.variable_readers import after_change_of_variables
from keyturn.computer.computer import Computer


def test_units_are_read_once_however_many_files_are_asked_about(tmp_path: Path) -> None:
    units = tmp_path / ".config" / "systemd" / "user"
    units.mkdir(parents=True)
    files = [tmp_path / f"{number}.env" for number in range(5)]
    for number, file in enumerate(files):
        file.write_text("AWS_ACCESS_KEY_ID=AKIAMADEUPFORCHECKS5\n")
        (units / f"backup-{number}.service").write_text(f"[Service]\nEnvironmentFile={file}\nExecStart=/bin/true\n")
    computer, readings = Computer.at(tmp_path, "linux"), Readings()

    first = after_change_of_variables(computer, files[0], readings)
    for unit in units.iterdir():
        unit.unlink()
    others = [after_change_of_variables(computer, file, readings) for file in files[1:]]

    assert first is not None and "backup-0.service" in first.steps[0]
    for number, one in enumerate(others, start=1):
        assert one is not None and f"backup-{number}.service" in one.steps[0]
    assert after_change_of_variables(computer, files[0]) is None, "without what was read before, the disk tells"
