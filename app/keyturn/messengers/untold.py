"""Why somebody could not be told, each in one sentence. What a server wrote is not quoted: it may repeat a secret."""

from __future__ import annotations

import errno
import ssl

from keyturn.model.errors import UntoldError
from keyturn.model.text import _


def unreached(host: str, error: Exception) -> UntoldError:
    """The error where a server was not reached, or did not answer."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return UntoldError(
            _("The certificate of {host} is not one that Keyturn trusts").format(host=host),
            _("Nothing was sent. Is it the right server? Whose certificates are trusted is in the settings."),
            code="tell.certificate",
        )
    if isinstance(error, ssl.SSLError):
        return UntoldError(
            _("No safe connection to {host} came about").format(host=host),
            _("Nothing was sent. Is it the right port, and --tls or --starttls as the server wants it?"),
            code="tell.tls",
        )
    if isinstance(error, TimeoutError):
        return UntoldError(
            _("{host} did not answer in time").format(host=host),
            _("It may have taken the message all the same, so it may come twice, with the same ID."),
            code="tell.timeout",
        )
    if isinstance(error, ConnectionRefusedError):
        return UntoldError(
            _("Nobody answers at {host}").format(host=host),
            _("Is the port the right one, and the server running?"),
            code="tell.refused",
        )
    if isinstance(error, ConnectionError) or getattr(error, "errno", None) == errno.EPIPE:
        return cut_off(host)
    return UntoldError(
        _("{host} was not reached").format(host=host),
        _("Is its name right, and is this computer in the network?"),
        code="tell.unreached",
    )


def cut_off(host: str) -> UntoldError:
    """The error where the connection ended before there was an answer."""
    return UntoldError(
        _("{host} ended the connection before it had answered").format(host=host),
        _("It may have taken the message all the same, so it may come twice, with the same ID."),
        code="tell.reset",
    )
