"""What the services of a compose file run: a command belongs to the program of the image, unless it names its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from keyturn.edits import shell, trees
from keyturn.edits.commands import Argument, LetterRun, ShellCommand, with_single_marks
from keyturn.edits.shell import Quoting
from keyturn.edits.trees import Node, Scalar, Writing
from keyturn.model.errors import FileError

# Images whose program is called otherwise (each image's page at Docker Hub).
_PROGRAMS = {"aws-cli": "aws", "resticker": "restic", "backup-s3": "aws", "docker-s3cmd": "s3cmd"}


def commands_in(service: Node | None) -> tuple[ShellCommand, ...]:
    """Return the commands of a service: its own, and what it hands to a shell."""
    entry, own = (_words(trees.at(service, name)) for name in ("entrypoint", "command"))
    program = () if entry else program_of(trees.text(service, "image") or "")
    command = with_single_marks(ShellCommand((*program, *entry, *own)))
    inner = shell.commands_of(command)
    return tuple(one for one in (command, *inner.commands) if one.words)


def program_of_image(image: str) -> str:
    """Return the program that an image runs, as far as its name tells: `restic` for `ghcr.io/restic/restic:0.18`."""
    name = image.partition("@")[0].rpartition("/")[2].partition(":")[0]
    return _PROGRAMS.get(name, name)


def program_of(image: str) -> tuple[Argument, ...]:
    """Return the same as the first word of a command; nothing where it is not told."""
    name = program_of_image(image).encode()
    return (Argument(name, name, True, (), 1),) if name else ()


def _words(node: Node | None) -> Sequence[Argument]:
    if isinstance(node, Scalar):
        return tuple(_of_text(node))
    return [_argument(one) for one in trees.items(node) if isinstance(one, Scalar)]


def _argument(one: Scalar) -> Argument:
    # `$$` is Compose's way to write a `$` that is not its own.
    text = one.value.replace("$$", "$") if "$" not in one.value.replace("$$", "") else one.value
    value = text.encode()
    runs = (LetterRun(0, one.span.start, len(value), Quoting.BARE),) if _as_written(one) and text == one.value else ()
    return Argument(value, value, text != one.value or "$" not in one.value, runs, one.line)


def _of_text(one: Scalar) -> Iterator[Argument]:
    """The words of a command that stands in one text; Compose cuts it as a shell does."""
    try:
        read = shell.read(one.value.encode())
    except FileError:
        return
    moved = shell.moved(read, one.span.start, one.line)
    for command in moved.commands[:1]:
        yield from command.words if _as_written(one) else (_without_place(word) for word in command.words)


def _without_place(word: Argument) -> Argument:
    return Argument(word.text, word.written, word.known, (), word.line)


def _as_written(one: Scalar) -> bool:
    return one.writing is Writing.PLAIN and one.span.end - one.span.start == len(one.value.encode())
