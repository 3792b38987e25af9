"""The Debian packages, made and then installed in a root of their own where there is neither Python nor pip."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from programs import find_program

MEGABYTE = 1_000_000
# Making them takes minutes, and the root another half.
pytestmark = [pytest.mark.timeout(600), pytest.mark.bundle]


@pytest.fixture(scope="module")
def package(dist: Path) -> Path:
    """The whole one."""
    (made,) = dist.glob("keyturn_*.deb")
    return made


@pytest.fixture(scope="module")
def command_line(dist: Path) -> Path:
    """The one without the window."""
    (made,) = dist.glob("keyturn-cli_*.deb")
    return made


@pytest.fixture(scope="module")
def clean_root(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Debian with nothing but what the package asks for, and the package."""
    if os.geteuid() != 0:
        pytest.skip("only root may make another root")
    root = tmp_path_factory.mktemp("clean") / "root"
    release = next(
        line.partition("=")[2] for line in Path("/etc/os-release").read_text().splitlines() if "CODENAME" in line
    )
    hook = "/usr/share/mmdebstrap/hooks/file-mirror-automount"
    command = ["mmdebstrap", "--quiet", "--variant=apt", f"--hook-dir={hook}", f"--include={package}", release]
    subprocess.run([*command, str(root)], check=True)
    yield root


