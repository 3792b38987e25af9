"""Files that hold one value each, the ID or the secret of a key: Docker's secrets, systemd's credentials, `cat` in a
script. Both change together, so a person changes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from keyturn.clients.credential_names import Half, Partners, key_name
from keyturn.clients.described.guide import FILE
from keyturn.clients.findings import key_id, no_key_id_in
from keyturn.edits.files import FileContent
from keyturn.model.keys import AccessKeyId, Secret
from keyturn.model.places import Place, PlaceKind, Problem
from keyturn.model.text import _

_LONGEST = 200  # no half of a key is longer


class FileValues:
    """The values that one script or service takes from files, each under the name that it is for.

    Args:
        endpoint: the server that goes with them, as it is told beside them.
    """

    def __init__(self, endpoint: str | None) -> None:
        self._endpoint = endpoint
        self._files: dict[str, FileContent] = {}

    def take(self, name: str, content: FileContent) -> None:
        """Remember the file of one value."""
        self._files[name] = content

    def places(self, named_in: Path) -> Iterator[Place | Problem]:
        """Yield a place for each half of each key.

        Args:
            named_in: the file that names them.
        """
        partners = Partners(self._files)
        for name, content in self._files.items():
            known = key_name(name)
            if known is None or known.half is not Half.ID:
                continue
            identifier = key_id(_value(content), self._endpoint)
            if identifier is None:
                # Under any other name it may be the user of anything.
                yield from no_key_id_in(FILE, content.path, name, _value(content) if known.means_s3 else None)
                continue
            other = self._files.get(partners.of(name) or "")
            secret = None if other is None else _value(other)
            where = "" if other is None else str(other.path)
            yield self._place(content, identifier, name, secret, named_in, where)
            if other is not None and secret:
                yield self._place(other, identifier, partners.of(name) or name, secret, named_in, str(content.path))

    def _place(
        self, content: FileContent, identifier: AccessKeyId, name: str, secret: str | None, named_in: Path, other: str
    ) -> Place:
        note = _("{name} takes {variable} from this file.")
        if other:
            note = _("{name} takes {variable} from this file. The other half stands in {path}: change both.")
        note = note.format(name=named_in.name, variable=name, path=other)
        return Place(
            client=FILE,
            name=content.path.name,
            path=content.path,
            locator=name,
            kind=PlaceKind.DESTINATION if secret else PlaceKind.MENTION,
            access_key_id=identifier,
            secret=Secret(secret) if secret else None,
            endpoint=self._endpoint,
            note=note,
            line=1,
        )


def _value(content: FileContent) -> str:
    text = content.content[:_LONGEST].decode(errors="replace").strip()
    return text if len(text.split()) == 1 else ""
