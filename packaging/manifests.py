"""What winget and Homebrew want to know of a release, made from its files: `python3 packaging/manifests.py --help`.

The forms are winget's manifest schema 1.6.0 (https://aka.ms/winget-manifest.version.1.6.0.schema.json and its kin) and
Homebrew's Cask Cookbook (https://docs.brew.sh/Cask-Cookbook). Both want a licence or an address that only the owner
can name, so the script has none by itself.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_SCHEMA = "1.6.0"
_SUMMARY = "Replaces old AWS access keys in backup programs, and proves that the backups still work."
_CASK = """\
cask "keyturn" do
  arch arm: "arm64", intel: "x86_64"

  version "{version}"
  sha256 arm:   "{arm64}",
         intel: "{x86_64}"

  url "{downloads}/Keyturn-#{{version}}-#{{arch}}.dmg"
  name "Keyturn"
  desc "Replaces old AWS access keys in backup programs"
  homepage "{address}"

  depends_on macos: ">= :ventura"

  app "Keyturn.app"
  binary "#{{appdir}}/Keyturn.app/Contents/MacOS/keyturn"
end
"""
# No `zap` above: Keyturn's folder holds the way back of each rotation, and is nobody's left-over.


@dataclass(frozen=True, slots=True)
class Release:
    """A published version.

    Attributes:
        address: the repository's page, without a slash at its end.
        owner: who publishes, as winget's first half of a package's name; one word.
        licence: its short name, as the owner chose it.
        files: the folder with what is published.
    """

    version: str
    address: str
    owner: str
    licence: str
    files: Path

    @property
    def downloads(self) -> str:
        """Where the files are."""
        return f"{self.address}/releases/download/v{self.version}"

    def hash(self, name: str) -> str:
        """The SHA-256 of one of the files.

        Raises:
            FileNotFoundError: where it is not among them.
        """
        with (self.files / name).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def winget(release: Release) -> Mapping[str, str]:
    """The three files of winget's manifest, by their names."""
    identifier = f"{release.owner}.Keyturn"
    installer = f"Keyturn-{release.version}.0-setup.exe"
    common = {"PackageIdentifier": identifier, "PackageVersion": release.version}
    whole = {**common, "DefaultLocale": "en-US", **_kind("version")}
    download = {
        "Architecture": "x64",
        "InstallerUrl": f"{release.downloads}/{installer}",
        "InstallerSha256": release.hash(installer).upper(),
    }
    how = {**common, "InstallerType": "inno", "Scope": "user", "Installers": [download], **_kind("installer")}
    told = {
        **common,
        "PackageLocale": "en-US",
        "Publisher": "The Keyturn developers",
        "PackageName": "Keyturn",
        "PackageUrl": release.address,
        "License": release.licence,
        "ShortDescription": _SUMMARY,
        **_kind("defaultLocale"),
    }
    return {
        f"{identifier}.yaml": _yaml(whole),
        f"{identifier}.installer.yaml": _yaml(how),
        f"{identifier}.locale.en-US.yaml": _yaml(told),
    }


def cask(release: Release) -> str:
    """Homebrew's cask."""
    hashes = {arch: release.hash(f"Keyturn-{release.version}-{arch}.dmg") for arch in ("arm64", "x86_64")}
    return _CASK.format(version=release.version, downloads=release.downloads, address=release.address, **hashes)


def _kind(name: str) -> Mapping[str, str]:
    return {"ManifestType": name, "ManifestVersion": _SCHEMA}


def _yaml(fields: Mapping[str, object]) -> str:
    return "\n".join(_lines(fields)) + "\n"


def _lines(fields: Mapping[str, object]) -> Iterator[str]:
    """The fields as YAML. A JSON string is one of YAML's, too, so that no version is taken for a number."""
    for name, value in fields.items():
        if isinstance(value, list):
            yield f"{name}:"
            for item in value:
                first, *rest = _lines(item)
                yield from (f"- {first}", *(f"  {line}" for line in rest))
        else:
            yield f"{name}: {json.dumps(value, ensure_ascii=False)}"


def main(arguments: Sequence[str]) -> int:
    """Write the manifests beside the files."""
    parser = argparse.ArgumentParser(description="Write winget's and Homebrew's manifests for a published version.")
    parser.add_argument("files", type=Path, help="the folder with the release's files; the manifests go there, too")
    parser.add_argument("--version", required=True, help="such as 0.1.0")
    parser.add_argument(
        "--address", required=True, help="the repository's page, such as https://github.com/OWNER/keyturn"
    )
    parser.add_argument("--owner", required=True, help="who publishes, in one word")
    parser.add_argument("--licence", required=True, help="its short name, such as MIT")
    said = parser.parse_args(arguments)
    release = Release(said.version, said.address.rstrip("/"), said.owner, said.licence, said.files)
    try:
        made = {**winget(release), "keyturn.rb": cask(release)}
    except FileNotFoundError as error:
        print(f"{error.filename} is not there; a manifest without its hash would be refused.", file=sys.stderr)
        return 1
    for name, text in made.items():
        (release.files / name).write_text(text, encoding="utf-8", newline="\n")
        print(release.files / name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