def in_root(root: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Run a shell command in the root, with processes of its own and a home of its own."""
    inside = ["unshare", "--fork", "--pid", f"--mount-proc={root}/proc", "chroot", str(root), "sh", "-c", command]
    environment = {"HOME": "/root", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
    return subprocess.run(inside, env=environment, capture_output=True, text=True, check=False, timeout=120)


def test_the_package_is_at_most_60_megabytes(package: Path) -> None:
    assert package.stat().st_size <= 60 * MEGABYTE


def test_the_command_line_alone_is_at_most_25_megabytes_and_brings_no_qt(command_line: Path) -> None:
    assert command_line.stat().st_size <= 25 * MEGABYTE
    inside = subprocess.run(["dpkg-deb", "--contents", str(command_line)], capture_output=True, text=True, check=True)
    assert "usr/bin/keyturn" in inside.stdout
    assert "Qt6" not in inside.stdout
    assert "PySide6" not in inside.stdout


def test_either_package_takes_the_other_one_s_place(package: Path, command_line: Path) -> None:
    """Both bring /usr/bin/keyturn."""
    for one, other in ((package, "keyturn-cli"), (command_line, "keyturn")):
        fields = ["dpkg-deb", "--field", str(one), "Conflicts", "Replaces"]
        told = subprocess.run(fields, capture_output=True, text=True, check=True).stdout
        assert told == f"Conflicts: {other}\nReplaces: {other}\n"


def test_lintian_finds_no_error_and_no_warning_but_those_with_a_reason(package: Path, command_line: Path) -> None:
    command = ["lintian", "--allow-root", "--fail-on", "error,warning", "--tag-display-limit", "0"]
    found = subprocess.run([*command, str(package), str(command_line)], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_it_runs_where_there_is_no_python(clean_root: Path) -> None:
    assert in_root(clean_root, "command -v python3 || command -v python || command -v pip").stdout == ""
    version = in_root(clean_root, "keyturn --version")
    assert version.returncode == 0
    assert version.stdout.startswith("keyturn ")


def test_a_whole_rehearsal_ends_as_promised_there(clean_root: Path) -> None:
    ended = in_root(clean_root, "keyturn --json practice --yes")
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout.splitlines()[-1])["as_promised"] is True


def test_the_window_opens_there(clean_root: Path) -> None:
    for name in ("Xvfb", "xdotool"):
        assert find_program(name) is not None, name
    read, write = os.pipe()
    server = ["Xvfb", "-displayfd", str(write), "-nolisten", "tcp", "-noreset"]
    with subprocess.Popen(server, pass_fds=[write]) as screen:
        try:
            display = f":{os.read(read, 16).decode().strip()}"
            sockets = "/tmp/.X11-unix"  # noqa: S108  (where X servers listen)
            inside = f"mount --bind {sockets} {clean_root}{sockets} && exec chroot {clean_root} keyturn"
            (clean_root / sockets.lstrip("/")).mkdir(exist_ok=True)
            command = [
                "unshare",
                "--fork",
                "--pid",
                "--kill-child",
                f"--mount-proc={clean_root}/proc",
                "sh",
                "-c",
                inside,
            ]
            environment = {"DISPLAY": display, "HOME": "/root", "PATH": os.defpath + ":/usr/sbin"}
            with subprocess.Popen(command, env=environment) as program:
                search = ["xdotool", "search", "--sync", "--onlyvisible", "--name", "Keyturn"]
                found = subprocess.run(search, env={**os.environ, "DISPLAY": display}, timeout=60, capture_output=True)
                still_running = program.poll() is None
                program.kill()
            assert found.stdout.strip()
            assert still_running
        finally:
            screen.terminate()
            os.close(read)
            os.close(write)


def test_what_only_the_resources_tell_is_told_there(clean_root: Path) -> None:
    from keyturn.clients.registry import every_client

    listed = json.loads(in_root(clean_root, "keyturn --json clients").stdout)
    assert {client.name for client in every_client()} <= {client["name"] for client in listed["clients"]}


def test_a_calendar_is_written_there(clean_root: Path) -> None:
    command = "keyturn --json --secrets memory --state-dir /tmp/state remind --calendar /tmp/keys.ics"
    assert json.loads(in_root(clean_root, command).stdout)["calendar"]["path"] == "/tmp/keys.ics"  # noqa: S108
    assert (clean_root / "tmp/keys.ics").read_bytes().startswith(b"BEGIN:VCALENDAR")


def test_the_menu_the_icon_and_the_man_page_are_there(clean_root: Path) -> None:
    for path in (
        "usr/share/applications/keyturn.desktop",
        "usr/share/icons/hicolor/scalable/apps/keyturn.svg",
        "usr/share/icons/hicolor/48x48/apps/keyturn.png",
        "usr/share/metainfo/net.keyturn.Keyturn.metainfo.xml",
        "usr/share/bash-completion/completions/keyturn",
        "usr/share/zsh/vendor-completions/_keyturn",
        "usr/share/man/man1/keyturn.1.gz",
        "usr/share/doc/keyturn/copyright",
    ):
        assert (clean_root / path).stat().st_size > 0, path


def test_every_package_inside_is_listed_with_its_licence(clean_root: Path) -> None:
    documents = clean_root / "usr/share/doc/keyturn"
    listed = json.loads((documents / "sbom.cdx.json").read_text())["components"]
    names = {component["name"] for component in listed}
    assert {"CPython", "boto3", "keyring", "PySide6_Essentials"} <= names
    for component in listed:
        if component.get("purl", "").startswith("pkg:pypi/"):
            assert component["licenses"], component["name"]
            assert any((documents / "licences" / component["name"]).iterdir()), component["name"]


def _services() -> set[str]:
    """The services that Keyturn asks, as the bundle is told; tests/house/test_bundled_services.py sees to that."""
    spec = (Path(__file__).parents[2] / "packaging" / "frozen" / "keyturn.spec").read_text(encoding="utf-8")
    (bundled,) = re.findall(r"^SERVICES = \{(.+)\}$", spec, re.MULTILINE)
    return set(re.findall(r"\"([a-z0-9-]+)\"", bundled))


def test_no_service_is_described_that_keyturn_never_asks(clean_root: Path) -> None:
    data = clean_root / "usr/lib/keyturn/_internal/botocore/data"
    assert {path.name for path in data.iterdir() if path.is_dir()} == _services()


def test_the_man_page_teaches_each_command(clean_root: Path) -> None:
    import gzip

    from keyturn.terminal.commands import NAMES

    page = gzip.decompress((clean_root / "usr/share/man/man1/keyturn.1.gz").read_bytes()).decode()
    for name in NAMES:
        assert f"keyturn {name}".replace("-", "\\-") in page, shlex.quote(name)


def test_a_shell_completes_its_commands(clean_root: Path) -> None:
    script = "usr/share/bash-completion/completions/keyturn"
    asked = f"source /{script}; COMP_WORDS=(keyturn turn-o); COMP_CWORD=1; _shtab_keyturn keyturn turn-o keyturn"
    completed = in_root(clean_root, f"bash -c '{asked}; echo ${{COMPREPLY[*]}}'")
    assert set(completed.stdout.split()) == {"turn-off", "turn-on"}


def test_removing_the_package_leaves_nothing(clean_root: Path) -> None:
    removed = in_root(clean_root, "dpkg --purge keyturn")
    assert removed.returncode == 0, removed.stderr
    assert not (clean_root / "usr/lib/keyturn").exists()
    assert not (clean_root / "usr/bin/keyturn").exists()
