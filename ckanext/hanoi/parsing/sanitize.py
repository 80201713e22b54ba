"""Text from outside made fit to keep: no markup that acts, no characters that break a database
or an XML document. Pure.

CKAN shows a dataset's notes as Markdown, so harvested HTML becomes Markdown: paragraphs,
headings, lists, links, emphasis and the cells of tables stay; scripts, styles, forms and images
(they would tell a third party who reads the page) go. Text that is no HTML stays as it is, for
it may be Markdown already, but a tag in it is shown instead of obeyed.
"""
from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import nh3

from ckanext.hanoi.parsing.active_links import is_active

_BLOCKS = {
    "p", "div", "section", "article", "header", "footer", "blockquote", "pre", "table", "tr",
    "ul", "ol", "li", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "figure",
    "figcaption", "caption", "center", "address",
}  # fmt: skip
_INLINE = {"a", "b", "strong", "i", "em", "br", "code", "td", "th", "img"}
_KNOWN = _BLOCKS | _INLINE | {
    "span", "font", "u", "s", "sub", "sup", "small", "big", "script", "style", "iframe", "object",
    "embed", "form", "input", "button", "svg", "math", "video", "audio", "html", "body", "head",
    "meta", "link", "tbody", "thead", "abbr", "cite", "label", "template", "noscript", "textarea",
    "base", "title", "strike", "del", "ins", "mark", "q", "time", "main", "nav", "aside",
}  # fmt: skip
_TAG = re.compile(rf"</?(?:{'|'.join(sorted(_KNOWN))})(?:[\s/][^<>]*)?>|<!--", re.I)
#: Tags that divide words; those of emphasis, sub and sup do not: "PM<sub>2.5</sub>".
_BETWEEN = re.compile(
    rf"</?(?:{'|'.join(sorted(_BLOCKS | {'br', 'td', 'th', 'img'}))})(?:[\s/][^<>]*)?>", re.I
)
#: More tags, and elements within one another, than any description has: an HTML parser takes
#: quadratic time for deep nesting.
_MANY_TAGS, _MOST_OPEN = 5_000, 100
_ANY_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
#: Elements that another of their kind ends, or that have no content.
_END_THEMSELVES = {"p", "li", "td", "th", "tr", "dt", "dd", "option", "br", "hr", "img", "input",
                   "meta", "link"}  # fmt: skip
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
#: So often a text may have been encoded on its way.
_ENCODED = 3
_SCHEMES = {"http", "https", "mailto", "ftp", "tel"}
#: The target of a link in Markdown, as far as it may be a scheme.
_LINK = re.compile(
    r"(\]\s*\([\s<]{0,9}|\]:[\s<]{0,9}|<\s{0,9})"
    r"([^\s<>()\[\]/][^<>()\[\]/]{0,99}[:\uff1a\ufe55]|[^<>()\[\]/]{0,99}&[#\w]{1,12};)", re.I
)
# Not an autolink such as <https://…> or <someone@example.org>.
_OPENING = re.compile(r"<(?=[a-zA-Z/!?])(?!(?:https?|ftp|mailto):[^\s<>]*>|[\w.+-]+@[\w.-]+>)")
# Control characters but tab and newlines, lone surrogates, non-characters: PostgreSQL refuses
# NUL, UTF-8 the surrogates, XML 1.0 the others.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")

# What JSON may write them as; by both cases, as ignoring case would keep it from looking for \u.
_ESCAPED_UNPRINTABLE = re.compile(
    r"\\u(?:00[01][0-9a-fA-F]|007[fF]|00[89][0-9a-fA-F]|[dD][89a-fA-F]..|[fF]{3}[efEF])"
)


def printable_json(text: str) -> bool:
    """Whether no text in this JSON can need ``printable``: to look once at a page is cheaper than
    to walk through all of its values."""
    return not (_ESCAPED_UNPRINTABLE.search(text) or _UNPRINTABLE.search(text))


def printable(value: Any) -> Any:
    """``value`` (text, or lists and dictionaries of it) without characters that can't be stored."""
    if isinstance(value, str):
        return _UNPRINTABLE.sub("", value) if _UNPRINTABLE.search(value) else value
    if isinstance(value, dict):
        return {printable(k): printable(v) for k, v in value.items()}
    if isinstance(value, list):
        return [printable(v) for v in value]
    return value


def decode_entities(text: str) -> str:
    """``text`` with entities as the characters that they stand for, also where they were encoded
    twice; ``?a=1&copy=2`` has none, for they end in a semicolon."""
    for _ in range(_ENCODED):
        if "&" not in text or not (found := _ENTITY.search(text)):
            break
        text = text[: found.start()] + _ENTITY.sub(
            lambda m: html.unescape(m.group()), text[found.start() :]
        )
    return text


def is_html(text: str) -> bool:
    """Whether ``text`` has a tag of HTML."""
    return _TAG.search(text) is not None


def clean_html(text: str) -> str:
    """``text`` (HTML, escaped HTML, Markdown or plain) as Markdown in which nothing acts."""
    text = printable(text).replace("\r\n", "\n").replace("\r", "\n")
    if not is_html(text):
        text = printable(decode_entities(text))
    if is_html(text):
        text = _TAG.sub(" ", text) if _is_excessive(text) else _to_markdown(text)
    text = _LINK.sub(lambda m: f"{m[1]}#" if is_active(m[2]) else m[0], text)
    return _OPENING.sub("&lt;", text).strip()


