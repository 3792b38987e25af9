"""The program's entrance: `keyturn`, or `python -m keyturn`."""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # as `typing` has it, which takes longer to import than the version to tell
if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyturn.computer.clock import Clock
    from keyturn.rotation.location import Location


_STOPPED = 4  # ARCHITECTURE.md, "Exit codes"


def main() -> int:
    """Run the command that was typed, and return its exit code; what nobody foresaw is told in a sentence."""
    try:
        return _main(sys.argv[1:])
    except Exception as error:
        _tell(error)
        return _STOPPED


def _tell(error: Exception) -> None:
    """Say that Keyturn made a mistake, also where a part of it cannot be imported."""
    from contextlib import suppress

    said, document = f"Keyturn made a mistake and stopped: {type(error).__name__}", ""
    with suppress(Exception):  # these are the last words; the first ones have to do
        import json

        from keyturn.rotation.mistakes import how_it_stands, mistake

        problem = mistake(error, standing=how_it_stands(), doing=" ".join(sys.argv[1:2]) or "keyturn")
        said = f"{problem.title}\n{problem.message}\n({problem.code})"
        told = {"code": problem.code, "title": problem.title, "message": problem.message}
        document = json.dumps({"event": "result", "rotation": None, "problem": told})
    as_json = "--json" in sys.argv[1:] and bool(document)
    stream = sys.stdout if as_json else sys.stderr
    if stream is not None:  # None where it was closed
        with suppress(OSError):
            stream.write(f"{document if as_json else said}\n")


def _main(arguments: Sequence[str]) -> int:
    # Answered before anything else is imported: anyone who asks only for the version should not wait for a parser.
    if arguments[:1] == ["--version"]:
        from keyturn import __version__

        if sys.stdout is None:  # where it was closed
            return 0
        try:  # with `suppress`, whose import takes longer than all the rest of this, the version would wait
            sys.stdout.write(f"keyturn {__version__}\n")
            sys.stdout.flush()
            return 0
        except OSError:
            pass  # what could not be written is told by the long way
    from keyturn.computer.process import prepare_process

    prepare_process()
    import gc

    # Modules and AWS's descriptions of its services are no garbage, and Python would look through them again and again.
    gc.set_threshold(20_000)
    # Programs wait for it, each time that they need a key.
    if arguments[:1] == ["credentials"]:
        gc.disable()
        from keyturn.terminal.credentials_and_run import answered_at_once

        code = answered_at_once(arguments[1:])
        if code is not None:
            return code
        gc.enable()
    # How the bundled program, which has no Python beside it, starts more processes for a search.
    if arguments == ["search-worker"]:
        from keyturn.clients.search.worker import serve

        serve()
        return 0
    # The icon stays for weeks, so nothing is imported for it that it does not need (desktop/tray_program.py).
    if arguments[:1] == ["--icon"]:
        from keyturn.desktop.tray_program import main as show_icon

        return show_icon(arguments[1:])
    from keyturn.terminal.start import run

    return run(arguments, window=_Window())


class _Window:
    """The window as the terminal opens it: what it needs is imported only then."""

    def run(self, location: Location, clock: Clock) -> int:
        from keyturn.desktop.window_start import run

        return run(location, clock)

    def rehearse(self) -> int:
        from keyturn.desktop.window_start import rehearse

        return rehearse()

    def tray(self, location: Location) -> int:
        from keyturn.desktop.tray_program import become_tray

        return become_tray(location)


if __name__ == "__main__":
    sys.exit(main())
