"""A document of Keyturn's own memory in a file: read by its format, and never half understood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from keyturn.computer.private_files import read_private_file, replace_private_file
from keyturn.model.errors import StateError
from keyturn.model.text import _
from keyturn.state.written import Format, NotUnderstood, parsed

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sentences:
    """What is said of a document that fails.

    Attributes:
        unreadable: a title, without a full stop.
        mend: what to do where it is damaged, and what is lost by that.
        unwritable: a title, without a full stop.
        unwritten: what it means that it was not written.
    """

    unreadable: str
    mend: str
    unwritable: str
    unwritten: str


@dataclass(frozen=True)
class Stored(Generic[T]):
    """One kind of document.

    Attributes:
        name: the file's.
        sentences: asked for when they are needed, because the language is chosen later than this is made.
        code: of the error where the document is damaged.
        unwritable_code: of the error where it could not be written.
    """

    name: str
    format: Format[T]
    sentences: Callable[[], Sentences]
    code: str = "state.damaged"
    unwritable_code: str = "state.unwritable"

    def load(self, folder: Path) -> T | None:
        """Read it; None where it was never written.

        Raises:
            StateError: `state.newer`, where a newer Keyturn wrote it; the document's own code, where it is damaged or
                cannot be read.
        """
        path = folder / self.name
        try:
            content = read_private_file(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self.damaged(path, error.strerror or type(error).__name__) from error
        try:
            return self.format.load(parsed(content))
        except NotUnderstood as error:
            # Without a cause: what it is about may be a secret.
            raise self._newer(path) if error.newer else self.damaged(path, _where(error)) from None

    def save(self, folder: Path, value: T) -> None:
        """Write it. What a newer Keyturn wrote, or is damaged, is not overwritten.

        Raises:
            StateError: as `load`.
            StateError: where the disk does not let it; the document is then as it was.
        """
        self.load(folder)
        path = folder / self.name
        try:
            replace_private_file(path, _text(self.format.dump(value)))
        except OSError as error:
            raise self.unwritten(path, error) from error

    def unwritten(self, path: Path, error: OSError) -> StateError:
        """The error of a document that the disk does not take."""
        sentences = self.sentences()
        said = _("{path}: {reason}. {unwritten} Free some space on the disk, or see who may write to the folder.")
        reason = error.strerror or type(error).__name__
        return StateError(
            sentences.unwritable,
            said.format(path=path, reason=reason, unwritten=sentences.unwritten),
            code=self.unwritable_code,
        )

    def damaged(self, path: Path, reason: str) -> StateError:
        """The error of a document that is damaged."""
        sentences = self.sentences()
        said = _("{path}: {reason}. It was left as it is, and your backups do not need it. {mend}")
        return StateError(
            sentences.unreadable,
            said.format(path=path, reason=reason.removesuffix("."), mend=sentences.mend),
            code=self.code,
        )

    def _newer(self, path: Path) -> StateError:
        return StateError(
            _("{name} was written by a newer Keyturn").format(name=self.name),
            _(
                "This Keyturn does not know all that {path} says, and left it as it is. Your backups do not need it. "
                "Use the newer Keyturn."
            ).format(path=path),
            code="state.newer",
        )


def _where(error: NotUnderstood) -> str:
    if error.why:
        return error.why
    if not error.where:
        return _("it is not as Keyturn wrote it")
    return _("“{member}” is not as Keyturn wrote it").format(member=error.where)


def _text(document: dict[str, Any]) -> str:
    import json  # where there is something to write

    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    try:
        text.encode()
    except UnicodeEncodeError:  # the name of a file that is no text
        return json.dumps(document, indent=2) + "\n"
    return text
