"""Real crestic, runrestic, pgBackRest and git-annex write and read before the switch, after it, and with it off.

The old key is root's; the new one belongs to a user with the policy that Keyturn writes. Back with the old pair, which
is off by then, each is refused.
"""

from __future__ import annotations

import http.client
import http.server
import os
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from keyturn.clients.own_check import run_own_check
from keyturn.clients.registry import client_named
from keyturn.clients.replacement import replace_pair
from keyturn.computer.computer import Computer
from keyturn.model.keys import KeyPair
from keyturn.model.needs import BucketNeeds, policy_for
from keyturn.model.places import Place, Target
from keyturn_practice.account import PracticeAccount

BUCKET = "office-backup"
Required = Callable[[str], Path]
Works = Callable[[str], bool]  # writes something of that name and reads it back


@pytest.fixture
def account(tmp_path: Path) -> Iterator[PracticeAccount]:
    account = PracticeAccount()
    with account.serving():
        yield account


@pytest.fixture
def old(account: PracticeAccount) -> KeyPair:
    return account.create_root_key(age_days=3300)


@dataclass(frozen=True)
class Desk:
    """A made-up home, and a way to start programs that see nothing else."""

    home: Path

    def run(
        self, *arguments: str | Path, more: Mapping[str, str] | None = None, stdin: str = "", folder: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(argument) for argument in arguments],
            env={"HOME": str(self.home), "PATH": f"/usr/bin:/bin:{os.defpath}", "LANG": "C.UTF-8", **(more or {})},
            cwd=folder or self.home,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    def write(self, name: str, text: str) -> Path:
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)
        return path

    def place(self, client: str) -> Place:
        (place,) = client_named(client).find(Computer.at(self.home, "linux")).places
        return place


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    home = tmp_path / "home"
    home.mkdir()
    return Desk(home)


@pytest.fixture
def beside_python(required_program: Required) -> Required:
    """Find a program that was installed with the libraries of the tests."""

    def find(name: str) -> Path:
        path = Path(sys.executable).parent / name
        return path if path.exists() else required_program(name)

    return find


def rotate(desk: Desk, account: PracticeAccount, old: KeyPair, client: str, works: Works) -> None:
    """Switch the one place to a scoped key, turn the old one off, and see that the program works throughout."""
    computer = Computer.at(desk.home, "linux")
    place = desk.place(client)
    assert place.pair == old
    assert [target.bucket for target in place.targets] == [BUCKET]
    assert works("before")

    needs = [BucketNeeds(target.bucket, place.additions) for target in place.targets]
    policy = policy_for(needs, partition="aws", account=account.account_id, require_tls=False)
    account.create_user("keyturn-attic", path="/keyturn/", policies={"keyturn": policy.text()})
    new = account.create_user_key("keyturn-attic")
    replace_pair(computer, [place], expected=old.access_key_id, pair=new)
    assert works("switched")
    account.root_turn_off(old.access_key_id)
    assert works("off")
    assert [str(one) for one in account.log.signed_with(new.access_key_id) if one.status == 403] == []

    replace_pair(computer, [place], expected=new.access_key_id, pair=old)
    assert not works("refused")


def own_check_passes(desk: Desk, account: PracticeAccount, client: str, target: Target) -> bool | None:
    computer = Computer.at(desk.home, "linux")
    check = client_named(client).check(computer, desk.place(client), target, endpoint_url=account.url)
    assert check is not None
    assert desk.place(client).pair is not None
    return run_own_check(check).ok


def test_crestic(
    desk: Desk, account: PracticeAccount, old: KeyPair, beside_python: Required, required_program: Required
) -> None:
    restic = required_program("restic")
    crestic = beside_python("crestic")
    account.create_bucket(BUCKET)
    desk.write("password", "made-up")
    desk.write(
        ".config/crestic/config.cfg",
        f"[global]\npassword-file = {desk.home}/password\nno-cache\nq: \n\n[attic]\n"
        f"repo: s3:{account.url}/{BUCKET}/crestic\n\n[attic.environ]\nAWS_ACCESS_KEY_ID = {old.access_key_id}\n"
        f"AWS_SECRET_ACCESS_KEY: {old.secret.reveal()}\n\n[attic.list]\n_arguments: snapshots\n"
        "[attic.backup]\n_arguments: .\n".replace("q: \n", "quiet\n"),
    )
    executable = {"CRESTIC_EXECUTABLE": str(restic)}

    def works(stage: str) -> bool:
        desk.write("letter", stage)
        if desk.run("timeout", "20", crestic, "attic", "backup", more=executable).returncode != 0:
            return False
        return desk.run(crestic, "attic", "list", more=executable).returncode == 0

    assert desk.run(crestic, "attic", "init", more=executable).returncode == 0
    assert own_check_passes(desk, account, "crestic", Target(BUCKET, "crestic"))
    rotate(desk, account, old, "crestic", works)
    assert not own_check_passes(desk, account, "crestic", Target(BUCKET, "crestic"))


