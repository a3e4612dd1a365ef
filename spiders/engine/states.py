"""What a page keeps for its own scripts: JSON in script elements, in assignments and in calls, by name."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from spiders.engine.js_values import flight, indexed, js_string, js_value

_BY_ID = re.compile(r"<script\b([^>]*)>(.*?)</script", re.IGNORECASE | re.DOTALL)
_ID = re.compile(r"""\bid\s*=\s*["']?([\w:.$-]+)""", re.IGNORECASE)
_IS_JSON = re.compile(r"""\btype\s*=\s*["']?application/(?:[\w.+-]*\+)?json""", re.IGNORECASE)
_ASSIGNED = re.compile(
    r"""(?:window|self|globalThis)?\.?(?:\[\s*["'])?([A-Za-z_$][\w$]{2,60})(?:["']\s*\])?\s*=\s*"""
    r"""(?=[{\[]|JSON\.parse\(|decodeURIComponent\(|\(\s*function\s*\([\w$,\s]*\)\s*\{(?:[\w$.]+=[\w$.]+;){0,200}\s*return\b)"""
)
STATE_SCRIPT = re.compile(r"(?:var |let |const )?(?:window|self|globalThis)?\.?[A-Za-z_$][\w$.]{1,60}\s*=\s*(?=[{\[])")
"""The beginning of a script that is no more than one state."""
_PARSED = re.compile(r"""JSON\.parse\(\s*(?:decodeURIComponent\(\s*)?(?:unescape\(\s*)?""")
_STRING = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`""", re.DOTALL)
_CALLED = re.compile(r"""AF_initDataCallback\(\{\s*key:\s*'([\w:]+)'.*?\bdata:\s*(?=[\[{])""", re.DOTALL)
_FLIGHT = re.compile(r"""\(?self\.__next_f\s*(?:=\s*self\.__next_f\s*\|\|\s*\[\]\s*\))?\.push\(\s*(?=\[)""")
_DECODER = json.JSONDecoder(strict=False)


def page_states(page: str) -> Iterator[tuple[str, Any]]:
    """Yield (name, value) of each state that a page of HTML keeps, in its order; what is no JSON is passed over.

    Known are `<script id=NAME type=application/json>` (of `__NUXT_DATA__` what its places mean), `NAME = {...}`,
    `NAME = JSON.parse('...')` (also through decodeURIComponent), `NAME = (function(a, b) {return {...}}(1, 2))`,
    Google's `AF_initDataCallback({key: NAME, data: [...]})`, and the rows that all `self.__next_f.push([1, "..."])`
    send, together as `__next_f`.
    """
    chunks: list[str] = []
    for script in _BY_ID.finditer(page):
        attributes, content = script[1], script[2]
        named = _ID.search(attributes)
        if _IS_JSON.search(attributes):
            if named and "ld+json" not in attributes:
                value = _loaded(content.strip())
                if value is not None:
                    if named[1].startswith("__NUXT_DATA") and isinstance(value, list):
                        value = _or_none(indexed, value)
                    yield named[1], value
            continue
        for push in _FLIGHT.finditer(content):
            value, _ = _value_at(content, push.end())
            chunks.extend(part for part in (value or ())[1:] if isinstance(part, str))
        yield from _in_script(content)
    if chunks:
        yield "__next_f", _or_none(flight, chunks)


def _or_none(read: Callable[[list[Any]], Any], raw: list[Any]) -> Any:
    try:
        return read(raw)
    except ValueError:
        return None


def _in_script(content: str) -> Iterator[tuple[str, Any]]:
    end = 0
    for call in _CALLED.finditer(content):
        value, _ = _value_at(content, call.end())
        if value is not None:
            yield call[1], value
            end = call.end()
    for assigned in _ASSIGNED.finditer(content):
        if assigned.start() < end:
            continue  # inside a value that was read
        value, stopped = _value_at(content, assigned.end())
        if isinstance(value, dict | list) and value:
            end = stopped
            yield assigned[1], value


def _value_at(content: str, start: int) -> tuple[Any, int]:
    """Read the JSON value, or the JSON in a string, that begins at `start`; (None, start) where there is none."""
    parsed = _PARSED.match(content, start)
    if parsed or content.startswith("decodeURIComponent(", start):
        literal = _STRING.search(content, parsed.end() if parsed else start)
        if literal is None or literal.start() > start + 80:
            return None, start
        text = js_string(literal[0])
        if "decodeURIComponent" in content[start : literal.start()]:
            from urllib.parse import unquote

            text = unquote(text)
        return _loaded(text), literal.end()
    try:
        return _DECODER.raw_decode(content, start)
    except (ValueError, RecursionError):
        pass
    try:
        return js_value(content, start)
    except (ValueError, RecursionError):
        return None, start


def _loaded(text: str) -> Any:
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, str) and value[:1] in "{[":
        return _loaded(value)
    return value


def dereferenced(state: Any, node: Any, *, depth: int = 8) -> Any:
    """Return a node of Apollo's normalised cache with its references (`__ref`, or `type: id`) put in their places."""
    if depth == 0:
        return node
    if isinstance(node, list):
        return [dereferenced(state, part, depth=depth) for part in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("__ref") or (node.get("id") if node.get("type") == "id" else None)
    if isinstance(reference, str) and isinstance(state, dict) and reference in state:
        return dereferenced(state, state[reference], depth=depth - 1)
    return {key: dereferenced(state, part, depth=depth - 1) for key, part in node.items()}
