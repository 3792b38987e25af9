"""The page that asks before a rotation is closed as it stands: what is known by now, and what is not."""

from __future__ import annotations

from keyturn.desktop.assistant_work import WindowJob, Work
from keyturn.desktop.flow import Flow
from keyturn.desktop.pages.assistant_page import Actor, PageView, Verb
from keyturn.desktop.pages.confirming import LastFour
from keyturn.desktop.pages.parts import bullets
from keyturn.desktop.widgets import Quiet, Subheading
from keyturn.model.text import _


class EndPage(PageView):
    """The last way out, for a rotation that can neither go on nor back."""

    def __init__(self, act: Actor) -> None:
        super().__init__(act)
        self._typed: LastFour | None = None

    def title(self, flow: Flow) -> str:
        """The question."""
        return _("Close it as it stands?")

    def sentence(self, flow: Flow) -> str:
        """What it means, before anything is typed."""
        return _(
            "For a replacement that cannot go on. Nothing is changed: both keys stay as they are, and the new secret "
            "is kept. Afterwards Keyturn neither carries it on nor puts it back."
        )

    def signature(self, flow: Flow) -> object:
        """What is known, so that what is typed stays."""
        return flow.known

    def build(self, flow: Flow) -> None:
        """What goes into the report, and the field to type in."""
        if flow.known is None:
            self.add(Quiet(_("Keyturn looks what is known…")))
            return
        self.add(Subheading(_("What Keyturn saw just now, and will write down")))
        self.add(bullets(flow.known))
        self._typed = LastFour(lambda text: self.act.retell(), flow.masked)
        self.add(self._typed)

    def verb(self, flow: Flow) -> Verb | None:
        """Closes it, once the old key's last four characters are typed. Never by Enter."""
        job = WindowJob(Work.END, confirm="" if self._typed is None else self._typed.text())
        return Verb(_("Close it as it stands"), lambda: self.act.do(job), flow.why_not(job), is_default=False)
