"""The program's entrance: `keyturn`, or `python -m keyturn`."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command that was typed, and return its exit code."""
    arguments = sys.argv[1:]
    # Answered before anything else is imported: whoever asks only for the version should not wait for a parser.
    if arguments[:1] == ["--version"]:
        from keyturn import __version__

        sys.stdout.write(f"keyturn {__version__}\n")
        return 0
    from keyturn.terminal.start import run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
