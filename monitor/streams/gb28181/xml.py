"""MANSCDP documents: small XML in GB 2312, from devices that nobody vouches for.

Document types, entities and deep or wide trees are refused before they cost anything. What
recorders really get wrong is put right first: bytes beyond GB 2312, control characters, a bare
``&`` in a channel's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape

from monitor.streams.gb28181.errors import XmlError

LARGEST_DOCUMENT = 256 * 1024  # bytes
_DEEPEST = 16
_MOST_ELEMENTS = 20_000
_DECLARATION = re.compile(r"^\s*<\?xml\b([^>]{0,200})\?>")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)")


@dataclass(slots=True)
class Element:
    """One element with its children; ``text`` is what it holds itself, stripped."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def find(self, tag: str) -> Element | None:
        """Return the first child called ``tag``."""
        return next((child for child in self.children if child.tag == tag), None)

    def value(self, tag: str) -> str:
        """Return the text of the first child called ``tag``, or an empty text."""
        child = self.find(tag)
        return child.text if child is not None else ""

    def number(self, tag: str) -> int | None:
        """Return the whole number in the first child called ``tag``, or ``None``."""
        text = self.value(tag)
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None

    def items(self, tag: str) -> Iterator[Element]:
        """Yield the children of the first child called ``tag``."""
        child = self.find(tag)
        yield from child.children if child is not None else ()


def parse_xml(data: bytes) -> Element:
    """Return the root element of a document.

    Raises:
        XmlError: it is no XML, holds a document type or entities, or is too large or deep.
    """
    if len(data) > LARGEST_DOCUMENT:
        raise XmlError("the XML document is too large")
    return parse_text(_text(data))


def parse_text(text: str) -> Element:
    """Return the root element of a document that has been decoded already.

    Raises:
        XmlError: it is no XML, holds a document type or entities, or is too large or deep.
    """
    if len(text) > LARGEST_DOCUMENT:
        raise XmlError("the XML document is too large")
    builder = _Builder()
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(text.encode("utf-8"), True)
    except expat.ExpatError as error:
        raise XmlError(f"the XML is broken: {expat.ErrorString(error.code)}") from None
    if builder.root is None:
        raise XmlError("the XML document is empty")
    return builder.root


def write_xml(root: str, fields: list[tuple[str, str]]) -> bytes:
    """Return a flat document in GB 2312 with ``root`` and its ``fields``."""
    lines = ['<?xml version="1.0" encoding="GB2312"?>', f"<{root}>"]
    lines += [f"<{name}>{escape(value)}</{name}>" for name, value in fields]
    lines.append(f"</{root}>")
    return ("\r\n".join(lines) + "\r\n").encode("gb18030")


def _text(data: bytes) -> str:
    head = data[:200].lower()
    if data.startswith(b"\xef\xbb\xbf") or b"utf-8" in head or b"utf8" in head:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("gb18030", "replace")
    else:
        text = data.decode("gb18030", "replace")
    text = _DECLARATION.sub("", text, count=1)
    return _BARE_AMPERSAND.sub("&amp;", _CONTROL.sub("", text))


def _refuse(*_: object) -> None:
    raise XmlError("the XML document declares a type or entities")


class _Builder:
    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []
        self._pieces: list[list[str]] = []
        self._count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) >= _DEEPEST or self._count > _MOST_ELEMENTS:
            raise XmlError("the XML document is too deep or has too many elements")
        element = Element(tag, dict(attributes))
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)
        self._pieces.append([])

    def end(self, _tag: str) -> None:
        self._open.pop().text = "".join(self._pieces.pop()).strip()

    def data(self, text: str) -> None:
        if self._pieces:
            self._pieces[-1].append(text)
