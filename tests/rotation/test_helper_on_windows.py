"""A profile on Windows asks Keyturn by a line that each program splits alike."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath

import pytest

from keyturn.clients.served_commands import asked_of_keyturn
from keyturn.computer.computer import Computer, Platform
from keyturn.edits.asking_lines import asking
from keyturn.model.errors import UsageError
from keyturn.model.key_names import KeyName
from keyturn.rotation.key_life.helper import Helper, helper_for
from keyturn.rotation.location import Location

_FILE = Path("credentials")
_PAIR = b"[nas]\r\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\r\naws_secret_access_key = made-up\r\n"


def test_the_line_has_no_character_that_somebody_takes_for_an_escape() -> None:
    program = PureWindowsPath(r"C:\Users\Anna\AppData\Local\Programs\Keyturn\keyturn.exe")
    command = Helper(program, (), needs_session=True).command(KeyName("/backup/nas"))
    assert command == "C:/Users/Anna/AppData/Local/Programs/Keyturn/keyturn.exe credentials /backup/nas"
    asking(_PAIR, "nas", command, _FILE)  # a ValueError, where not every reader splits it alike
    asked = asked_of_keyturn(command)
    assert asked is not None
    assert (asked.program, asked.name) == (program.as_posix(), "/backup/nas")
    # The installer proposes the short name of a folder with a blank in it.
    asking(_PAIR, "nas", command.replace("Anna", "ANNAMU~1"), _FILE)
    for word in (str(program), "~/keyturn"):
        with pytest.raises(ValueError, match="alike"):
            asking(_PAIR, "nas", f"{word} credentials /backup/nas", _FILE)


def test_the_installed_program_is_taken_and_a_blank_in_its_path_is_told(tmp_path: Path) -> None:
    computer = Computer(Platform.WINDOWS, tmp_path, {}, is_this_one=False)
    for name in ("keyturn.exe", "two words/keyturn.exe"):
        program = tmp_path / name
        program.parent.mkdir(exist_ok=True)
        program.touch(mode=0o755)
    assert helper_for(Location(), computer, tmp_path, tmp_path / "keyturn.exe").program.name == "keyturn.exe"
    with pytest.raises(UsageError, match="folder without blanks") as refused:
        helper_for(Location(), computer, tmp_path, tmp_path / "two words" / "keyturn.exe")
    assert refused.value.code == "helper.path"
    assert "ln -s" not in refused.value.message
