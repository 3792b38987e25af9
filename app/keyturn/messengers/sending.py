"""One piece of news to one recipient, whatever it is."""

from __future__ import annotations

from keyturn.messengers.reaching import Way
from keyturn.model.errors import UntoldError
from keyturn.model.keys import Secret
from keyturn.model.news import News
from keyturn.model.recipients import CommandRecipient, HookRecipient, MailRecipient, Recipient
from keyturn.model.text import _


def send(recipient: Recipient, secret: Secret | None, news: News, way: Way) -> None:
    """Tell them.

    Args:
        secret: what is kept for this recipient.

    Raises:
        UntoldError: where that did not work.
    """
    if secret is None and recipient.keeps_secret:
        raise UntoldError(
            _("What was kept secret of {name} is not there").format(name=recipient.name),
            _(
                "If --secrets is not as it was when it was added, say it as it was; else remove it with `keyturn tell "
                "remove {name}`, and add it again."
            ).format(name=recipient.name),
            code="tell.secret",
        )
    match recipient:
        case MailRecipient():
            from keyturn.messengers.mail import send_mail  # each brings its own library along

            send_mail(recipient, secret, news, way)
        case HookRecipient():
            from keyturn.messengers.hook import send_to_hook

            if secret is not None:
                send_to_hook(recipient, secret, news, way)
        case CommandRecipient():
            from keyturn.messengers.program import run_program

            run_program(recipient, news, way)
