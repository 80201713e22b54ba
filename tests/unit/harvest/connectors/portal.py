"""What the tests of the connectors share: reading a source, and spoiling payloads."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path
from typing import Any

from lxml import etree

from ckanext.hanoi.fetch import Fetcher
from ckanext.hanoi.harvest.connectors import Connector, Record, Unreadable

DATA = Path(__file__).parents[3] / "data"

#: What stands in a payload where something else should.
ODDITIES: list[Any] = [
    None, "", 0, -1, 1e308, True, [], {}, [None], {"": None}, [[[]]], "x" * 3000, "\x00", "\ud800",
    "http://[::1", "file:///etc/passwd", "9" * 30, "<b>", "2020-99-99", {"type": "Polygon"},
]  # fmt: skip


def data(path: str) -> bytes:
    """A sample below tests/data."""
    return (DATA / path).read_bytes()


def fetcher(**options: Any) -> Fetcher:
    """One that reaches the test's server and does not wait between attempts."""
    return Fetcher(allowed_hosts=["127.0.0.1"], **{"timeout": 5, "pause": 0.001, **options})


def read(connector: Connector, since: str | None = None) -> tuple[list[Record], list[Unreadable]]:
    """(records, unreadable pieces) of a source."""
    with fetcher() as fetch:
        items = list(connector.records(fetch, since))
    records = [item for item in items if isinstance(item, Record)]
    return records, [item for item in items if isinstance(item, Unreadable)]


def identities(connector: Connector) -> list[tuple[str, str]]:
    """(guid, fingerprint) of every record, to compare two reads."""
    return [(record.guid, record.fingerprint()) for record in read(connector)[0]]


def spoiled_json(payload: Any, seed: int, times: int = 4) -> bytes:
    """The payload with some of its values dropped, exchanged or doubled."""
    chance = random.Random(seed)
    payload = json.loads(json.dumps(payload))
    for _ in range(times):
        places = list(_places(payload))
        if not places:
            break
        holder, key = chance.choice(places)
        action = chance.random()
        if action < 0.3:
            del holder[key]
        elif action < 0.9:
            holder[key] = copy.deepcopy(chance.choice(ODDITIES))
        else:
            holder[key] = [holder[key], copy.deepcopy(holder[key])]
    return json.dumps(payload).encode()


def _places(value: Any):
    if isinstance(value, (dict, list)):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])


def spoiled_xml(document: bytes, seed: int, times: int = 4) -> bytes:
    """The document with some elements dropped, emptied, renamed, doubled or filled with nonsense;
    sometimes cut off or with a wrong byte."""
    chance = random.Random(seed)
    root = etree.fromstring(document, etree.XMLParser(remove_comments=True, remove_pis=True))
    for _ in range(times):
        elements = [e for e in root.iter() if e is not root]
        if not elements:
            break
        element, parent = (e := chance.choice(elements)), e.getparent()
        action = chance.random()
        if action < 0.3:
            parent.remove(element)
        elif action < 0.5:
            element.text = chance.choice(
                ["", " ", "x" * 3000, "NaN", "1e999", "\u202e", "http://[", "-", "2020-99-99", "&<"]
            )
        elif action < 0.65:
            element.clear()
        elif action < 0.75:
            element.tag = "{urn:nobody}nothing"
        elif action < 0.85:
            parent.insert(0, etree.fromstring(etree.tostring(element, with_tail=False)))
        else:
            for name in list(element.attrib):
                element.set(name, chance.choice(["", "-1", "99999999999", "::", "#"]))
    spoiled = etree.tostring(root)
    if chance.random() < 0.1:
        spoiled = spoiled[: chance.randrange(len(spoiled))]
    if chance.random() < 0.1:
        where = chance.randrange(len(spoiled))
        spoiled = spoiled[:where] + bytes([chance.randrange(256)]) + spoiled[where:]
    return spoiled
