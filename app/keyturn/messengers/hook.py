"""A web hook: one POST, no redirect followed, and of its address nothing but the host is ever told."""

from __future__ import annotations

import logging
import threading

from keyturn.messengers.deadline import THREAD, within
from keyturn.messengers.hook_bodies import Post, post_for
from keyturn.messengers.reaching import Way
from keyturn.messengers.untold import cut_off, unreached
from keyturn.model.errors import UntoldError
from keyturn.model.keys import Secret
from keyturn.model.news import News
from keyturn.model.recipients import HookAddress, HookRecipient, read_hook_address
from keyturn.model.text import _


def send_to_hook(recipient: HookRecipient, address: Secret, news: News, way: Way) -> None:
    """Post one piece of news.

    Raises:
        UntoldError: where the hook did not take it.
    """
    import urllib3  # takes its time, and most people name no hook

    try:
        where = read_hook_address(address.reveal())
    except ValueError:
        raise _no_address(recipient) from None
    _keep_addresses_out_of_logs()
    post = post_for(recipient.shape, news)
    status: list[int] = []
    try:
        within(way.patience, lambda: status.append(_post(where, post, news, way)))
    except (OSError, urllib3.exceptions.HTTPError) as error:
        raise _told(recipient.host, error) from None
    if not 200 <= status[0] < 300:
        raise _refused(recipient.host, status[0])


def _post(where: HookAddress, post: Post, news: News, way: Way) -> int:
    """Send it, and return the status of the answer."""
    import urllib3

    timeout = urllib3.Timeout(total=way.patience)
    proxies = {} if where.server.is_this_computer else way.proxies(f"https://{where.server.name}")
    proxy = proxies.get("https" if where.server.secure else "http")
    context = way.tls() if where.server.secure else None
    pool: urllib3.PoolManager
    if proxy is None:
        pool = urllib3.PoolManager(ssl_context=context, timeout=timeout, retries=False)
    else:
        pool = urllib3.ProxyManager(proxy, ssl_context=context, timeout=timeout, retries=False)
    with pool:
        response = pool.request(
            "POST",
            where.url(post.below),
            body=post.body,
            headers={**post.headers, "User-Agent": "keyturn", "Keyturn-Event": news.name},
            redirect=False,
            preload_content=False,
        )
        response.close()  # what a hook answers is nobody's to read
        return response.status


def _keep_addresses_out_of_logs() -> None:
    """urllib3 logs whole addresses, some of them as warnings, which Python prints where nobody asked for a log."""
    for name in ("urllib3.connection", "urllib3.connectionpool"):
        logging.getLogger(name).addFilter(_of_others)


def _of_others(_record: logging.LogRecord) -> bool:
    return threading.current_thread().name != THREAD


def _told(host: str, error: Exception) -> UntoldError:
    """The reason that a library's error has; its own text repeats the address."""
    import urllib3

    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, OSError):
        cause = cause.__cause__ or cause.__context__ or _inside(cause)
    if isinstance(cause, OSError):
        return unreached(host, cause)
    if isinstance(error, urllib3.exceptions.TimeoutError):
        return unreached(host, TimeoutError())
    if isinstance(error, urllib3.exceptions.ProtocolError):
        return cut_off(host)
    return unreached(host, OSError())


def _inside(error: BaseException) -> BaseException | None:
    """What urllib3 hands on as an argument, and not as a cause."""
    return next((one for one in error.args if isinstance(one, BaseException)), None)


def _refused(host: str, status: int) -> UntoldError:
    if 300 <= status < 400:
        return UntoldError(
            _("{host} sends on to another address ({status}), and Keyturn does not follow").format(
                host=host, status=status
            ),
            _("The message could reach somebody else. Name the address where it ends: `keyturn tell add webhook`."),
            code="tell.redirected",
        )
    return UntoldError(
        _("{host} answered with {status}").format(host=host, status=status),
        _("From 400 on the address may be valid no more, or want another --shape; from 500 on it passes by itself."),
        code="tell.answer",
    )


def _no_address(recipient: HookRecipient) -> UntoldError:
    return UntoldError(
        _("The address that is kept for {name} is none").format(name=recipient.name),
        _("Remove it with `keyturn tell remove {name}`, and add it again.").format(name=recipient.name),
        code="tell.secret",
    )
