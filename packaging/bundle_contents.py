"""What a frozen Keyturn is made of: the licences that go along with it, and the list that scanners read.

The list is CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/): every Python package with its version and licence, and
every system library with the Debian package that it came from.
"""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from cyclonedx.factory.license import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

SBOM = "sbom.cdx.json"
LICENCES = "licences"
INSIDE = "_internal"  # where PyInstaller puts everything but the program itself


@dataclass(frozen=True, slots=True)
class SystemLibrary:
    """A library that is not part of a Python package.

    Attributes:
        package: the Debian package that it came from, with its version; empty where none is known.
    """

    name: str
    package: str = ""
    version: str = ""


def write(frozen: Path, folder: Path) -> None:
    """Write the licences and the list into `folder`.

    Args:
        frozen: what the specification says it froze: names of modules, and libraries with where they came from.
    """
    found = json.loads(frozen.read_text(encoding="utf-8"))
    packages = python_packages({*found["modules"], *found["libraries"]})
    still_there = {name: source for name, source in found["libraries"].items() if (folder / INSIDE / name).exists()}
    libraries = system_libraries(still_there, packages)
    copy_licences(packages, folder / LICENCES)
    (folder / SBOM).write_text(bill_of_materials(packages, libraries), encoding="utf-8")


def python_packages(names: Iterable[str]) -> tuple[metadata.Distribution, ...]:
    """The installed packages that these modules and files belong to, in the order of their names."""
    owners = metadata.packages_distributions()
    tops = {name.replace("\\", "/").partition("/")[0].partition(".")[0] for name in names}
    owning = {owner for top in tops for owner in owners.get(top, ())}
    return tuple(metadata.distribution(name) for name in sorted(owning, key=str.lower) if name != "keyturn")


def system_libraries(
    libraries: Mapping[str, str], packages: Iterable[metadata.Distribution]
) -> tuple[SystemLibrary, ...]:
    """The libraries that came from neither a Python package nor Python itself."""
    ours = {str(package.locate_file("")) for package in packages}
    foreign = {Path(source).resolve() for source in libraries.values() if not source.startswith(tuple(ours))}
    python = Path(sys.base_prefix).resolve()
    return tuple(with_debian_package(path) for path in sorted(foreign) if not path.is_relative_to(python))


def copy_licences(packages: Iterable[metadata.Distribution], folder: Path) -> None:
    """Copy each package's own licence files to `folder/<package>/`."""
    shutil.rmtree(folder, ignore_errors=True)
    for package in packages:
        texts = [one for one in package.files or () if _is_licence(Path(str(one)))]
        place = folder / package.name
        place.mkdir(parents=True)
        for text in texts:
            shutil.copyfile(str(package.locate_file(text)), place / Path(str(text)).name)
        if not texts:
            stated = licence_of(package) or "not stated; see the package's page"
            (place / "LICENSE").write_text(f"{package.name} {package.version}: {stated}\n", encoding="utf-8")


def licence_of(package: metadata.Distribution) -> str:
    """What the package says of its licence, in the newest of the three ways in which packages say it."""
    fields = package.metadata.json
    plain = str(fields.get("license", ""))
    classifiers = [one for one in fields.get("classifier", ()) if one.startswith("License ::")]
    # Some packages put the whole text where its name belongs.
    named = "" if "\n" in plain else plain
    return str(fields.get("license_expression", "")) or named or ", ".join(c.rpartition(" :: ")[2] for c in classifiers)


def bill_of_materials(packages: Iterable[metadata.Distribution], libraries: Iterable[SystemLibrary]) -> str:
    """The list as CycloneDX JSON."""
    licences = LicenseFactory()
    keyturn = metadata.distribution("keyturn")
    bom = Bom()
    whole = Component(name="keyturn", version=keyturn.version, type=ComponentType.APPLICATION)
    bom.metadata.component = whole
    bom.components.add(
        Component(
            name="CPython",
            version=platform.python_version(),
            type=ComponentType.PLATFORM,
            licenses=[licences.make_from_string("PSF-2.0")],
        )
    )
    for package in packages:
        stated = licence_of(package)
        bom.components.add(
            Component(
                name=package.name,
                version=package.version,
                type=ComponentType.LIBRARY,
                licenses=[licences.make_from_string(stated)] if stated else (),
                purl=PackageURL("pypi", name=package.name.lower(), version=package.version),
            )
        )
    for library in libraries:
        known = bool(library.package)
        purl = PackageURL("deb", "debian", library.package, library.version) if known else None
        version = library.version or None
        bom.components.add(Component(name=library.name, version=version, type=ComponentType.LIBRARY, purl=purl))
    bom.register_dependency(whole, bom.components)
    return str(JsonV1Dot6(bom).output_as_string(indent=2))


def _is_licence(path: Path) -> bool:
    inside = any(part.endswith(".dist-info") for part in path.parts)
    return inside and path.name.upper().startswith(("LICENSE", "LICENCE", "COPYING", "NOTICE", "AUTHORS"))


def with_debian_package(path: Path) -> SystemLibrary:
    """The library with the Debian package that it belongs to, where it belongs to one."""
    if shutil.which("dpkg-query") is None:
        return SystemLibrary(path.name)
    # Debian's own list names files where they were before /lib became a link to /usr/lib.
    for name in (str(path), str(path).removeprefix("/usr")):
        asked = subprocess.run(["dpkg-query", "--search", name], capture_output=True, text=True, check=False)  # noqa: S607
        package = asked.stdout.partition(": ")[0].partition(":")[0]
        if asked.returncode == 0 and package:
            show = ["dpkg-query", "--show", "--showformat=${Version}", package]
            version = subprocess.run(show, capture_output=True, text=True, check=True).stdout
            return SystemLibrary(path.name, package, version)
    return SystemLibrary(path.name)
