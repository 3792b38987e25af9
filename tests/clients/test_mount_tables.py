"""What the system mounts by its tables is a use of the key: the bucket is seen, and the file that an option names."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.clients.registry import find_everything
from keyturn.computer.computer import Computer
from keyturn.model.places import Place, Target

ID, SECRET = "AKIAOLD0CONTRACT7Q2P", "oldOLDoldOLDoldOLDoldOLDoldOLDoldOLD/+ol"
RCLONE = f"[store]\ntype = s3\nprovider = AWS\naccess_key_id = {ID}\nsecret_access_key = {SECRET}\n"
PROFILE = f"[default]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n"
CREDENTIALS = "home/me/.aws/credentials"
LINE = f"{ID}:{SECRET}\n"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def found(disk: Path) -> tuple[Place, ...]:
    """The places of a computer whose disk lies below the folder."""
    (disk / "home/me").mkdir(parents=True, exist_ok=True)
    write(disk / "etc/passwd", "me:x:1000:1000::/home/me:/bin/sh\n")
    return find_everything(Computer.at(disk / "home/me", "linux")).places


@pytest.mark.parametrize(
    ("table", "line", "kept", "text"),
    [
        ("fstab", "store:bkt/a /mnt rclone rw,_netdev,config=/keys/deep/er/k 0 0", "keys/deep/er/k", RCLONE),
        ("fstab", "rclonefs#store:bkt/a /mnt fuse config=/keys/deep/er/k 0 0", "keys/deep/er/k", RCLONE),
        ("fstab", "goofys#bkt:a /mnt fuse _netdev,allow_other,--file-mode=0666 0 0", CREDENTIALS, PROFILE),
        ("fstab", "s3://bkt/a /mnt mount-s3 _netdev,region=eu-west-1 0 0", CREDENTIALS, PROFILE),
        ("fstab", "s3fs#bkt:/a /mnt fuse passwd_file=/keys/deep/er/k 0 0", "keys/deep/er/k", LINE),
        ("auto.s3", "vault -fstype=fuse.s3fs,rw,passwd_file=/keys/deep/er/k :bkt:/a", "keys/deep/er/k", LINE),
        ("auto.s3", "vault -fstype=fuse,passwd_file=/keys/deep/er/k :s3fs\\#bkt:/a", "keys/deep/er/k", LINE),
        ("autofs/auto.s3", "vault -fstype=rclone,config=/keys/deep/er/k :store:bkt/a", "keys/deep/er/k", RCLONE),
    ],
)  # fmt: skip
def test_a_mount_of_a_table_tells_its_bucket_and_its_file(
    table: str, line: str, kept: str, text: str, tmp_path: Path
) -> None:
    file = write(tmp_path / kept, text)
    write(tmp_path / "etc" / table, f"# mounts\nproc /proc proc defaults 0 0\n{line}\n")
    (place,) = found(tmp_path)
    assert (place.path, place.editable, place.targets) == (file, True, (Target("bkt", "a"),))


def test_a_line_that_is_commented_out_mounts_nothing(tmp_path: Path) -> None:
    write(tmp_path / CREDENTIALS, PROFILE)
    write(tmp_path / "etc/fstab", "#s3://bkt/a /mnt mount-s3 defaults 0 0\nUUID=x / ext4 defaults 0 1\n")
    (place,) = found(tmp_path)
    assert place.targets == ()


def test_a_unit_that_mounts_is_read_as_a_line_of_a_table(tmp_path: Path) -> None:
    file = write(tmp_path / "keys/deep/er/k", RCLONE)
    unit = "[Mount]\nWhat=store:bkt/a\nWhere=/mnt\nType=rclone\nOptions=_netdev,config=/keys/deep/er/k\n"
    write(tmp_path / "etc/systemd/system/mnt.mount", unit)
    (place,) = found(tmp_path)
    assert (place.path, place.editable, place.targets) == (file, True, (Target("bkt", "a"),))
