"""What a file is, told by its first bytes: an archive or a database to look into, or one that nobody can look into."""

from __future__ import annotations

from enum import StrEnum


class FileKind(StrEnum):
    """What Keyturn looks into."""

    ZIP = "zip"
    GZIP = "gzip"
    BZIP2 = "bzip2"
    XZ = "xz"
    TAR = "tar"
    SQLITE = "SQLite"


class Closed(StrEnum):
    """What Keyturn cannot look into, by the name that people know."""

    SEVEN_ZIP = "7-Zip"
    RAR = "RAR"
    ZSTANDARD = "Zstandard"
    LZ4 = "LZ4"
    KEEPASS = "KeePass"
    AGE = "age"
    OPENSSL = "OpenSSL"
    RCLONE = "rclone"
    ANSIBLE = "Ansible Vault"
    LUKS = "LUKS"
    GIT = "Git"
    PDF = "PDF"


# How each begins, from its format's description.
_BEGINNINGS: tuple[tuple[bytes, FileKind | Closed], ...] = (
    (b"PK\x03\x04", FileKind.ZIP),
    (b"PK\x05\x06", FileKind.ZIP),  # without any member
    (b"\x1f\x8b\x08", FileKind.GZIP),
    *((b"BZh%d1AY&SY" % level, FileKind.BZIP2) for level in range(1, 10)),
    (b"\xfd7zXZ\x00", FileKind.XZ),
    (b"SQLite format 3\x00", FileKind.SQLITE),
    (b"7z\xbc\xaf\x27\x1c", Closed.SEVEN_ZIP),
    (b"Rar!\x1a\x07", Closed.RAR),
    (b"\x28\xb5\x2f\xfd", Closed.ZSTANDARD),
    (b"\x04\x22\x4d\x18", Closed.LZ4),
    (b"\x03\xd9\xa2\x9a", Closed.KEEPASS),
    (b"age-encryption.org/", Closed.AGE),
    (b"Salted__", Closed.OPENSSL),
    (b"# Encrypted rclone configuration File", Closed.RCLONE),
    (b"RCLONE_ENCRYPT_V0:", Closed.RCLONE),
    (b"$ANSIBLE_VAULT;", Closed.ANSIBLE),
    (b"LUKS\xba\xbe", Closed.LUKS),
    (b"PACK\x00\x00\x00", Closed.GIT),
    (b"%PDF-", Closed.PDF),
)
FIRST_BYTES = frozenset(beginning[0] for beginning, _kind in _BEGINNINGS)
TAR_MARK, TAR_MARK_AT = b"ustar", 257  # POSIX.1, pax
# Programs and scripts that are a zip archive behind what starts them.
SELF_EXTRACTING = (".exe", ".pyz", ".pyzw", ".pex", ".run", ".jar")


def kind_of(beginning: bytes | bytearray | memoryview) -> FileKind | Closed | None:
    """Return what begins like this, or None where nothing is known of it."""
    start = bytes(beginning[: TAR_MARK_AT + len(TAR_MARK)])
    for sign, kind in _BEGINNINGS:
        if start.startswith(sign):
            return kind
    return FileKind.TAR if start.endswith(TAR_MARK) and len(start) == TAR_MARK_AT + len(TAR_MARK) else None
