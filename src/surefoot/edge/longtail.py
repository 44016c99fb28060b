"""Apprise, the library of the long tail; only installed with the extra ``notify``."""

from surefoot.ports.carrier import Notice, Notified
from surefoot.ports.silence import Silence


def notify(notice: Notice) -> Notified | Silence:
    """Notify through Apprise, which keeps its own times; a missing library is told with the cure."""
    try:
        from apprise import Apprise, NotifyFormat  # noqa: PLC0415  # only those who use it pay for it
    except ImportError:
        return Silence(sent=False, reason="this channel needs Apprise: pip install 'surefoot[notify]'")
    service = Apprise()
    if not service.add(notice.url):
        return Silence(sent=False, reason="Apprise cannot read the channel's address: look at the variable")
    done = service.notify(title=notice.title, body=notice.body, body_format=NotifyFormat.TEXT)
    return Notified(bool(done))