def test_runrestic(
    desk: Desk, account: PracticeAccount, old: KeyPair, beside_python: Required, required_program: Required
) -> None:
    required_program("restic")
    runrestic = beside_python("runrestic")
    account.create_bucket(BUCKET)
    config = desk.write(
        ".config/runrestic/attic.toml",
        f'repositories = ["s3:{account.url}/{BUCKET}/run"]\n[environment]\nRESTIC_PASSWORD = "made-up"\n'
        f"AWS_ACCESS_KEY_ID = \"{old.access_key_id}\" # old\nAWS_SECRET_ACCESS_KEY = '{old.secret.reveal()}'\n"
        f'[backup]\nsources = ["{desk.home}/letter"]\n[prune]\nkeep-last = 3\n',
    )
    desk.write("letter", "made")

    def works(stage: str) -> bool:
        desk.write("letter", stage)
        return desk.run("timeout", "20", runrestic, "--config", config, "backup").returncode == 0

    assert desk.run(runrestic, "--config", config, "init").returncode == 0
    assert own_check_passes(desk, account, "runrestic", Target(BUCKET, "run"))
    rotate(desk, account, old, "runrestic", works)


@pytest.fixture
def over_tls(account: PracticeAccount, certificate_for: Callable[..., Path]) -> str:
    """Serve the account over TLS, without which pgBackRest speaks to nobody; gives host and port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_for("127.0.0.1"))
    account.stop()
    return account.start(tls=context).removeprefix("https://")


def test_pgbackrest(
    desk: Desk, account: PracticeAccount, old: KeyPair, over_tls: str, required_program: Required
) -> None:
    program = required_program("pgbackrest")
    account.create_bucket(BUCKET)
    host, _colon, port = over_tls.partition(":")
    config = desk.write(
        "pgbackrest.conf",
        f"# kept by hand\n[global]\nrepo1-type=s3\nrepo1-path=/pg\nrepo1-s3-bucket={BUCKET}\nrepo1-s3-endpoint={host}\n"
        f"repo1-storage-port = {port}\nrepo1-storage-verify-tls=n\nrepo1-s3-uri-style=path\nrepo1-s3-region=us-east-1\n"
        f"repo1-s3-key={old.access_key_id}\n  repo1-s3-key-secret =  {old.secret.reveal()}  \nio-timeout=5\n"
        "log-level-file=off\n",
    )
    pgbackrest: list[str | Path] = [program, f"--config={config}", "--repo=1"]

    def works(stage: str) -> bool:
        if desk.run(*pgbackrest, "repo-put", f"letters/{stage}.txt", stdin=stage).returncode != 0:
            return False
        return desk.run(*pgbackrest, "repo-get", f"letters/{stage}.txt").stdout == stage

    assert own_check_passes(desk, account, "pgbackrest", Target(BUCKET, "pg"))
    rotate(desk, account, old, "pgbackrest", works)
    assert not own_check_passes(desk, account, "pgbackrest", Target(BUCKET, "pg"))


@pytest.fixture
def as_if_on_port_80(account: PracticeAccount) -> Iterator[int]:
    """A way to the account that takes the port out of `Host`: git-annex signs it as if there never were one."""
    behind = int(account.url.rpartition(":")[2])

    class Forwarder(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            connection = http.client.HTTPConnection("127.0.0.1", behind)
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            connection.request(self.command, self.path, body, {**headers, "Host": "localhost"})
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in {"content-length", "connection", "transfer-encoding"}:
                    self.send_header(name, value)
            size = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(content))
            self.send_header("Content-Length", size or "0")
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = forward

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Forwarder) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_git_annex(
    desk: Desk, account: PracticeAccount, old: KeyPair, as_if_on_port_80: int, required_program: Required
) -> None:
    required_program("git-annex")
    repository = desk.home / "Pictures" / "annex"
    repository.mkdir(parents=True)

    def git(*arguments: str, more: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return desk.run("git", *arguments, more=more, folder=repository)

    def works(stage: str) -> bool:
        name = f"{stage}.txt"
        (repository / name).write_text(f"written {stage}")
        assert git("annex", "add", "--quiet", name).returncode == 0
        assert git("commit", "-qm", stage).returncode == 0
        if git("annex", "move", "--quiet", "--to", "attic", name).returncode != 0:
            return False
        return git("annex", "get", "--quiet", "--from", "attic", name).returncode == 0

    # This version takes the region from the host's name, and has no other way to say it.
    host, port = "localhost", as_if_on_port_80
    account.create_bucket(BUCKET, region=host)
    settings = {"user.name": "Zoë", "user.email": "zoe@example.org", "annex.security.allowed-ip-addresses": "all"}
    assert git("init", "-q").returncode == 0
    for name, value in settings.items():
        git("config", name, value)
    assert git("annex", "init", "--quiet", "attic").returncode == 0
    made = git(
        *("annex", "initremote", "attic", "type=S3", "encryption=none", f"bucket={BUCKET}", "fileprefix=annex/"),
        *(f"host={host}", f"port={port}", "protocol=http", "requeststyle=path", "signature=v4"),
        more={"AWS_ACCESS_KEY_ID": old.access_key_id.value, "AWS_SECRET_ACCESS_KEY": old.secret.reveal()},
    )
    assert made.returncode == 0, made.stderr

    place = desk.place("git-annex")
    assert (place.name, place.targets, place.plain_http) == ("attic", (Target(BUCKET, "annex"),), True)
    assert place.endpoint == f"{host}:{port}"
    rotate(desk, account, old, "git-annex", works)
