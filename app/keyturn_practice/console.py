"""The page that stands in for the AWS console: what only a person signed in as root can do, with a button for it.

It is served at the practice account's own address, to this computer only, and says at every turn that nothing is real.
Scripts may send JSON to `/keyturn-practice/keys/<id>`: `{"status": "Inactive" | "Active" | "Deleted"}`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from keyturn.model.keys import AccessKeyId, KeyStatus
from keyturn.model.text import _
from keyturn_practice.console_style import STYLE
from keyturn_practice.messages import Request, Response
from keyturn_practice.records import Record

if TYPE_CHECKING:
    from keyturn_practice.account import KeyShown, PracticeAccount

PATH = "/keyturn-practice"
_LOCAL = {"127.0.0.1", "localhost"}
_SHOWN_REQUESTS = 15
_HEADERS = (
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"),
    ("Cache-Control", "no-store"),
    ("X-Frame-Options", "DENY"),
)


def answer(account: PracticeAccount, request: Request) -> Response:
    """Answer a request to the console: a page, or JSON."""
    if not _from_here(request):
        return _json(403, {"message": _("This page answers only to this computer.")})
    rest = request.path.removeprefix(PATH).strip("/")
    if rest == "" and request.method in {"GET", "HEAD"}:
        return Response(200, (("Content-Type", "text/html; charset=utf-8"), *_HEADERS), _page(account).encode())
    if rest == "keys" and request.method == "GET":
        return _json(200, {"practice": True, "keys": [_as_json(key) for key in account.listed_keys()]})
    if rest.startswith("keys/") and request.method == "POST":
        return _change(account, request, rest.removeprefix("keys/"))
    return _json(404, {"message": _("There is no such page in the practice console.")})


def _from_here(request: Request) -> bool:
    # Pages of other sites open in the same browser must not press these buttons.
    host = request.header("host") or ""
    origin = request.header("origin")
    return host.partition(":")[0] in _LOCAL and (origin is None or urlsplit(origin).netloc == host)


def _json(status: int, document: object) -> Response:
    return Response(status, (("Content-Type", "application/json"), *_HEADERS), json.dumps(document).encode())


def _as_json(key: KeyShown) -> dict[str, str]:
    return {"access_key_id": key.access_key_id.value, "owner": key.owner_arn, "status": key.status.value}


def _change(account: PracticeAccount, request: Request, key_text: str) -> Response:
    is_json = "json" in (request.header("content-type") or "")
    try:
        asked = json.loads(request.body) if is_json else dict(request.form)
        change = _changes(account)[asked["status"]]
        key_id = AccessKeyId(key_text)
        if not is_json and asked["status"] == "Deleted" and asked.get("last4") != key_id.last4:
            return _page_answer(account, _("Nothing was deleted: the four characters are not those of the key."))
        change(key_id)
    except (KeyError, TypeError, ValueError):
        return _json(400, {"message": _("There is no such key, or no such status.")})
    if is_json:
        shown = [_as_json(key) for key in account.listed_keys() if key.access_key_id == key_id]
        return _json(200, {"practice": True, "key": shown[0] if shown else None})
    return Response(303, (("Location", f"{PATH}/"), *_HEADERS))


def _changes(account: PracticeAccount) -> dict[str, Callable[[AccessKeyId], None]]:
    return {
        "Active": account.root_turn_on,
        "Inactive": account.root_turn_off,
        "Deleted": account.root_delete,
    }


@dataclass(frozen=True, slots=True)
class _Button:
    status: str
    label: str
    confirm: bool = False


def _page_answer(account: PracticeAccount, note: str) -> Response:
    headers = (("Content-Type", "text/html; charset=utf-8"), *_HEADERS)
    return Response(200, headers, _page(account, note).encode())


def _page(account: PracticeAccount, note: str = "") -> str:
    title = _("PRACTICE – AWS console")
    number = account.account_id
    spaced = f"{number[:4]}-{number[4:8]}-{number[8:]}"
    said = f'<p class="note" role="status">{escape(note)}</p>' if note else ""
    root = [key for key in account.listed_keys() if key.of_root]
    others = [key for key in account.listed_keys() if not key.of_root]
    parts = [
        "<header>",
        _element("strong", _("PRACTICE")),
        " ",
        escape(_("Nothing here is real, and nothing leaves this computer.")),
        "</header><main>",
        _element("h1", _("My security credentials")),
        _element("p", _("You are signed in as the root user of the practice account {number}.").format(number=spaced)),
        said,
        _element("h2", _("Access keys of the root user")),
        _table(account, root, with_buttons=True),
        _element("h2", _("Access keys of IAM users")),
        _table(account, others, with_buttons=False),
        _element("h2", _("Latest requests")),
        _requests(account),
        "</main>",
    ]
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>'
        f"<body>{''.join(parts)}</body></html>"
    )


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"


def _nothing() -> str:
    said = escape(_("None."))
    return f"<p class='empty'>{said}</p>"


def _table(account: PracticeAccount, keys: list[KeyShown], *, with_buttons: bool) -> str:
    if not keys:
        return _nothing()
    heads = [_("Access key"), _("Owner"), _("Created"), _("Last used"), _("Status"), _("Actions")]
    if not with_buttons:
        heads.pop()
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    rows = "".join(_row(key, with_buttons=with_buttons) for key in keys)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _row(key: KeyShown, *, with_buttons: bool) -> str:
    active = key.status is KeyStatus.ACTIVE
    status = _("Active") if active else _("Inactive")
    used = _("never") if key.last_used is None else f"{key.last_used:%Y-%m-%d %H:%M} UTC"
    cells = [
        f"<code>{escape(key.access_key_id.masked)}</code>",
        escape(key.owner_arn.rpartition(":")[2]),
        f"{key.created:%Y-%m-%d}",
        escape(used),
        f'<span class="{"on" if active else "off"}">{escape(status)}</span>',
    ]
    if with_buttons:
        # As in the real console: a key can only be deleted once it is inactive.
        buttons = (
            [_Button("Inactive", _("Deactivate"))]
            if active
            else [_Button("Active", _("Activate")), _Button("Deleted", _("Delete"), confirm=True)]
        )
        cells.append("".join(_form(key, button) for button in buttons))
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _form(key: KeyShown, button: _Button) -> str:
    masked = key.access_key_id.masked
    label = _("{action} {key}").format(action=button.label, key=masked)
    confirm = ""
    if button.confirm:
        prompt = _("Last four characters of {key}").format(key=masked)
        confirm = (
            f'<input name="last4" size="4" maxlength="4" required autocomplete="off" '
            f'placeholder="····" aria-label="{escape(prompt)}" title="{escape(prompt)}">'
        )
    attributes = f'name="status" value="{button.status}" aria-label="{escape(label)}"'
    return (
        f'<form method="post" action="{PATH}/keys/{key.access_key_id.value}">{confirm}'
        f"<button {attributes}>{escape(button.label)}</button></form>"
    )


def _requests(account: PracticeAccount) -> str:
    latest = account.records[-_SHOWN_REQUESTS:][::-1]
    if not latest:
        return _nothing()
    rows = "".join(_request_row(record) for record in latest)
    heads = [_("Time"), _("Access key"), _("Action"), _("Resource"), _("Answer")]
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _request_row(record: Record) -> str:
    who = "–" if record.key is None else record.key.masked
    cells = (
        f"{record.at:%H:%M:%S}",
        f"<code>{escape(who)}</code>",
        escape(record.action),
        escape(record.resource),
        escape(record.result),
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
