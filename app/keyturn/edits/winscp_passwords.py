"""The form in which WinSCP keeps a password: hidden from a glance, not from a program (WinSCP, core/Security.cpp).

The text is made of the user name, the host name and the password, so a password can be read only beside the two, and
all of it changes with the user name.
"""

from __future__ import annotations

_MAGIC = 0xA3
_DIGITS = b"0123456789ABCDEF"
_FLAG, _SHORT, _LONG = 0xFF, 0x00, 0x02
_LEAST = 50  # shorter texts are filled up with random bytes, behind which they begin


def reveal(written: bytes, key: str) -> str | None:
    """Return the password.

    Args:
        written: hexadecimal digits, as the store has them.
        key: the user name with the host name behind it.

    None where the text is of another form (AES, under a master password), belongs to another key, or is so short that
    it was filled up with random bytes: such a text could not be given back as it was.
    """
    if len(written) % 2 or any(digit not in _DIGITS for digit in written):
        return None
    values = [~(int(written[at : at + 2], 16) ^ _MAGIC) & 0xFF for at in range(0, len(written), 2)]
    if len(values) < 4 or values[0] != _FLAG:
        return None
    if values[1] == _SHORT:
        length, rest = values[2], values[3:]
    elif values[1] == _LONG:
        length, rest = values[2] << 8 | values[3], values[4:]
    else:
        return None
    if not rest or rest[0] != 0 or len(rest) != length + 1 or length < _LEAST:
        return None
    try:
        text = bytes(rest[1:]).decode()
    except UnicodeDecodeError:
        return None
    return text.removeprefix(key) if text.startswith(key) else None


def hide(password: str, key: str) -> bytes:
    """Return the form in which the store has the password; `key` as in `reveal`.

    Raises:
        ValueError: where the text is so short that WinSCP would fill it up with random bytes.
    """
    text = (key + password).encode()
    if len(text) < _LEAST or len(text) > 0xFFFF:
        raise ValueError("not the length of a host, an access key ID and a secret")
    length = bytes([_SHORT, len(text)]) if len(text) <= 0xFF else bytes([_LONG, len(text) >> 8, len(text) & 0xFF])
    return b"".join(b"%02X" % (~byte & 0xFF ^ _MAGIC) for byte in (_FLAG, *length, 0, *text))
