"""What winget and Homebrew are told of a release is what its files are."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import manifests

_FILES = {
    "Keyturn-0.10.0.0-setup.exe": b"an installer",
    "Keyturn-0.10.0-arm64.dmg": b"an image",
    "Keyturn-0.10.0-x86_64.dmg": b"another image",
}
_WORDS = ["--version", "0.10.0", "--address", "https://example.org/keyturn/", "--owner", "Somebody", "--licence", "MIT"]


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """A folder with what is published."""
    for name, content in _FILES.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_winget_is_told_the_installer_s_address_and_hash_and_takes_no_version_for_a_number(released: Path) -> None:
    assert manifests.main([str(released), *_WORDS]) == 0
    read = [YAML(typ="safe").load(path) for path in sorted(released.glob("*.yaml"))]
    assert [one["ManifestType"] for one in read] == ["installer", "defaultLocale", "version"]
    assert {(one["PackageIdentifier"], one["PackageVersion"]) for one in read} == {("Somebody.Keyturn", "0.10.0")}
    (installer,) = read[0]["Installers"]
    assert (
        installer["InstallerUrl"] == "https://example.org/keyturn/releases/download/v0.10.0/Keyturn-0.10.0.0-setup.exe"
    )
    assert installer["InstallerSha256"] == hashlib.sha256(b"an installer").hexdigest().upper()
    assert read[1]["License"] == "MIT"


def test_homebrew_is_told_each_image_s_hash_for_its_own_processor(released: Path) -> None:
    assert manifests.main([str(released), *_WORDS]) == 0
    cask = (released / "keyturn.rb").read_text(encoding="utf-8")
    told = dict(re.findall(r'(arm|intel): +"([0-9a-f]{64})"', cask))
    assert told == {kind: hashlib.sha256(_FILES[name]).hexdigest() for kind, name in _images().items()}
    assert 'url "https://example.org/keyturn/releases/download/v0.10.0/Keyturn-#{version}-#{arch}.dmg"' in cask
    assert "zap" not in cask, "Keyturn's folder holds the way back, and is nobody's left-over"


def _images() -> dict[str, str]:
    return {"arm": "Keyturn-0.10.0-arm64.dmg", "intel": "Keyturn-0.10.0-x86_64.dmg"}


def test_without_one_of_the_files_nothing_is_written(released: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (released / "Keyturn-0.10.0-x86_64.dmg").unlink()
    assert manifests.main([str(released), *_WORDS]) == 1
    assert "Keyturn-0.10.0-x86_64.dmg" in capsys.readouterr().err
    assert {path.name for path in released.iterdir()} == _FILES.keys() - {"Keyturn-0.10.0-x86_64.dmg"}
