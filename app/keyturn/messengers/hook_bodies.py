"""What each kind of hook is sent (facts/hooks.md)."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass

from keyturn.model.news import News, NewsKind
from keyturn.model.recipients import HookShape

_JSON = {"Content-Type": "application/json; charset=utf-8"}
_TEXT = {"Content-Type": "text/plain; charset=utf-8"}
# What Markdown takes for markup, in a card of Teams.
_MARKDOWN = re.compile(r"([\\`*_\[\]()#~>|])")


@dataclass(frozen=True, slots=True)
class Post:
    """One request.

    Attributes:
        below: what follows the hook's path.
    """

    body: bytes
    headers: Mapping[str, str]
    below: str = ""


def post_for(shape: HookShape, news: News) -> Post:
    """What a hook of this shape is sent."""
    match shape:
        case HookShape.JSON:
            return Post(_as_json(news.as_json()), _JSON)
        case HookShape.SLACK:
            # facts/hooks.md 1
            text = f"{news.title}\n{_whole(news)}".replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            return Post(_as_json({"text": text}), _JSON)
        case HookShape.TEAMS:
            return Post(_as_json(_card(news)), _JSON)
        case HookShape.NTFY:
            # facts/hooks.md 3
            headers = {"Title": _in_header(news.title), "Priority": "4" if news.is_bad else "3"}
            headers["Tags"] = f"{'warning' if news.is_bad else 'key'},{news.kind.value}"
            return Post(_whole(news).encode(), {**_TEXT, **headers})
        case HookShape.HEALTHCHECKS:
            return Post(f"{news.title}\n{_whole(news)}".encode(), _TEXT, _signal(news))


def _signal(news: News) -> str:
    """facts/hooks.md 4: what follows the address of a check says what became of it."""
    if news.is_bad:
        return "/fail"
    return "" if news.kind is NewsKind.LOOKED else "/log"


def _card(news: News) -> dict[str, object]:
    """facts/hooks.md 2."""
    blocks = [
        {"type": "TextBlock", "text": _plain(news.title), "weight": "Bolder", "wrap": True},
        {"type": "TextBlock", "text": _plain(_whole(news)), "wrap": True},
    ]
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.2",
        "body": blocks,
    }
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": content,
    }
    return {"type": "message", "attachments": [attachment]}


def _plain(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)


def _whole(news: News) -> str:
    return f"{news.message} ({news.computer})".strip() if news.computer else news.message


def _in_header(text: str) -> str:
    """A header's value: ASCII, or one encoded word of RFC 2047."""
    text = " ".join(text.split())
    return text if text.isascii() else f"=?UTF-8?B?{b64encode(text.encode()).decode()}?="


def _as_json(document: Mapping[str, object]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()
