"""What holds for every test: strict about logs and skips, alone with a made-up home, and off the network.

The idea that an unexpected warning fails the test is qutebrowser's (facts/anchors.md 2.3).
"""

from __future__ import annotations

import datetime
import gc
import ipaddress
import logging
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import hypothesis
import pytest

from keyturn.model import secret_search
from programs import find_program

# A failure of a test that is inherited shows both sides, too.
pytest.register_assert_rewrite("keyturn_testing.client_contract")

ON_CI = os.environ.get("CI") == "true"

# Examples are drawn at random where people work, and are the same on each run where a failure must mean a change.
hypothesis.settings.register_profile("local", deadline=None, max_examples=50)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if ON_CI else "local")


# ── A skipped test proves nothing: on CI it counts as failed ─────────────────────────────────────────────────────────


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if not hasattr(report, "wasxfail"):
        _count_a_skip_as_failure(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _count_a_skip_as_failure(report)
    return report


def _count_a_skip_as_failure(report: pytest.TestReport | pytest.CollectReport) -> None:
    if ON_CI and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped, which counts as a failure under CI=true: {report.longrepr}"


@pytest.fixture
def required_program() -> Callable[[str], Path]:
    """Find a real program by name; a test on a computer without it is skipped, and says so."""

    def find(name: str) -> Path:
        path = find_program(name)
        if path is None:
            pytest.skip(f"the program {name} is not on this computer (packaging/dev.py setup installs it on Debian)")
        return path

    return find


def pytest_configure() -> None:
    """Hear Ctrl-C, although a shell starts what runs in its background deaf to it: children would inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


# ── Nobody's own keys, home or keychain are in reach ─────────────────────────────────────────────────────────────────

_AMBIENT = ("AWS_", "BOTO_", "DBUS_", "PYTHON_KEYRING_", "RCLONE_", "RESTIC_", "S3CMD_", "XDG_")
# A screen, on which a locked keychain would ask for its password.
_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY")


@pytest.fixture(scope="session", autouse=True)
def made_up_surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Take the person's keys out of the environment and give the tests an empty home, which is returned."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.upper().startswith(_AMBIENT) or name in _SCREENS or name.lower().endswith("_proxy"):
                patch.delenv(name)
        for name in ("HOME", "USERPROFILE"):
            patch.setenv(name, str(home))
        yield home


@pytest.fixture(scope="session", autouse=True)
def what_botocore_works_out() -> None:
    """Let botocore work out once what it works out anew for each client: the tests make tens of thousands."""
    from .sweep.kept_by_libraries import keep_what_botocore_works_out

    keep_what_botocore_works_out()


# ── Only this computer is spoken to ──────────────────────────────────────────────────────────────────────────────────

_outside: list[str] = []


def _refuse_the_network(event: str, arguments: tuple[object, ...]) -> None:
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) and address else None
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    # An address that is no tuple is a path (a socket of this computer); no host means this computer.
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if isinstance(host, str) and not _is_loopback(host):
        _outside.append(f"{event} to {host}")
        raise OSError(f"tests speak to this computer alone, not to {host}")


def _is_loopback(host: str) -> bool:
    if host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


# An audit hook sees every connection, whichever library makes it. It cannot be taken away again, and need not be.
sys.addaudithook(_refuse_the_network)


@pytest.fixture(autouse=True)
def only_loopback() -> Iterator[None]:
    """Fail the test that tries to leave this computer, also where its code swallowed the refusal."""
    _outside.clear()
    yield
    assert not _outside, f"the test tried to leave this computer: {', '.join(_outside)}"


# ── A warning in the log that nobody expects is a failure ────────────────────────────────────────────────────────────


class _UnexpectedRecords(logging.Handler):
    """Keeps what is logged at WARNING and above, but for the level that `caplog.at_level` announces."""

    def __init__(self, expected_by: logging.Handler) -> None:
        super().__init__(logging.WARNING)
        self.records: list[str] = []
        self._expected_by = expected_by

    def emit(self, record: logging.LogRecord) -> None:
        # Equal, not "at least": a test that looks at everything from DEBUG up has not announced any warning.
        if record.levelno != self._expected_by.level:
            self.records.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def no_unexpected_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail on any warning or error in the log outside `with caplog.at_level(logging.WARNING)` (or ERROR …)."""
    handler = _UnexpectedRecords(caplog.handler)
    logging.getLogger().addHandler(handler)
    yield
    logging.getLogger().removeHandler(handler)
    assert not handler.records, "unexpected in the log:\n" + "\n".join(handler.records)


# ── The secrets of one test are not those of the next ────────────────────────────────────────────────────────────────


@pytest.fixture(autouse=True)
def own_secrets() -> Iterator[None]:
    """Forget the secrets that the test made up: a process of Keyturn's sees few, and the tests' sees thousands."""
    before, secret_search._seen = secret_search._seen, secret_search._Seen()
    for secret in before.secrets.values():
        secret_search._seen.add(secret)
    secret_search._seen.names |= before.names
    yield
    secret_search._seen = before


# ── TLS on this computer ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="session")
def certificate_for(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Make a certificate for hosts, by name or number, that nobody trusts unasked; its key is in the same file."""
    from cryptography import x509  # takes longer to import than most tests run, and few need it
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    def make(*hosts: str) -> Path:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "made up for tests")])
        named = [
            x509.IPAddress(ipaddress.ip_address(host)) if host[0].isdigit() else x509.DNSName(host) for host in hosts
        ]
        now = datetime.datetime.now(datetime.UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName(named), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path = tmp_path_factory.mktemp("tls") / "certificate.pem"
        path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
        return path

    return make


# ── A real keychain: a gnome-keyring of its own, on a bus of its own ─────────────────────────────────────────────────

# The first line of its standard input is the password: with one, the daemon opens the keychain and makes it where there
# is none yet; without one, the keychain stays locked. It says where its bus is and lives until its input is closed.
_KEYCHAIN_SESSION = """
read -r password
if [ -n "$password" ]; then
    printf %s "$password" | gnome-keyring-daemon --unlock --foreground --components=secrets >&2 &
else
    gnome-keyring-daemon --foreground --components=secrets >&2 &
fi
owner="org.freedesktop.DBus.GetNameOwner string:org.freedesktop.secrets"
until dbus-send --session --print-reply --dest=org.freedesktop.DBus / $owner >&2; do
    kill -0 $! || exit
    sleep 0.02
done
echo "$DBUS_SESSION_BUS_ADDRESS"
read -r _
kill $!
wait
"""


@pytest.fixture
def keychain(
    tmp_path_factory: pytest.TempPathFactory, required_program: Callable[[str], Path]
) -> Iterator[Mapping[str, str]]:
    """Start an empty, open keychain; the result is what a child's environment needs in order to reach it."""
    for name in ("dbus-run-session", "gnome-keyring-daemon"):
        required_program(name)
    with _keychain_session(tmp_path_factory.mktemp("keychain"), password="open") as environment:
        yield environment


@pytest.fixture
def locked_keychain(
    tmp_path_factory: pytest.TempPathFactory, required_program: Callable[[str], Path]
) -> Iterator[Mapping[str, str]]:
    """Start a keychain that is there and locked, and that nobody is asked to open."""
    for name in ("dbus-run-session", "gnome-keyring-daemon"):
        required_program(name)
    home = tmp_path_factory.mktemp("keychain")
    with _keychain_session(home, password="open"):
        pass
    with _keychain_session(home, password="") as environment:
        yield environment


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test that speaks to a real keychain, so that `-m "not keychain"` leaves them out."""
    for item in items:
        if {"keychain", "locked_keychain"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.keychain)


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over the ten thousand tests themselves: it looked at all of them each time."""
    gc.collect()
    gc.freeze()


@contextmanager
def _keychain_session(home: Path, *, password: str) -> Iterator[Mapping[str, str]]:
    # A new one each time: a daemon that has not ended yet would be found there and asked instead of a new one started.
    runtime = tempfile.mkdtemp(prefix="runtime-", dir=home)
    own = {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_RUNTIME_DIR": runtime,
    }
    log = home / "session.log"
    with (
        log.open("w") as errors,
        subprocess.Popen(
            ["dbus-run-session", "--", "sh", "-c", _KEYCHAIN_SESSION],
            env={**os.environ, **own},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as session,
    ):
        assert session.stdin is not None
        assert session.stdout is not None
        try:
            session.stdin.write(f"{password}\n")
            session.stdin.flush()
            address = session.stdout.readline().strip()
            assert address, f"the keychain did not start:\n{log.read_text()}"
            yield {**own, "DBUS_SESSION_BUS_ADDRESS": address}
        finally:
            session.stdin.close()
            session.wait(timeout=30)
