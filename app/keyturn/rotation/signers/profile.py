"""`--as profile:NAME`: a profile of the files that AWS's own programs share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from keyturn.aws.profiles import Person, ProfileFiles, Profiles, key_of_profile
from keyturn.clients.programs.aws_files import files_that_count
from keyturn.computer.named_program import run_named

if TYPE_CHECKING:
    from keyturn.model.keys import KeyPair
    from keyturn.rotation.context import Context

# Asks for the six digits that the device of this serial number or ARN shows now.
AskCode = Callable[[str], str]


def key_of_profile_named(context: Context, name: str, ask_code: AskCode) -> KeyPair:
    """Return the key that the profile leads to.

    Raises:
        UsageError: where there is no such profile, or it leads to no key that Keyturn may take.
        AppError: as `aws.profiles.key_of_profile` says.
    """
    computer = context.computer
    credentials, config = files_that_count(computer)
    files = ProfileFiles(credentials, config, computer.home / ".aws")
    person = Person(ask_code, lambda command: run_named(command, computer), context.clock.now)
    return key_of_profile(context.aws, Profiles(files), name, person)
