"""The certificates that this computer's system trusts, as the file that a TLS library wants."""

from __future__ import annotations

import sys
from pathlib import Path

from keyturn.computer.private_files import replace_private_file
from keyturn.computer.search_path import fixed_path
from keyturn.model.errors import AppError
from keyturn.model.text import _

FILE_NAME = "trusted.pem"
# Where Linux and the BSDs keep them in one file (Go's crypto/x509, root_linux.go and root_bsd.go, look there too).
_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
# `man security`: the keychain that comes with macOS, and the one to which a computer's owner adds.
_KEYCHAINS = ("/System/Library/Keychains/SystemRootCertificates.keychain", "/Library/Keychains/System.keychain")


def system_certificates(folder: Path) -> Path:
    """Return a file with the trusted certificates in PEM.

    Args:
        folder: where the file is written on systems that keep their certificates otherwise.

    Raises:
        AppError: `trust.system`, where there are none to be found.
    """
    if sys.platform == "win32":
        found = _windows_certificates()
    elif sys.platform == "darwin":
        found = _macos_certificates()
    else:
        for bundle in map(Path, _BUNDLES):
            if bundle.is_file():
                return bundle
        found = ""
    if "BEGIN CERTIFICATE" not in found:
        raise _not_found()
    path = folder / FILE_NAME
    try:
        replace_private_file(path, found)
    except OSError:
        raise _not_found() from None
    return path


def _windows_certificates() -> str:
    # On Windows the default context is filled from the system's stores (Python's ssl, load_default_certs).
    import ssl  # takes its time, and only Windows needs it

    trusted = ssl.create_default_context().get_ca_certs(binary_form=True)
    return "".join(ssl.DER_cert_to_PEM_cert(one) for one in trusted)


def _macos_certificates() -> str:
    import subprocess  # takes its time, and only macOS needs it

    command = ["/usr/bin/security", "find-certificate", "-a", "-p", *_KEYCHAINS]
    try:
        environment = {"PATH": fixed_path()}
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=30, env=environment, stdin=subprocess.DEVNULL
        ).stdout
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return ""


def _not_found() -> AppError:
    return AppError(
        _("The certificates that this system trusts were not found"),
        _(
            "Without them Keyturn cannot tell AWS from somebody else, so it asked nothing and your backups are as they "
            "were. Choose a file of certificates in the settings, or those that come with Keyturn."
        ),
        code="trust.system",
    )
