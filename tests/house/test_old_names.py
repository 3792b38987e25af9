"""Scripts that were written when a module stood elsewhere go on."""

from __future__ import annotations

import subprocess
import sys


def test_a_module_by_its_old_name_is_the_same_module() -> None:
    script = (
        "from keyturn.practice.identities import Status as by_old_name\n"
        "from keyturn.practice import timeline\n"
        "import keyturn.practice.timeline, keyturn_practice.identities, keyturn_practice.timeline\n"
        "print(by_old_name is keyturn_practice.identities.Status, timeline is keyturn_practice.timeline,\n"
        "      timeline.__spec__.name)\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout == "True True keyturn_practice.timeline\n"


def test_a_client_by_its_old_name_is_the_same_module() -> None:
    script = (
        "from keyturn.clients import duplicity_targets\n"
        "from keyturn.clients.client import Client as by_old_name\n"
        "import keyturn.clients.rclone\n"
        "import keyturn.clients.interface, keyturn.clients.programs.duplicity_targets\n"
        "print(duplicity_targets is keyturn.clients.programs.duplicity_targets,\n"
        "      by_old_name is keyturn.clients.interface.Client, keyturn.clients.rclone.__name__)\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout == "True True keyturn.clients.programs.rclone\n"


def test_a_client_that_there_is_not_is_missed() -> None:
    result = subprocess.run([sys.executable, "-c", "import keyturn.clients.none"], capture_output=True, text=True)
    assert result.returncode == 1
    assert "ModuleNotFoundError: No module named 'keyturn.clients.none'" in result.stderr


def test_a_module_that_there_is_not_is_missed_by_its_new_name() -> None:
    result = subprocess.run([sys.executable, "-c", "import keyturn.practice.none"], capture_output=True, text=True)
    assert result.returncode == 1
    assert "ModuleNotFoundError: No module named 'keyturn_practice.none'" in result.stderr


def test_no_program_is_imported_by_an_old_name() -> None:
    """Programs are imported by names that no type checker sees."""
    script = (
        "import importlib, sys\n"
        "from keyturn.clients import entries, registry\n"
        "from keyturn.model.old_names import MovedModules\n"
        "sys.meta_path[:] = [one for one in sys.meta_path if not isinstance(one, MovedModules)]\n"
        "for entry in (*entries.PROGRAMS, *entries.SYSTEMS_AND_TEXTS):\n"
        "    entry.load()\n"
        "for reader in registry._READERS.values():\n"
        "    importlib.import_module('keyturn.clients.' + reader.args[0])\n"
        "print('done')\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "done\n"), result.stderr
