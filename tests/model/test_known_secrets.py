"""Whatever is shown or kept, a secret that was read once is not in it, however it is written."""

from __future__ import annotations

import base64
import html
import json
import shlex
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.model.errors import AppError
from keyturn.model.keys import AccessKeyId, Secret
from keyturn.model.known_secrets import json_without_secrets, without_secrets
from keyturn.model.places import Problem

SECRET = "madeUp1Secret/of+forty/characters+and/no"
MARKS = "madeUp'2\"Secret&of$many`marks\\<x>"
NO_WORD = "m-k'3\"S\\x4!&lt;o%41f$z%2^`ü/+q:&z\\u00%"
NEARLY_QUOTES = "'\"\\a$$`'\\'\"\\`\\'$'"

Writing = Callable[[str], str]
WRITINGS: dict[str, Writing] = {
    "plain": lambda text: text,
    "after an equals sign": lambda text: f"secret_key={text}",
    "before its user's end": lambda text: f"s3://AKIAMADEUPSAMPLE0001:{text}@host/bucket",
    "in a URL": lambda text: quote(text, safe=""),
    "in a URL's path": quote,
    "in a form": quote_plus,
    "in a URL in small letters": lambda text: "".join(one if one.isalnum() else f"%{ord(one):02x}" for one in text),
    "in a URL in a URL": lambda text: quote(quote(text, safe=""), safe=""),
    "in JSON": json.dumps,
    "in PHP's JSON": lambda text: json.dumps(text).replace("/", "\\/"),
    "in JSON with numbers": lambda text: "".join(one if one.isalnum() else f"\\u{ord(one):04X}" for one in text),
    "in HTML": html.escape,
    "in XML with numbers": lambda text: "".join(one if one.isalnum() else f"&#{ord(one)};" for one in text),
    "as Python shows it": repr,
    "quoted for a shell": shlex.quote,
    "escaped for a shell": lambda text: "".join(one if one.isalnum() else f"\\{one}" for one in text),
    "in Base64": lambda text: base64.b64encode(text.encode()).decode(),
    "in Base64 with its key": lambda text: base64.b64encode(f"AKIAMADEUPSAMPLE0001:{text}".encode()).decode(),
    "in Base64 for URLs": lambda text: base64.urlsafe_b64encode(f"x{text}>>>???".encode()).decode(),
    "in Base64 in a URL": lambda text: quote(base64.b64encode(f"xy{text}".encode()).decode(), safe=""),
    "in Base64 in lines": lambda text: base64.encodebytes(f"a long file\n{text}\n".encode() * 3).decode().strip(),
}


@pytest.mark.parametrize("secret", [SECRET, MARKS, NO_WORD, NEARLY_QUOTES])
@pytest.mark.parametrize("writing", WRITINGS.values(), ids=WRITINGS)
def test_a_secret_is_hidden_however_it_is_written(secret: str, writing: Writing) -> None:
    Secret(secret)
    written = writing(secret)

    shown = without_secrets(f"it said: {written} and ended")

    assert "••••" in shown
    assert (shown.startswith("it said: "), shown.endswith(" and ended")) == (True, True)
    assert written[len(written) // 2 :][:12] not in shown


@given(before=st.binary(max_size=7), after=st.binary(max_size=7))
def test_no_neighbour_in_base64_gives_a_secret_away(before: bytes, after: bytes) -> None:
    Secret(SECRET)

    assert "••••" in without_secrets(base64.b64encode(before + SECRET.encode() + after).decode())


@given(
    secret=st.text("ab4%\\u0&;x-'\"$ü\U0001f600", min_size=16, max_size=24).filter(str.strip),
    before=st.text("a %\\&'\"", max_size=3),
    writing=st.sampled_from([str, quote, quote_plus, html.escape, repr, shlex.quote]),
)
def test_no_mark_gives_a_secret_away(secret: str, before: str, writing: Writing) -> None:
    Secret(secret)

    assert "••••" in without_secrets(f"{before}{writing(secret)} and so on")


def test_a_short_secret_is_hidden_where_it_stands_by_itself() -> None:
    Secret("minio-1")  # too short to be one
    Secret("minio-123")

    assert without_secrets("minio-1 password=minio-123 (minio-123)") == "minio-1 password=•••• (••••)"
    assert without_secrets("aminio-123 minio-1234") == "aminio-123 minio-1234"


def test_a_word_in_small_letters_and_a_whole_file_are_none_to_look_for() -> None:
    Secret("minioadmin")
    Secret("[default]\naws_secret_access_key = x\n")

    assert without_secrets("minioadmin [default]") == "minioadmin [default]"


def test_a_key_id_that_somebody_wrote_in_the_place_of_the_secret_stays_readable() -> None:
    key = AccessKeyId("AKIAMADEUPSAMPLE0009")
    Secret(key.value)

    assert without_secrets(f"the key {key}") == f"the key {key}"


def test_nothing_is_left_of_secrets_that_overlap_or_stand_side_by_side() -> None:
    for text in ("minio-123", "minio-123-and-more", "/+/+/+/+/+", "a+b+c+d+e"):
        Secret(text)

    assert without_secrets("x=minio-123-and-more.") == "x=••••."
    assert without_secrets("/+/+/+/+/+ a+b+c+d+e a%2Bb%2Bc%2Bd%2Be") == "•••• •••• ••••"
    assert without_secrets(f"{SECRET}{SECRET}{SECRET}") == f"{SECRET}{SECRET}{SECRET}"

    Secret(SECRET)

    assert without_secrets(f"{SECRET}{SECRET}{SECRET}") == "••••" * 3


def test_documents_keep_their_shape_and_lose_their_secrets() -> None:
    Secret(SECRET)
    document = {"path": f"/home/{SECRET}", "list": [SECRET, 1, None, {"deep": (f"x{SECRET}", True)}]}

    shown = json.loads(json_without_secrets(document))

    assert shown == {"path": "/home/••••", "list": ["••••", 1, None, {"deep": ["x••••", True]}]}
    assert json_without_secrets(document, indent=2).isascii()


def test_a_short_secret_that_is_a_folders_name_by_chance_does_not_lead_scripts_astray() -> None:
    Secret("backup-2024")
    document = {"bucket": "attic", "prefix": "backup-2024/laptop"}

    assert json.loads(json_without_secrets(document)) == document
    assert without_secrets("prefix backup-2024/laptop") == "prefix ••••/laptop"


def test_what_an_error_or_a_problem_quotes_holds_no_secret() -> None:
    Secret(SECRET)
    error = AppError(f"Not understood: {SECRET}", f"The system says: {quote(SECRET, safe='')}", code="x")
    problem = Problem(None, f"{SECRET} is no section", f"Line 3: {SECRET}", do=f"Look at {SECRET}")

    assert "madeUp1Secret" not in repr([error, str(error), problem])
