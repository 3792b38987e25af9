"""What somebody drops on the window: a mail, a text, a file with a key in it, or another computer's home folder."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData

from keyturn.model.errors import FileError
from keyturn.model.keys import KEY_ID_IN_TEXT
from keyturn.model.text import _

_MOST = 4_000_000  # bytes; mails with pictures in them are smaller
_MAIL = ".eml"


def dropped_of(data: QMimeData) -> Path | str | None:
    """The file or folder that is meant, else the text; None where it is neither."""
    local = [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
    if local:
        return Path(local[0])
    return data.text() or None


def read_dropped(path: Path) -> str:
    """What of a file goes into the field for the mail: a mail's own text; of any other file the key IDs alone.

    Another file, such as rootkey.csv, may hold a secret, which no window shows.

    Raises:
        FileError: `file.unreadable`, where it cannot be read, or is too large for a mail.
    """
    try:
        if path.stat().st_size > _MOST:
            raise OSError(_("it is too large for a mail or for settings"))
        content = path.read_bytes()
    except OSError as error:
        raise FileError(
            _("{name} cannot be read").format(name=path.name),
            _("Nothing was changed. The reason: {reason}").format(reason=error.strerror or error),
            code="file.unreadable",
        ) from error
    if path.suffix.lower() == _MAIL:
        return _text_of_mail(content)
    return "\n".join(dict.fromkeys(KEY_ID_IN_TEXT.findall(content.decode("utf-8", "replace"))))


def _text_of_mail(content: bytes) -> str:
    from email import message_from_bytes, policy  # in the worker, and only for a mail

    message = message_from_bytes(content, policy=policy.default)
    body = message.get_body(("plain", "html"))
    text = "" if body is None else str(body.get_content())
    return f"{message.get('subject', '')}\n\n{text}".strip()
