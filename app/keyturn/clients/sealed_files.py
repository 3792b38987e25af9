"""Files in which a key for S3 stands encrypted, by sops and its like: its name is in the clear, its value is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from keyturn.clients.credential_names import key_name
from keyturn.clients.described.guide import ENCRYPTED_FILE
from keyturn.clients.described.guided import BLIND_SPOT
from keyturn.model.late_patterns import pattern
from keyturn.model.places import Problem
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.edits.files import FileContent

_NAMED = pattern(
    rb"(?m)^[ \t]*[\"']?(?P<name>[\w.-]{1,100})[\"']?[ \t]*[:=][ \t]*[\"']?(?P<value>ENC\[|!vault|Ag[\w+/]{9})"
)


def sealed_key(content: FileContent, program: str) -> Iterator[Problem]:
    """Yield what to say of a file in which the program encrypts values, if a key is among them."""
    if any(_is_of_s3(found["name"].decode()) for found in _NAMED.finditer(content.content)):
        yield Problem(
            content.path,
            _("{name} holds a key that is encrypted ({program})").format(name=content.path.name, program=program),
            _(
                "Keyturn cannot tell which key it is: if it is the old one, change it with the program that "
                "encrypts the file. The backup would stop when that key is turned off. "
                "A rotation asks you about it."
            ),
            client=ENCRYPTED_FILE,
            code=BLIND_SPOT,
        )


def _is_of_s3(name: str) -> bool:
    known = key_name(name.upper().replace("-", "_").replace(".", "_"))
    return known is not None and known.means_s3
