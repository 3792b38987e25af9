"""The one way to set up, run and test Keyturn: `python3 packaging/dev.py --help`."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  (an older Python must be able to read this far)
    sys.exit(
        "Keyturn needs Python 3.11 or newer, and this is Python %d.%d. " % sys.version_info[:2]  # noqa: UP031
        + "Start dev.py with a newer one, for example: python3.11 packaging/dev.py"
    )

import commands  # written for Python 3.11, so only after the check

if __name__ == "__main__":
    sys.exit(commands.main(sys.argv[1:]))
