"""What Windows shows under Properties, Details, in the form that PyInstaller reads."""

from __future__ import annotations

from pathlib import Path

_TEMPLATE = """\
VSVersionInfo(
  ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}),
  kids=[
    StringFileInfo([StringTable("040904B0", [
      StringStruct("CompanyName", "The Keyturn developers"),
      StringStruct("FileDescription", "Keyturn"),
      StringStruct("FileVersion", "{version}"),
      StringStruct("InternalName", "keyturn"),
      StringStruct("OriginalFilename", "keyturn.exe"),
      StringStruct("ProductName", "Keyturn"),
      StringStruct("ProductVersion", "{version}"),
    ])]),
    VarFileInfo([VarStruct("Translation", [1033, 1200])]),
  ],
)
"""


def write(version: str, path: Path) -> None:
    """Write it; `version` is up to four numbers with dots."""
    numbers = tuple([*(int(part) for part in version.split(".")), 0, 0, 0, 0][:4])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_TEMPLATE.format(numbers=numbers, version=version), encoding="utf-8")
