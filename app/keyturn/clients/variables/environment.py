"""Keys that shells and sessions put into the environment (facts/clients.md section 3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.credential_names import Partners
from keyturn.clients.findings import Discovery
from keyturn.clients.interface import About, AfterChange, Client, CredentialSpans
from keyturn.clients.session_tokens import token_beside
from keyturn.clients.variables.shell_files import Owner
from keyturn.clients.variables.shell_pairs import variable_key_id
from keyturn.clients.variables.shell_reading import read_shell_files, shell_spots
from keyturn.clients.variables.variable_places import places_of
from keyturn.clients.variables.variable_readers import after_change_of_variables
from keyturn.edits.files import FileContent
from keyturn.model.keys import Secret
from keyturn.model.places import Place, PlaceKind
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.clients.readings import Readings
    from keyturn.computer.computer import Computer

# The path of a place that is no file: a variable of the session in which Keyturn was started.
NO_FILE = Path("environment")


class Environment(Client):
    """Variables: those that start files and `.env` files set, and those of the session itself."""

    name = "environment"
    title = "environment"
    about = About(proved_with_program=True)

    def look_through(self, computer: Computer, look: Discovery) -> None:
        """Take a place for each key in a start file or script, and a mention for each in the session itself."""
        for content, text in read_shell_files(look, computer, Owner.ENVIRONMENT):
            look.take(places_of(self.name, content.path, text))
        look.take(_session_places(computer.environment))

    def spots(self, content: FileContent) -> Mapping[str, CredentialSpans]:
        """Return each complete pair of variables; see `Client.spots`."""
        return shell_spots(content)

    def after_change(self, computer: Computer, place: Place, readings: Readings | None = None) -> AfterChange | None:
        """Return what keeps the old variables in memory."""
        return after_change_of_variables(computer, place.path, readings)


def _session_places(environment: Mapping[str, str]) -> Iterator[Place]:
    """Keys in the variables of the session: they come before every file, and no file of ours changes them."""
    partners = Partners(environment)
    for name in sorted(environment):
        identifier = variable_key_id(name, environment[name])
        if identifier is None:
            continue
        secret = environment.get(partners.of(name) or "", "")
        token = token_beside(identifier, "AWS_SESSION_TOKEN" if environment.get("AWS_SESSION_TOKEN") else None)
        where = _(
            "This variable is set in the session in which Keyturn was started. Programs started from there use it "
            "instead of the key in their files. Change it where it is set, then sign out and in again."
        )
        yield Place(
            client=Environment.name,
            name=name,
            path=NO_FILE,
            locator=name,
            kind=PlaceKind.MENTION,
            access_key_id=identifier,
            # Bytes that are no text cannot be a secret of AWS's, and cannot be signed with.
            secret=Secret(secret) if secret and secret.isprintable() else None,
            region=environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or None,
            session=token.session,
            spoiled=token.spoiled,
            note=f"{where} {token.note}".strip(),
        )
