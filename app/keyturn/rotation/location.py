"""Where Keyturn works. It is known before the window opens, and the workplace itself only after that."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from keyturn.state.secrets_kind import SecretsKind


@dataclass(frozen=True, slots=True)
class Location:
    """Which computer is looked at, which account is asked, and where Keyturn remembers.

    Attributes:
        endpoint_url: where AWS is; None for Amazon's own addresses.
        home: another computer's home folder; None for this one's.
        platform: that computer's system; None for this one's.
        state_dir: Keyturn's own folder; None for the system's usual place.
        rehearsal: nothing is real there, and nobody is sent to AWS.
        usual_secrets: where secrets are kept unless an option says otherwise, as the settings have it.
    """

    endpoint_url: str | None = None
    home: Path | None = None
    platform: str | None = None
    state_dir: Path | None = None
    secrets: SecretsKind = SecretsKind.KEYRING
    usual_secrets: SecretsKind = SecretsKind.KEYRING
    rehearsal: bool = False

    @property
    def options(self) -> tuple[str, ...]:
        """The options that lead any command here."""
        words: list[str] = []
        if self.endpoint_url is not None:
            words += ["--endpoint-url", self.endpoint_url]
        if self.home is not None:
            words += ["--home", str(self.home)]
        if self.platform is not None:
            words += ["--platform", self.platform]
        if self.state_dir is not None:
            words += ["--state-dir", str(self.state_dir)]
        if self.secrets is not self.usual_secrets:
            words += ["--secrets", self.secrets.value]
        return tuple(words)
