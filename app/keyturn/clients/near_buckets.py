"""The buckets that are named near a key in a text of whatever language, by the words and addresses that say so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyturn.model.places import Target

_NAME = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
# `bucket = "name"`, `'bucket' => 'name'`, `"bucketName": "name"`, `S3_BUCKET: name`, `-BucketName name`, `--bucket x`;
# without quotes the name ends the line, the word of a command, or the value of an option.
_BY_WORD = re.compile(
    r"""(?<![\w-])(?P<before>-{0,2}[\w-]{0,40})bucket(?!["'][ \t]*,)(?:[_-]?name)?["']?[ \t]{0,20}"""
    r"""(?P<sign>=>|:=|\?=|=|:|,|\(|[ \t])[ \t]{0,20}"""
    rf"""(?:(?P<quote>["'])(?P<quoted>{_NAME})(?P=quote)|(?P<bare>{_NAME})(?=[\s,;'"`)]|\Z))""",
    re.IGNORECASE,
)
# `BUCKETS = ["name", 'name']`, `buckets: [name, name]`, `@buckets = qw(name name)`, and on lines of their own
_BY_LIST = re.compile(
    r"""(?<![\w-])[\w-]{0,40}buckets["']?[ \t]{0,20}(?:=>|:=|=|:)?[ \t]{0,20}(?:new |qw|list|set|\w{0,20}\[\])?"""
    r"""[ \t]{0,20}[\[({](?P<names>[^\[\](){}]{1,2000})[\])}]""",
    re.IGNORECASE,
)
_LISTED = re.compile(rf"""(?:^|[\s,"'`])(?P<name>{_NAME})(?=[\s,"'`]|\Z)""")
_ITEMS = rf"(?:[ \t]*-[ \t]+[\"']?{_NAME}[\"']?[ \t]*(?:\r?\n|\Z)){{1,100}}"
_BELOW = re.compile(
    rf"(?<![\w-])[\w-]{{0,40}}buckets[\"']?[ \t]*:[ \t]*\r?\n(?P<names>{_ITEMS})",
    re.IGNORECASE,
)
# `bucket NAME` alone on its line, as Proxmox and its like have it
_ALONE = re.compile(rf"(?m)^[ \t]*bucket[ \t]{{1,20}}(?P<name>{_NAME})[ \t]*\r?$")
# `s3://B`, `s3://ID:SECRET@B`, `s3:HOST/B`, `arn:aws:s3:::B`, `https://s3.REGION.amazonaws.com/B`, `:s3,OPTIONS:B`
_BY_ADDRESS = re.compile(
    r"(?<![\w-])s3[an]?://(?:[^@\s\"']{1,200}@)?(?P<address>[a-z0-9.-]{3,63})(?![\w.@:-])(?:/(?P<behind>[a-z0-9.-]{3,63}))?"
    rf"|(?<![\w:-])s3:(?:https?://)?(?:[a-z0-9-]{{1,63}}\.[a-z0-9.-]{{1,189}}|localhost|[a-z0-9-]{{1,63}}(?=:\d))(?::\d{{1,5}})?"
    rf"/(?P<restic>{_NAME})(?![\w.-])"
    rf"|arn:aws[a-z-]{{0,10}}:s3:::(?P<arn>{_NAME})(?![\w.-])"
    rf"|https?://s3[a-z0-9.-]{{0,40}}\.amazonaws\.com(?:\.cn)?/(?P<path>{_NAME})(?![\w.-])"
    rf"|https?://(?P<host>{_NAME})\.s3[a-z0-9.-]{{0,40}}\.amazonaws\.com"
    rf"|(?<!\w):s3,[^\s]{{1,400}}?:(?P<made_up>{_NAME})(?=[/\s\"'\]),]|\Z)"
)
_BEGINS_AN_ADDRESS = re.compile(r"s3\S")  # each of them does
_COMMENT = re.compile(r"[ \t]*(?:#|//|;|--[ \t]|rem[ \t]|<!--)", re.IGNORECASE)
# Buckets of other makers, which an S3 key does not open.
_NOT_S3 = re.compile(r"gcs|google|azure|b2_|gs_", re.IGNORECASE)
_NO_NAMES = frozenset(
    {"true", "false", "yes", "none", "null", "private", "string", "required", "default", "the", "name"}
)
_LONGEST = 500  # letters of a line before a key by which it is told to be a comment
_OF_AMAZON = ".amazonaws.com"


def buckets_near(text: str) -> tuple[Target, ...]:
    """Return the buckets that a piece of text names, in its order; what is a comment says nothing."""
    # Most texts name none, and have neither the word nor the beginning of an address.
    has_word, has_address = "bucket" in text.lower(), _BEGINS_AN_ADDRESS.search(text) is not None
    if not has_word and not has_address:
        return ()
    said = "\n".join("" if _COMMENT.match(line) else line for line in text.split("\n"))
    by_word = (*_by_word(said), *_by_list(said)) if has_word else ()
    found = sorted((*by_word, *(_by_address(said) if has_address else ())))
    return tuple(Target(name) for name in dict.fromkeys(name for _at, name in found))


def is_in_comment(text: str, at: int) -> bool:
    """Return whether what stands at an offset is on a line that is a comment in some language."""
    earliest = max(0, at - _LONGEST)  # a line may hold thousands of keys
    begins = text.rfind("\n", earliest, at) + 1
    return (begins > 0 or earliest == 0) and _COMMENT.match(text, begins) is not None


def _by_word(text: str) -> Iterator[tuple[int, str]]:
    for match in _BY_WORD.finditer(text):
        name, before = match["quoted"] or match["bare"], match["before"]
        # Between two words of a sentence there is nothing that says so.
        told = match["quote"] or match["sign"].strip() or before.startswith("-") or before.endswith("_")
        if told and name == name.lower() and name not in _NO_NAMES and not _NOT_S3.search(before):
            yield match.start(), name


def _by_list(text: str) -> Iterator[tuple[int, str]]:
    for match in (*_BY_LIST.finditer(text), *_BELOW.finditer(text)):
        if not _NOT_S3.search(match[0].partition("buckets")[0]):
            yield from ((match.start(), found["name"]) for found in _LISTED.finditer(match["names"]))
    yield from ((match.start(), match["name"]) for match in _ALONE.finditer(text))


def _by_address(text: str) -> Iterator[tuple[int, str]]:
    for match in _BY_ADDRESS.finditer(text):
        kind = match.lastgroup or ""
        name = match["address"] if kind == "behind" else match[kind]
        if kind in ("address", "behind") and name.endswith(_OF_AMAZON):
            name = match["behind"] or ""
        if len(name) > 2 and name[0].isalnum() and name[-1].isalnum():
            yield match.start(), name
