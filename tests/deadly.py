"""For the workers of these tests: a connector, and a word, at which the process that meets it dies
as if it had run out of memory."""

from __future__ import annotations

import os
import signal

from ckan import model
from sqlalchemy import event

from ckanext.hanoi.harvest.connectors.ckan import CkanConnector

#: In a title: whoever reads, maps, or has written the record, dies.
READ, MAP, WRITE = "(chết khi đọc)", "(chết khi ánh xạ)", "(chết khi ghi)"


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DeadlyConnector(CkanConnector):
    kind = "deadly"

    def records(self, fetcher, since=None):
        for record in super().records(fetcher, since):
            if READ in record.title:
                die()
            yield record

    def to_dataset(self, record):
        if MAP in record.title:
            die()
        return super().to_dataset(record)


def flushed(session, *_):
    for one in session.new:
        if isinstance(one, model.Package) and WRITE in (one.title or ""):
            die()


event.listen(model.Session, "before_flush", flushed)
