"""E-mail to several people: what is wrong with one message never keeps the next from being sent."""
from __future__ import annotations

import logging
from collections.abc import Iterable

from ckan.lib import mailer

log = logging.getLogger(__name__)

#: Keeps "=?" from being the beginning of an encoded word (RFC 2047); nothing is seen of it.
_JOINER = "\u2060"


def header_text(text: str) -> str:
    """``text`` as one line of a header that says what is written, whatever is written.

    Python's ``EmailMessage`` decodes encoded words in what it is given, line ends in them too.
    """
    printable = "".join(sign if sign.isprintable() or sign.isspace() else " " for sign in text)
    return " ".join(printable.split()).replace("=?", f"={_JOINER}?")


def send(recipients: Iterable[tuple[str, str]], subject: str, body: str) -> int:
    """One message to each (name, address); those that fail are logged. How many were sent."""
    sent = 0
    for name, address in recipients:
        address = address.strip()
        if len(address.split()) != 1:
            log.warning("No mail to %r: that is no address", address)
            continue
        try:
            mailer.mail_recipient(header_text(name), address, header_text(subject), body)
        except Exception as error:  # whatever it is, it is this message's: the others go out
            log.warning("No mail to %r: %s: %s", address, type(error).__name__, error)
        else:
            sent += 1
    return sent
