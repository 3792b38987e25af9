"""What a messenger needs to reach anybody: trusted certificates, a proxy where there is one, and a limit."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from keyturn.model.errors import UntoldError
from keyturn.model.text import _

PATIENCE = 15.0  # seconds for one message, all in all


@dataclass(frozen=True, slots=True)
class Way:
    """How others are reached from this computer.

    Attributes:
        certificates: asked for when they are needed: the file of those that are trusted, in PEM.
        proxies: by scheme, for the server with this address.
        patience: seconds that one message may take.
    """

    certificates: Callable[[], Path]
    proxies: Callable[[str], Mapping[str, str]]
    patience: float = PATIENCE

    def tls(self) -> ssl.SSLContext:
        """What checks the certificate of the server that answers.

        Raises:
            UntoldError: where the trusted certificates cannot be read.
        """
        path = self.certificates()
        try:
            return ssl.create_default_context(cafile=str(path))
        except OSError:
            raise UntoldError(
                _("The trusted certificates cannot be read: {path}").format(path=path),
                _("Nothing was sent. Which file it is, is in the settings."),
                code="tell.certificates",
            ) from None
