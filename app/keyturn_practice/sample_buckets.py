"""What lies in the practice account beside the sample computer: three buckets, each with a difficulty of its own."""

from __future__ import annotations

import json
from base64 import b64decode

from keyturn_practice.account import PracticeAccount
from keyturn_practice.sample_repository import REPOSITORY

ARCHIVE = "family-archive"
OFFICE = "office-backup"
PHOTOS = "photos-vault"
REPOSITORY_PREFIX = "restic"
OTHER_COMPUTER = "Study iMac"
_BACKUP_SET, _BACKUP_FOLDER = "5E7D9CE7-04DA-42E3-B55E-B35D76F29D03", "0C0FFEE0-04DA-42E3-B55E-B35D76F29D03"
# Nine years and a month: made before key IDs contained the account's number.
OLD_KEY_DAYS = 9 * 365 + 30


def furnish_account(account: PracticeAccount, *, lock_mode: str = "GOVERNANCE") -> None:
    """Make the sample computer's buckets and what is in them.

    `family-archive` is in Frankfurt; `office-backup` keeps versions and holds a real restic repository;
    `photos-vault` in Ireland locks every new object for 30 days.
    """
    furnish_archive(account)
    furnish_office(account)
    account.create_bucket(PHOTOS, region="eu-west-1", lock_mode=lock_mode)
    account.put_object(PHOTOS, "2018/IMG_0001.txt", b"PRACTICE: a photo\n")
    account.put_object(PHOTOS, "2018/IMG_0002.txt", b"PRACTICE: another photo\n")


def furnish_archive(account: PracticeAccount) -> None:
    """Make `family-archive` alone, which is all that the sample computer's rclone reaches."""
    account.create_bucket(ARCHIVE, region="eu-central-1")
    account.put_object(ARCHIVE, "summers/2016/lake.txt", b"PRACTICE: a day at the lake\n")
    account.put_object(ARCHIVE, "summers/2017/Grüße aus Sylt.txt", "PRACTICE: Grüße\n".encode())
    account.put_object(ARCHIVE, "summers/2011.tar", b"PRACTICE: asleep\n", storage_class="DEEP_ARCHIVE")


def furnish_office(account: PracticeAccount) -> None:
    """Make `office-backup` alone."""
    account.create_bucket(OFFICE, region="us-east-1", versioned=True)
    account.put_object(OFFICE, "letters/2023.txt", b"PRACTICE: letters\n")
    for name, text in REPOSITORY.items():
        account.put_object(OFFICE, f"{REPOSITORY_PREFIX}/{name}", b64decode(text))


def add_other_computer(account: PracticeAccount) -> None:
    """Put into `family-archive` what Arq 7 on somebody else's computer keeps there (facts/arq.md 1.7)."""
    about = {"computerName": OTHER_COMPUTER, "backupName": "Everything", "isEncrypted": True}
    records = f"{_BACKUP_SET}/backupfolders/{_BACKUP_FOLDER}/backuprecords/00178"
    account.put_object(ARCHIVE, f"{_BACKUP_SET}/backupconfig.json", json.dumps(about).encode(), age_days=800)
    account.put_object(ARCHIVE, f"{records}/3420011.backuprecord", b"PRACTICE\n", age_days=3)
