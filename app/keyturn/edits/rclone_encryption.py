"""rclone's encrypted configuration: opened and closed in memory, so that its plain text is never on the disk.

The format is rclone's own (fs/config/crypt.go; facts/clients.md section 4): a line that says so, then in base64 a
nonce of 24 bytes and a secretbox (XSalsa20 and Poly1305), with SHA-256 of `[password][rclone-config]` as its key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.model.errors import FileError
from keyturn.model.keys import Secret
from keyturn.model.text import _

if TYPE_CHECKING:
    from nacl.secret import SecretBox

_ANY_VERSION = b"RCLONE_ENCRYPT_V"
_MARK = b"RCLONE_ENCRYPT_V0:"
_NONCE = 24  # bytes
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def is_encrypted(content: bytes) -> bool:
    """Return whether rclone's configuration is encrypted: its first line that is no comment says so."""
    return (_first_line(content) or b"").startswith(_ANY_VERSION)


def decrypt(content: bytes, password: Secret, *, path: Path) -> bytes:
    """Return the plain configuration.

    Raises:
        FileError: `file.locked`, where the password does not open it, or a later rclone has another way to encrypt.
    """
    from nacl.exceptions import CryptoError

    if _first_line(content) != _MARK:
        raise FileError(
            _("rclone encrypted its configuration in a way that Keyturn does not know"),
            _("Keyturn does not change {path}. Run “rclone config” to change keys there.").format(path=path),
            code="file.locked",
        )
    try:
        box = base64.b64decode(content[len(_head(content)) :], validate=False)
        return bytes(_box(password).decrypt(box[_NONCE:], box[:_NONCE]))
    except (CryptoError, binascii.Error, ValueError):
        raise FileError(
            _("The password does not open rclone's configuration"),
            _(
                "{path} asks for the password that rclone itself "
                "asks for. If rclone does not open the file with it either, the file is damaged."
            ).format(path=path),
            code="file.locked",
        ) from None


def encrypt(before: bytes, plain: bytes, password: Secret) -> bytes:
    """Return `plain` encrypted under a fresh nonce, below the same lines that stand above it in `before`."""
    from nacl.utils import random

    nonce = random(_NONCE)
    return _head(before) + base64.b64encode(nonce + _box(password).encrypt(plain, nonce).ciphertext)


def _box(password: Secret) -> SecretBox:
    import unicodedata

    from nacl.secret import SecretBox

    text = unicodedata.normalize("NFKC", password.reveal())
    return SecretBox(hashlib.sha256(f"[{text}][rclone-config]".encode()).digest())


def _first_line(content: bytes) -> bytes | None:
    for line in content.removeprefix(_BYTE_ORDER_MARK).splitlines():
        text = line.strip()
        if text and not text.startswith((b"#", b";")):
            return text
    return None


def _head(content: bytes) -> bytes:
    """Everything up to the line that says that what follows is encrypted."""
    end = content.find(b"\n", content.index(_MARK))
    return content + b"\n" if end < 0 else content[: end + 1]
