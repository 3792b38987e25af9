"""Every spot where a key ID stands is seen, with what is shaped like its secret, in whatever text and encoding."""

from __future__ import annotations

import plistlib
from base64 import b64encode
from textwrap import wrap

import pytest

from keyturn.clients.occurrences import occurrences_in

ID, OTHER = "AKIAONE0000000000001", "AKIATWO0000000000002"
SECRET = "oneONEoneONEoneONEoneONEoneONEoneONE/+on"


@pytest.mark.parametrize(
    "text",
    [
        f"s3 = boto3.client('s3', aws_access_key_id='{ID}', aws_secret_access_key='{SECRET}')",
        f"define('awsAccessKey', '{ID}'); define('awsSecretKey', '{SECRET}');",
        f"{ID}\n{SECRET}\n",
        f'access_key = "{ID}"\n  secret_key = "{SECRET}"',
        f"duplicati 's3://b?auth-username={ID}&auth-password=oneONEoneONEoneONEoneONEoneONEoneONE%2F%2Bon' ~",
        f"https://{ID}:{SECRET}@s3.amazonaws.com",
        f'{{"id": "{ID}", "secret": "oneONEoneONEoneONEoneONEoneONEoneONE\\/+on"}}',
        f"secret: {SECRET}\nid: {ID}",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_a_pair_is_seen_in_any_language_and_encoding(text: str, encoding: str) -> None:
    content = text.encode(encoding)
    (one,) = occurrences_in(content)
    assert one.secret is not None
    assert (one.key.value, one.secret.reveal()) == (ID, SECRET)
    assert content[one.offset : one.offset + 1] == b"A"


@pytest.mark.parametrize(
    "text",
    [
        f"{ID} and later {'0123456789abcdef' * 2}01234567",  # a checksum
        f"{ID}\n{SECRET}\n{SECRET[::-1]}\n",  # two, of which none is told to be its own
        f"{ID}\n\n\n\n\n\n{SECRET}\n",  # far away
        f"{ID} {SECRET}x",
    ],
)
def test_what_may_be_something_else_is_no_secret(text: str) -> None:
    assert [one.secret for one in occurrences_in(text.encode())] == [None]


def test_each_spot_has_its_line_and_the_secret_between_it_and_the_next_id() -> None:
    found = list(occurrences_in(f"# {ID}\nx\n{OTHER} {SECRET}\n{ID}\n".encode()))
    assert [(one.key.value, one.line, one.secret is not None) for one in found] == [
        (ID, 1, False),
        (OTHER, 3, True),
        (ID, 4, False),
    ]


def coded(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "text",
    [
        f"data:\n  AWS_ACCESS_KEY_ID: {coded(ID)}\n  AWS_SECRET_ACCESS_KEY: {coded(SECRET)}\n",
        f"data:\n  AWS_SECRET_ACCESS_KEY: {coded(SECRET)}\n  access-key: {coded(ID)}\n",
        "credentials: " + coded(f"[default]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}") + "\n",
        "\n".join(wrap(coded(f"id={ID}\nsecret={SECRET}\nand more"), 60)),
    ],
)
def test_a_pair_is_seen_within_base64(text: str) -> None:
    (one,) = occurrences_in(text.encode())
    assert one.in_base64
    assert one.secret is not None
    assert (one.key.value, one.secret.reveal()) == (ID, SECRET)


@pytest.mark.parametrize("after", ["a", "abc", "nine-long", "x" * 14, "x" * 15])
def test_a_binary_property_list_is_no_less_clear(after: str) -> None:
    content = plistlib.dumps({"a": ID, "b": after, "c": SECRET, "d": f"{after}."}, fmt=plistlib.FMT_BINARY)
    ((key, _line, offset, secret, *_more),) = occurrences_in(content)
    assert (key.value, content[offset:][:20]) == (ID, ID.encode())
    assert secret is not None
    assert secret.reveal() == SECRET
