"""What a site's robots.txt asks for (RFC 9309, and the older Crawl-delay). Knows no CKAN.

The standard library's parser takes the first rule that fits instead of the longest, and knows
neither ``*`` nor ``$``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

_SAFE = "/%:=&?~#+!$,;'@()*[]._-"
_LONGEST_LINE = 2000


@dataclass
class _Group:
    agents: list[str] = field(default_factory=list)
    rules: list[tuple[bool, str]] = field(default_factory=list)
    delay: float | None = None
    complete: bool = False


@dataclass(frozen=True)
class Robots:
    """``rules``: (allowed, path pattern) for us; ``delay``: seconds between two requests."""

    rules: tuple[tuple[bool, str], ...] = ()
    delay: float = 0.0

    def permits(self, url: str) -> bool:
        """Whether the address may be asked for: the longest rule decides, Allow among equals."""
        parts = urlsplit(url)
        path = _normal((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        best, allowed = -1, True
        for allow, pattern in self.rules:
            longer = len(pattern) > best or (len(pattern) == best and allow)
            if longer and _fits(pattern, path):
                best, allowed = len(pattern), allow
        return allowed


EVERYTHING = Robots()
NOTHING = Robots(((False, "/"),))


def parse(text: str, agent: str) -> Robots:
    """The wishes for the product ``agent`` (``ckanext-hanoi``); else those for ``*``."""
    groups = _groups(text)
    agent = agent.lower()
    ours = [group for group in groups if agent in group.agents]
    chosen = ours or [group for group in groups if "*" in group.agents]
    rules = tuple(rule for group in chosen for rule in group.rules)
    delays = [group.delay for group in chosen if group.delay is not None]
    return Robots(rules, max(delays, default=0.0))


def _groups(text: str) -> list[_Group]:
    groups: list[_Group] = []
    for line in text.lstrip("\ufeff").splitlines():
        key, colon, value = line[:_LONGEST_LINE].partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not colon:
            continue
        if key == "user-agent":
            if not groups or groups[-1].complete:
                groups.append(_Group())
            groups[-1].agents.append(value.lower())
        elif groups:
            _add(groups[-1], key, value)
    return groups


def _add(group: _Group, key: str, value: str) -> None:
    if key in ("allow", "disallow"):
        group.complete = True
        if value:
            group.rules.append((key == "allow", _normal(value)))
    elif key == "crawl-delay":
        group.complete = True
        try:
            group.delay = max(0.0, float(value))
        except ValueError:
            return


def _normal(path: str) -> str:
    return quote(path, safe=_SAFE)


def _fits(pattern: str, path: str) -> bool:
    if "*" not in pattern and not pattern.endswith("$"):
        return path.startswith(pattern)
    ends = pattern.endswith("$")
    # several stars in a row would make the expression slow
    parts = re.sub(r"\*+", "*", pattern.rstrip("$") if ends else pattern).split("*")
    return _in_order(parts, path, ends)


def _in_order(parts: list[str], path: str, ends: bool) -> bool:
    """Whether the parts follow each other in the path, the first at its beginning."""
    if not path.startswith(parts[0]):
        return False
    at = len(parts[0])
    for part in parts[1:-1]:
        at = path.find(part, at)
        if at < 0:
            return False
        at += len(part)
    if len(parts) == 1:
        return not ends or at == len(path)
    last = parts[-1]
    if ends:
        return path.endswith(last) and len(path) - len(last) >= at
    return path.find(last, at) >= 0
