"""The forms that payloads come in, each as a tree of parts: JSON, HTML and XML, tables, mailboxes."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from html import escape, unescape
from pathlib import Path
from typing import Any

from lxml import etree, html

from spiders.engine.encoding import decode
from spiders.engine.js_values import js_string
from tests.spiders.mutating import NUMBER, STRANGE, Key, Payload

_VALUES = {"null": None, "number": NUMBER, "text": STRANGE, "list": [[STRANGE]], "object": {"strange": STRANGE},
           "flag": True}  # fmt: skip
_JSON_IN_PAGE = re.compile(
    r"""(?:<script\b[^>]*>\s*(?:<!--)?|=\s*)(?=[\[{]["{\[])|data-[\w-]+=(?P<quote>["'])(?=[\[{])|"""
    r"""JSON\.parse\((?=(?P<literal>'(?:[^'\\]|\\.)*'))"""
)


class _Embedded(list[Any]):
    """JSON in a string: a list of its one value."""


def _opened(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "[") and len(value) > 2:
        try:
            return _Embedded([_opened(json.loads(value))])
        except ValueError:
            return value
    if isinstance(value, dict):
        return {key: _opened(part) for key, part in value.items()}
    return [_opened(part) for part in value] if isinstance(value, list) else value


def _closed(value: Any) -> Any:
    if isinstance(value, _Embedded):
        return json.dumps(_closed(value[0]), ensure_ascii=False)
    if isinstance(value, dict):
        return {key: _closed(part) for key, part in value.items()}
    return [_closed(part) for part in value] if isinstance(value, list) else value


class JsonPayload(Payload):
    """JSON between what stands before and behind it; with `lines`, a list of which each element is a line."""

    def __init__(
        self, value: Any, before: str = "", behind: str = "", *, lines: bool = False, quoted: Callable[[str], str] = str
    ) -> None:
        self.value, self.before, self.behind, self.lines, self.quoted = _opened(value), before, behind, lines, quoted

    def parts(self) -> Iterator[Key]:
        def walk(node: Any, key: Key) -> Iterator[Key]:
            items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
            for step, value in items:
                if isinstance(value, dict | list):
                    if not isinstance(node, _Embedded):
                        yield (*key, step)
                    yield from walk(value, (*key, step))

        yield from walk(self.value, ())

    def without(self, *parts: Key) -> bytes:
        value = deepcopy(self.value)
        for part in sorted(parts, key=repr, reverse=True):
            holder = _at(value, part[:-1])
            if isinstance(holder, list) and not isinstance(part[-1], int):
                raise TypeError(part)
            del holder[part[-1]]
        return self._bytes(value)

    def fields(self, part: Key) -> list[Key]:
        def walk(node: Any, key: Key) -> Iterator[Key]:
            items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
            for step, value in items:
                yield (*key, step)
                yield from walk(value, (*key, step))

        return list(walk(_at(self.value, part), part))

    def changed(self, field: Key, how: str) -> bytes | None:
        value = deepcopy(self.value)
        holder, step = _at(value, field[:-1]), field[-1]
        if how == "missing" and isinstance(holder, list):
            return None
        if how == "missing":
            del holder[step]
        elif how == "extra":
            if not isinstance(holder[step], dict):
                return None
            holder[step]["strange_field"] = {"deep": [STRANGE]}
        elif _VALUES[how] == holder[step] and type(_VALUES[how]) is type(holder[step]):
            return None
        else:
            holder[step] = deepcopy(_VALUES[how])
        return self._bytes(value)

    def repeated(self, part: Key, times: int, renew: Callable[[str, int], str]) -> bytes:
        value = deepcopy(self.value)
        holder = _at(value, part[:-1])
        text = json.dumps(_closed(_at(self.value, part)), ensure_ascii=False)
        copies = [_opened(json.loads(renew(text, number))) for number in range(times)]
        if isinstance(holder, dict):
            holder.update({renew(str(part[-1]), number): copy for number, copy in enumerate(copies)})
        else:
            holder[part[-1] + 1 : part[-1] + 1] = copies
        return self._bytes(value)

    def text_of(self, part: Key) -> str:
        return json.dumps(_closed(_at(self.value, part)), ensure_ascii=False)

    def _bytes(self, value: Any) -> bytes:
        value = _closed(value)
        rows = [json.dumps(row, ensure_ascii=False) for row in value] if self.lines else None
        text = "\n".join(rows) + "\n" if rows is not None else json.dumps(value, ensure_ascii=False)
        return f"{self.before}{self.quoted(text)}{self.behind}".encode()


def _at(value: Any, key: Key) -> Any:
    for step in key:
        value = value[step]
    return value


class TreePayload(Payload):
    """HTML or XML: parts are elements, fields are their inner elements and attributes."""

    def __init__(self, text: str, *, is_html: bool) -> None:
        self.is_html = is_html
        root = html.document_fromstring(text) if is_html else etree.fromstring(text.encode())
        self.tree: Any = root.getroottree()
        self.whole = (self.tree.getpath(root),)

    def parts(self) -> Iterator[Key]:
        body = self.tree.getroot().find("body") if self.is_html else self.tree.getroot()
        for element in body.iterdescendants(etree.Element):
            if element.tag != "script" and len(element):
                yield (self.tree.getpath(element),)

    def narrowed(self, part: Key) -> Key:
        element = _element(self.tree, part)
        while len(element) == 1 and not (element.text or "").strip():
            element = element[0]
        return (self.tree.getpath(element),)

    def is_inside(self, inner: Key, outer: Key) -> bool:
        return inner == outer or str(inner[0]).startswith(f"{outer[0]}/")

    def without(self, *parts: Key) -> bytes:
        tree = deepcopy(self.tree)
        for element in [_element(tree, part) for part in parts]:
            _drop(element)
        return self._bytes(tree)

    def fields(self, part: Key) -> list[Key]:
        record = _element(self.tree, part)
        found: list[Key] = []
        for element in record.iterdescendants(etree.Element):
            path = self.tree.getpath(element)
            found.append((path,))
            found.extend((path, name) for name in element.attrib)
        return found

    def changed(self, field: Key, how: str) -> bytes | None:
        tree = deepcopy(self.tree)
        element = _element(tree, field)
        if len(field) == 2:
            if how not in ("missing", "text"):
                return None
            if how == "missing":
                del element.attrib[field[1]]
            else:
                element.set(field[1], STRANGE)
            return self._bytes(tree)
        if how == "missing":
            _drop(element)
        elif how == "extra":
            etree.SubElement(element, "strange").text = ""
            element[-1].set("strange-field", STRANGE)
        elif how == "null" and (element.text or "").strip():
            element.text = ""
        elif how in ("text", "number") and len(element) == 0 and (element.text or "").strip():
            element.text = STRANGE if how == "text" else str(NUMBER)
        else:
            return None
        return self._bytes(tree)

    def repeated(self, part: Key, times: int, renew: Callable[[str, int], str]) -> bytes:
        tree = deepcopy(self.tree)
        element = _element(tree, part)
        place, parent = element.getparent().index(element) + 1, element.getparent()
        text = etree.tostring(element, encoding="unicode", with_tail=False)
        copies = "".join(renew(text, number) for number in range(times))
        parent[place:place] = list(etree.fromstring(f"<many>{copies}</many>", etree.XMLParser(huge_tree=True)))
        return self._bytes(tree)

    def text_of(self, part: Key) -> str:
        return str(etree.tostring(_element(self.tree, part), encoding="unicode", with_tail=False))

    def _bytes(self, tree: Any) -> bytes:
        if self.is_html:
            return bytes(etree.tostring(tree, encoding="utf-8", method="html", doctype="<!doctype html>"))
        return bytes(etree.tostring(tree, encoding="utf-8", xml_declaration=True))


def _element(tree: Any, key: Key) -> Any:
    named = {prefix: name for prefix, name in tree.getroot().nsmap.items() if prefix}
    return tree.xpath(key[0], namespaces=named or None)[0]


def _drop(element: Any) -> None:
    before, parent = element.getprevious(), element.getparent()
    if element.tail:
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


class RowsPayload(Payload):
    """A CSV table: parts are rows, fields are cells."""

    whole = (1,)

    def __init__(self, text: str) -> None:
        self.delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
        self.rows = list(csv.reader(io.StringIO(text), delimiter=self.delimiter))

    def parts(self) -> Iterator[Key]:
        yield from ((number,) for number in range(1, len(self.rows)))

    def without(self, *parts: Key) -> bytes:
        return self._bytes([row for number, row in enumerate(self.rows) if (number,) not in parts])

    def fields(self, part: Key) -> list[Key]:
        return [(*part, column) for column in range(len(self.rows[part[0]]))]

    def changed(self, field: Key, how: str) -> bytes | None:
        rows = deepcopy(self.rows)
        if how == "extra":
            width = len(rows[0])
            return self._bytes(
                [
                    [*row[:width], *[""] * (width - len(row)), STRANGE if row is not rows[0] else "strange"]
                    for row in rows
                ]
            )
        if how not in ("missing", "number", "text"):
            return None
        rows[field[0]][field[1]] = {"missing": "", "number": str(NUMBER), "text": STRANGE}[how]
        return self._bytes(rows)

    def repeated(self, part: Key, times: int, renew: Callable[[str, int], str]) -> bytes:
        row = self.rows[part[0]]
        copies = [[renew(cell, number) for cell in row] for number in range(times)]
        return self._bytes([*self.rows[: part[0] + 1], *copies, *self.rows[part[0] + 1 :]])

    def text_of(self, part: Key) -> str:
        return "\n".join(self.rows[part[0]])

    def _bytes(self, rows: Sequence[Sequence[str]]) -> bytes:
        target = io.StringIO()
        csv.writer(target, delimiter=self.delimiter).writerows(rows)
        return target.getvalue().encode()


class MailPayload(Payload):
    """An mbox file: parts are messages, fields are the lines of their bodies."""

    whole = (0,)

    def __init__(self, text: str) -> None:
        self.messages = re.split(r"(?m)^(?=From \S+ )", text)
        self.messages = [message for message in self.messages if message.strip()]

    def parts(self) -> Iterator[Key]:
        yield from ((number,) for number in range(len(self.messages)))

    def without(self, *parts: Key) -> bytes:
        return "".join(one for number, one in enumerate(self.messages) if (number,) not in parts).encode()

    def fields(self, part: Key) -> list[Key]:
        lines = self.messages[part[0]].split("\n")
        body = lines.index("") if "" in lines else 0
        return [(*part, number) for number in range(body + 1, len(lines)) if lines[number].strip()]

    def changed(self, field: Key, how: str) -> bytes | None:
        lines = self.messages[field[0]].split("\n")
        if len(field) == 1 or how not in ("missing", "number", "text"):
            return None
        lines[field[1]] = {"missing": "", "number": str(NUMBER), "text": STRANGE}[how]
        messages = [*self.messages]
        messages[field[0]] = "\n".join(lines)
        return "".join(messages).encode()

    def repeated(self, part: Key, times: int, renew: Callable[[str, int], str]) -> bytes:
        message = self.messages[part[0]]
        copies = [renew(message, number) for number in range(times)]
        return "".join([*self.messages[: part[0] + 1], *copies, *self.messages[part[0] + 1 :]]).encode()

    def text_of(self, part: Key) -> str:
        return self.messages[part[0]]


def payloads(name: str, data: bytes) -> list[Payload]:
    """Return a file as payloads: one, of a page also each JSON that it holds."""
    text = decode(data).text
    suffix = Path(name).suffix
    if suffix == ".csv":
        return [RowsPayload(text)]
    if suffix in (".mbox", ".eml"):
        return [MailPayload(text)]
    if suffix == ".jsonl":
        return [JsonPayload([json.loads(line) for line in text.splitlines() if line.strip()], lines=True)]
    if text.lstrip().startswith("<"):
        is_html = not text.lstrip().startswith("<?xml")
        return [TreePayload(text, is_html=is_html), *_json_in(text)] if is_html else [TreePayload(
            re.sub(r"^\s*<\?xml[^>]*\?>", "", text), is_html=False)]  # fmt: skip
    start = re.search(r"^\[\[|^[\[{]", text, re.MULTILINE)
    begun = start.start() if start else 0
    value, end = json.JSONDecoder().raw_decode(text, begun)
    return [JsonPayload(value, text[:begun], text[end:])]


def _json_in(page: str) -> Iterator[Payload]:
    end = 0
    for begun in _JSON_IN_PAGE.finditer(page):
        if begun.start() < end:
            continue
        start, stop = begun.end(), -1
        quoted: Callable[[str], str] = str
        try:
            if begun["quote"]:
                stop, quoted = page.index(begun["quote"], start), escape
                value = json.loads(unescape(page[start:stop]))
            elif begun["literal"]:
                stop, quoted = start + len(begun["literal"]), _in_script
                start += 1
                value = json.loads(js_string(begun["literal"]))
                stop -= 1
            else:
                value, stop = json.JSONDecoder(strict=False).raw_decode(page, start)
        except ValueError:
            continue
        end = stop
        yield JsonPayload(value, page[:start], page[stop:], quoted=quoted)


def _in_script(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1].replace("'", "\\'")
