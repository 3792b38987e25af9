"""What stands where programs name a bucket, and is none: access points, directory buckets and their kin.

S3's User Guide has the forms: an access point's ARN, its alias (`…-s3alias`), that of an Object Lambda (`…--ol-s3`) or
of Outposts (`…--op-s3`), a directory bucket (`…--ZONE--x-s3`), one of tables (`…--table-s3`). A bucket in an account's
own namespace (`…-an`) is one.
"""

from __future__ import annotations

from enum import StrEnum

from keyturn.model.text import _


class BucketKind(StrEnum):
    """What a name is the name of."""

    BUCKET = "bucket"
    ACCESS_POINT = "access-point"
    DIRECTORY = "directory"
    OBJECT_LAMBDA = "object-lambda"
    OUTPOST = "outpost"
    TABLES = "tables"


_ENDINGS = {
    "--x-s3": BucketKind.DIRECTORY,
    "--xa-s3": BucketKind.DIRECTORY,  # an access point of one
    "--ol-s3": BucketKind.OBJECT_LAMBDA,
    "--op-s3": BucketKind.OUTPOST,
    "--table-s3": BucketKind.TABLES,
    "-s3alias": BucketKind.ACCESS_POINT,
    ".mrap": BucketKind.ACCESS_POINT,
}
_SERVICES = {
    "s3-object-lambda": BucketKind.OBJECT_LAMBDA,
    "s3-outposts": BucketKind.OUTPOST,
    "s3express": BucketKind.DIRECTORY,
    "s3tables": BucketKind.TABLES,
}


def kind_of_bucket(name: str) -> BucketKind:
    """Tell by its form what a name is the name of."""
    if name.startswith("arn:"):
        service = name.split(":")[2] if name.count(":") >= 2 else ""
        return _SERVICES.get(service, BucketKind.ACCESS_POINT)
    return next((kind for ending, kind in _ENDINGS.items() if name.endswith(ending)), BucketKind.BUCKET)


def what_it_is(name: str) -> str:
    """Say in a sentence what a name is the name of."""
    said = {
        BucketKind.BUCKET: _("{name} is a bucket."),
        BucketKind.ACCESS_POINT: _("{name} is an access point of S3, not a bucket."),
        BucketKind.DIRECTORY: _("{name} is a directory bucket (S3 Express One Zone), not an ordinary one."),
        BucketKind.OBJECT_LAMBDA: _("{name} is an Object Lambda access point, not a bucket."),
        BucketKind.OUTPOST: _("{name} is S3 on Outposts, not a bucket of a region."),
        BucketKind.TABLES: _("{name} is a table bucket (S3 Tables), not an ordinary one."),
    }
    return said[kind_of_bucket(name)].format(name=name)
