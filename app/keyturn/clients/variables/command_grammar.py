"""What the options and sub-commands of programs that store at S3 mean for their requests and their rights.

Facts: each program's own manual, and facts/clients.md section 2. A program that is not here asks for the base.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from keyturn.model.needs import Addition

_NOTHING: frozenset[Addition] = frozenset()


@dataclass(frozen=True, slots=True)
class CommandGrammar:
    """One program's command line.

    Attributes:
        encryption, kms_key, storage_class, acl, checksum, tags: the options whose value says so.
        kms_alone: a KMS key says by itself that objects are encrypted with it.
        encrypts: the options that stand for `AES256` where no kind follows.
        says: options without a value, or with any, and the header that they stand for: (field of `Manner`, value).
        pays: the options with which the program says that it pays.
        headers: the options whose value is a header, `name: value`.
        always: what every run asks for beyond the base.
        adds: options, and what they ask for.
        words: sub-commands, and what they ask for beyond the base.
        removes: sub-commands and options that delete what is there.
        lists: sub-commands that ask for the names of all buckets where they name none.
        beyond: sub-commands that change a bucket itself, which no key for backups may do.
    """

    encryption: tuple[str, ...] = ()
    kms_key: tuple[str, ...] = ()
    kms_alone: bool = False
    encrypts: frozenset[str] = frozenset()
    storage_class: tuple[str, ...] = ()
    acl: tuple[str, ...] = ()
    checksum: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    says: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    pays: frozenset[str] = frozenset()
    headers: tuple[str, ...] = ()
    always: frozenset[Addition] = _NOTHING
    adds: Mapping[str, frozenset[Addition]] = field(default_factory=dict)
    words: Mapping[str, frozenset[Addition]] = field(default_factory=dict)
    removes: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    beyond: frozenset[str] = frozenset()


def _set(*additions: Addition) -> frozenset[Addition]:
    return frozenset(additions)


_ACL = _set(Addition.OBJECT_ACL)
_OF_AWS_S3 = CommandGrammar(
    encryption=("--sse",),
    encrypts=frozenset({"--sse"}),
    kms_key=("--sse-kms-key-id",),
    storage_class=("--storage-class",),
    acl=("--acl",),
    checksum=("--checksum-algorithm",),
    pays=frozenset({"--request-payer"}),
    adds={"--acl": _ACL, "--grants": _ACL},
    words={"mb": _set(Addition.CREATE_BUCKET)},
    removes=frozenset({"rm", "mv", "--delete"}),
    lists=frozenset({"ls"}),
    beyond=frozenset({"rb", "website"}),
)
# The operations that are not named here change a bucket, or ask how it is set up.
_OF_AWS_S3API = CommandGrammar(
    encryption=("--server-side-encryption",),
    kms_key=("--ssekms-key-id",),
    storage_class=("--storage-class",),
    acl=("--acl",),
    checksum=("--checksum-algorithm",),
    tags=("--tagging",),
    pays=frozenset({"--request-payer"}),
    adds={
        **dict.fromkeys(("--acl", "--grant-full-control", "--grant-read"), _ACL),
        "--tagging": _set(Addition.TAGGING),
        "--object-lock-mode": _set(Addition.RETENTION),
        "--object-lock-legal-hold-status": _set(Addition.LEGAL_HOLD),
    },
    words={
        **dict.fromkeys(
            (
                *("abort-multipart-upload", "complete-multipart-upload", "copy-object", "create-multipart-upload"),
                *("delete-object", "delete-objects", "get-bucket-location", "get-object", "head-bucket", "head-object"),
                *("list-multipart-uploads", "list-objects", "list-objects-v2", "list-parts", "put-object"),
                *("upload-part", "upload-part-copy", "wait"),
            ),
            _NOTHING,
        ),
        "create-bucket": _set(Addition.CREATE_BUCKET),
        "get-bucket-lifecycle-configuration": _set(Addition.SETTINGS),
        "get-bucket-versioning": _set(Addition.VERSIONING),
        "get-object-legal-hold": _set(Addition.LEGAL_HOLD),
        "get-object-lock-configuration": _set(Addition.LOCK_SETTINGS),
        "get-object-retention": _set(Addition.RETENTION),
        "get-object-tagging": _set(Addition.READ_TAGS),
        "list-buckets": _set(Addition.LIST_ALL_BUCKETS),
        "list-object-versions": _set(Addition.READ_VERSIONS),
        "put-object-acl": _ACL,
        "put-object-legal-hold": _set(Addition.LEGAL_HOLD),
        "put-object-retention": _set(Addition.RETENTION),
        "put-object-tagging": _set(Addition.TAGGING),
        "restore-object": _set(Addition.RESTORE),
    },
    removes=frozenset({"delete-object", "delete-objects"}),
)
# Each operation of its own option of this name is on one version of an object.
VERSION_OPTION = "--version-id"

GRAMMARS: Mapping[str, CommandGrammar] = {
    "aws s3": _OF_AWS_S3,
    "aws s3api": _OF_AWS_S3API,
    "rclone": CommandGrammar(
        encryption=("--s3-server-side-encryption",),
        kms_key=("--s3-sse-kms-key-id",),
        storage_class=("--s3-storage-class",),
        acl=("--s3-acl",),
        pays=frozenset({"--s3-requester-pays"}),
        headers=("--header", "--header-upload"),
        adds={
            "--s3-versions": _set(Addition.READ_VERSIONS),
            "--s3-version-at": _set(Addition.READ_VERSIONS),
        },
        words={
            "cleanup-hidden": _set(Addition.READ_VERSIONS, Addition.DELETE_VERSIONS),
            "restore": _set(Addition.RESTORE),
            "restore-status": _NOTHING,
            "versioning": _set(Addition.VERSIONING),
        },
        removes=frozenset({"sync", "move", "moveto", "delete", "deletefile", "purge", "bisync", "dedupe"}),
        lists=frozenset({"lsd", "lsf", "ls", "lsl", "lsjson", "size", "tree", "ncdu"}),
        beyond=frozenset({"rmdir", "rmdirs"}),
    ),
    "restic": CommandGrammar(removes=frozenset({"forget", "prune"})),
    "rustic": CommandGrammar(removes=frozenset({"forget", "prune"})),
    "s3cmd": CommandGrammar(
        says={
            "--server-side-encryption": ("encryption", "AES256"),
            "--acl-public": ("acl", "public-read"),
            "-P": ("acl", "public-read"),
            "--acl-private": ("acl", "private"),
            "--rr": ("storage_class", "REDUCED_REDUNDANCY"),
        },
        kms_key=("--server-side-encryption-kms-id",),
        kms_alone=True,
        storage_class=("--storage-class",),
        pays=frozenset({"--requester-pays"}),
        headers=("--add-header",),
        adds=dict.fromkeys(("--acl-public", "-P", "--acl-private", "--acl-grant", "--acl-revoke"), _ACL),
        words={
            "mb": _set(Addition.CREATE_BUCKET),
            "restore": _set(Addition.RESTORE),
            "setacl": _ACL,
            "la": _set(Addition.LIST_ALL_BUCKETS),
        },
        removes=frozenset({"del", "rm", "mv", "--delete-removed"}),
        lists=frozenset({"ls"}),
        beyond=frozenset(
            {
                *("rb", "setpolicy", "delpolicy", "setlifecycle", "dellifecycle", "expire", "accesslog", "setcors"),
                *("ws-create", "ws-delete", "setversioning"),
            }
        ),
    ),
    "s4cmd": CommandGrammar(
        encryption=("--API-ServerSideEncryption",),
        kms_key=("--API-SSEKMSKeyId",),
        storage_class=("--API-StorageClass",),
        acl=("--API-ACL",),
        adds={"--API-ACL": _ACL, "--API-GrantRead": _ACL, "--API-GrantFullControl": _ACL},
        words={"mb": _set(Addition.CREATE_BUCKET)},
        removes=frozenset({"del", "mv", "--delete-removed"}),
        lists=frozenset({"ls"}),
    ),
    "s5cmd": CommandGrammar(
        encryption=("--sse",),
        kms_key=("--sse-kms-key-id",),
        storage_class=("--storage-class",),
        acl=("--acl",),
        pays=frozenset({"--request-payer"}),
        adds={"--acl": _ACL, "--all-versions": _set(Addition.READ_VERSIONS, Addition.DELETE_VERSIONS)},
        words={"mb": _set(Addition.CREATE_BUCKET)},
        removes=frozenset({"rm", "mv", "--delete"}),
        lists=frozenset({"ls"}),
        beyond=frozenset({"rb", "bucket-version"}),
    ),
    "mc": CommandGrammar(
        storage_class=("--storage-class", "--sc"),
        tags=("--tags",),
        adds={
            "--tags": _set(Addition.TAGGING),
            "--versions": _set(Addition.READ_VERSIONS, Addition.DELETE_VERSIONS),
            "--retention-mode": _set(Addition.RETENTION),
            "--legal-hold": _set(Addition.LEGAL_HOLD),
        },
        words={
            "mb": _set(Addition.CREATE_BUCKET),
            "retention": _set(Addition.RETENTION),
            "legalhold": _set(Addition.LEGAL_HOLD),
            "undo": _set(Addition.READ_VERSIONS, Addition.DELETE_VERSIONS),
        },
        removes=frozenset({"rm", "mv", "--remove"}),
        beyond=frozenset({"rb", "anonymous", "policy", "ilm", "version", "encrypt", "replicate", "event"}),
    ),
    "duplicity": CommandGrammar(
        says={
            "--s3-use-rrs": ("storage_class", "REDUCED_REDUNDANCY"),
            "--s3-use-ia": ("storage_class", "STANDARD_IA"),
            "--s3-use-onezone-ia": ("storage_class", "ONEZONE_IA"),
            "--s3-use-glacier": ("storage_class", "GLACIER"),
            "--s3-use-glacier-ir": ("storage_class", "GLACIER_IR"),
            "--s3-use-deep-archive": ("storage_class", "DEEP_ARCHIVE"),
            "--s3-use-server-side-encryption": ("encryption", "AES256"),
            "--s3-use-server-side-kms-encryption": ("encryption", "aws:kms"),
        },
        kms_key=("--s3-kms-key-id",),
        removes=frozenset({"remove-older-than", "remove-all-but-n-full", "remove-all-inc-of-but-n-full", "cleanup"}),
    ),
    "kopia": CommandGrammar(
        always=_set(Addition.LOCK_SETTINGS, Addition.RETENTION),
        adds={"--point-in-time": _set(Addition.READ_VERSIONS, Addition.VERSIONING)},
    ),
    "goofys": CommandGrammar(
        encrypts=frozenset({"--sse"}),
        kms_key=("--sse-kms",),
        kms_alone=True,
        storage_class=("--storage-class",),
        acl=("--acl",),
        pays=frozenset({"--requester-pays"}),
        adds={"--acl": _ACL},
    ),
    "mount-s3": CommandGrammar(
        encryption=("--sse",),
        kms_key=("--sse-kms-key-id",),
        storage_class=("--storage-class",),
        pays=frozenset({"--requester-pays"}),
    ),
    "barman-cloud-backup": CommandGrammar(
        encryption=("-e", "--encryption"),
        kms_key=("--sse-kms-key-id",),
        adds=dict.fromkeys(("--tags", "--tag"), _set(Addition.TAGGING)),
    ),
    "barman-cloud-wal-archive": CommandGrammar(
        encryption=("-e", "--encryption"),
        kms_key=("--sse-kms-key-id",),
        adds=dict.fromkeys(("--tags", "--tag", "--history-tags"), _set(Addition.TAGGING)),
    ),
}
# Other names of the same programs.
SAME_AS: Mapping[str, str] = {"mcli": "mc", "minio-client": "mc", "geesefs": "goofys"}
