"""However many different secrets were read, hiding them all takes time by the length of the text alone."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from urllib.parse import quote

import pytest

from keyturn.model import secret_search
from keyturn.model.keys import Secret
from keyturn.model.known_secrets import json_without_secrets, without_secrets

from .growing import expect_linear, repeated


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "alike",
    [
        "{n}/madeUpButDifferentAtItsBeginning",
        "madeUpAndAlikeUpToItsEnd/{n}",
        "made+{n}+up+{n}+of+marks",
        "abc-{n}-def-{n}",
    ],
)
@pytest.mark.parametrize("writing", [str, quote, in_base64])
def test_twice_as_many_secrets_in_one_text_take_twice_the_time(alike: str, writing: Callable[[str], str]) -> None:
    def hide(content: bytes) -> None:
        secret_search._seen = secret_search._Seen()
        re.purge()  # it keeps 512 patterns: those of a small text would cost nothing the second time
        secrets = content.decode().split()
        for one in secrets:
            Secret(one)
        text = "\n\n".join(writing(one) for one in secrets)
        assert without_secrets(text).count("••••") == len(secrets)
        json_without_secrets({"text": text})

    expect_linear(hide, repeated(f"{alike}\n"), largest=1 << 19, what=alike)


@pytest.mark.parametrize("mark", ["-", "!%", "'", '\\"', "ü"])
@pytest.mark.parametrize("writing", [str, quote, json.dumps])
def test_so_do_secrets_without_a_word_in_them(mark: str, writing: Callable[[str], str]) -> None:
    def hide(content: bytes) -> None:
        secret_search._seen = secret_search._Seen()
        re.purge()  # it keeps 512 patterns: those of a small text would cost nothing the second time
        secrets = [mark.join(one) for one in content.decode().split()]
        for one in secrets:
            Secret(one)
        text = "\n\n".join(writing(one) for one in secrets)
        assert without_secrets(text).count("••••") == len(secrets)
        json_without_secrets({"text": text})

    expect_linear(hide, repeated("x{n}zyx\n"), largest=1 << 17, what=mark)