def plain_text(text: str) -> str:
    """``text`` on one line without markup and entities: for titles and names."""
    text = printable(text)
    if not is_html(text):
        text = printable(decode_entities(text))
    if is_html(text):
        text = _BETWEEN.sub(lambda m: m.group() + " ", text)
        text = _TAG.sub("", text) if _is_excessive(text) else nh3.clean(text, tags=set())
        text = printable(decode_entities(text))
    return " ".join(text.split())


def _is_excessive(text: str) -> bool:
    """Whether it has more tags, or elements within one another, than a parser should be given."""
    if text.count("<") > _MANY_TAGS:
        return True
    opened: dict[str, int] = {}
    deep = 0
    for end, name in _ANY_TAG.findall(text):
        name = name.lower()
        if name in _END_THEMSELVES or (end and not opened.get(name)):
            continue
        step = -1 if end else 1
        opened[name] = opened.get(name, 0) + step
        deep += step
        if deep > _MOST_OPEN:
            return True
    return False


def _to_markdown(text: str) -> str:
    safe = nh3.clean(
        text,
        tags=_BLOCKS | _INLINE,
        attributes={"a": {"href"}, "img": {"alt"}},
        url_schemes=_SCHEMES,
        link_rel=None,
    )
    parser = _Markdown()
    parser.feed(safe)
    parser.close()
    return parser.text()


class _Markdown(HTMLParser):
    """Writes Markdown from HTML that nh3 has cleaned, so every tag is closed and known.

    What stands in no block is text with a few tags in it, and may be Markdown: its lines, lists and
    tables stay as they are written.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[str] = []
        self._lists: list[int | None] = []
        self._links: list[tuple[str, int]] = []
        self._literal = 0
        self._cells = 0
        self._blocks = 0

    def text(self) -> str:
        lines = "".join(self._out).split("\n")
        # Two spaces at the end of a line are Markdown's line break.
        lines = [line.rstrip() + ("  " if line.strip() and line.endswith("  ") else "")
                 for line in lines]  # fmt: skip
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _BLOCKS and tag != "hr":
            self._blocks += 1
        if tag in ("ul", "ol"):
            self._break(1 if self._lists else 2)
            self._lists.append(1 if tag == "ol" else None)
        elif tag == "li":
            self._item()
        elif tag in ("td", "th"):
            self._out.append(" | " if self._cells else "")
            self._cells += 1
        elif tag == "br":
            self._out.append("  \n" + self._indent())
        elif tag == "img":
            self.handle_data(given.get("alt") or "")
        elif tag == "a":
            self._links.append((given.get("href") or "", len(self._out)))
        elif tag in _BLOCKS:
            self._block(tag)
        else:
            self._out.append(_MARKS.get(tag, ""))

    def _block(self, tag: str) -> None:
        self._break(1 if tag == "tr" else 2)
        if tag == "tr":
            self._cells = 0
        elif tag == "pre":
            self._literal += 1
        elif tag == "blockquote":
            self._out.append("> ")
        elif tag[0] == "h" and tag[1:].isdigit():
            self._out.append("#" * max(3, int(tag[1])) + " ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS and tag != "hr":
            self._blocks = max(0, self._blocks - 1)
        if tag in ("ul", "ol"):
            if self._lists:
                self._lists.pop()
            self._break(1 if self._lists else 2)
        elif tag == "a" and self._links:
            self._link(*self._links.pop())
        elif tag == "pre":
            self._literal -= 1
            self._break(2)
        elif tag in ("li", "tr"):
            self._break(1)
            self._cells = 0
        elif tag in _BLOCKS:
            self._break(2)
        elif tag not in ("td", "th", "br", "img"):
            self._out.append(_MARKS.get(tag, ""))

    def handle_data(self, data: str) -> None:
        before = self._out[-1] if self._out else "\n"
        if not self._blocks and (data.strip() or ("\n" in data and not before.endswith("\n"))):
            self._as_written(data, before)
            return
        if not self._literal:
            data = re.sub(r"\s+", " ", data)
            if not self._out or self._out[-1].endswith((" ", "\n")):
                data = data.lstrip(" ")
                data = re.sub(r"^([#>+-]|\d+(?=\.\s))", r"\\\1", data) if self._at_start() else data
        data = data.replace("*", r"\*").replace("`", r"\`").replace("](", r"]\(")
        if data:
            self._out.append(data)

    def _as_written(self, data: str, before: str) -> None:
        """Text outside of blocks; the line that a ``<br>`` ended does not end once more."""
        if before.endswith("  \n"):
            data = re.sub(r"^[^\S\n]*\n", "", data)
        if before.endswith("\n\n"):
            data = data.lstrip("\n")
        self._out.append(data)

    def _at_start(self) -> bool:
        return not self._out or self._out[-1].endswith("\n")

    def _indent(self) -> str:
        return "    " * len(self._lists)

    def _break(self, lines: int) -> None:
        if self._out and self._out[-1].strip(" ") != "\n" * lines:
            self._out.append("\n" * lines)

    def _item(self) -> None:
        self._break(1)
        number = self._lists[-1] if self._lists else None
        self._out.append("    " * (len(self._lists) - 1))
        self._out.append("- " if number is None else f"{number}. ")
        if number is not None:
            self._lists[-1] = number + 1

    def _link(self, href: str, start: int) -> None:
        label = " ".join("".join(self._out[start:]).split())
        del self._out[start:]
        href = quote(href.strip(), safe="/:?#[]@!$&'*+,;=%~-._") if href else ""
        label = label.replace("[", "(").replace("]", ")")
        if not href or href.startswith("#"):
            self._out.append(label)
        elif label.rstrip("/") in ("", href.rstrip("/"), href.removeprefix("mailto:")):
            self._out.append(f"<{href}>")
        else:
            self._out.append(f"[{label}]({href})")


_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`"}
