"""What a page keeps for its own scripts: JSON in script elements, in assignments and in calls, by name."""

import json
import re
from collections.abc import Iterator
from typing import Any

_BY_ID = re.compile(r"<script\b([^>]*)>(.*?)</script", re.IGNORECASE | re.DOTALL)
_ID = re.compile(r"""\bid\s*=\s*["']?([\w:.$-]+)""", re.IGNORECASE)
_IS_JSON = re.compile(r"""\btype\s*=\s*["']?application/(?:[\w.+-]*\+)?json""", re.IGNORECASE)
_ASSIGNED = re.compile(
    r"""(?:window|self|globalThis)?\.?(?:\[\s*["'])?([A-Za-z_$][\w$]{2,60})(?:["']\s*\])?\s*=\s*"""
    r"""(?=[{\[]|JSON\.parse\(|decodeURIComponent\()"""
)
_PARSED = re.compile(r"""JSON\.parse\(\s*(?:decodeURIComponent\(\s*)?(?:unescape\(\s*)?""")
_STRING = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`""", re.DOTALL)
_CALLED = re.compile(r"""AF_initDataCallback\(\{\s*key:\s*'([\w:]+)'.*?\bdata:\s*(?=[\[{])""", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|.))", re.DOTALL)
_PLAIN_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": ""}
_UNDEFINED = re.compile(r"(?<=[:,\[])\s*(?:undefined|void 0|NaN)(?=\s*[,}\]])")
_DECODER = json.JSONDecoder(strict=False)


def page_states(page: str) -> Iterator[tuple[str, Any]]:
    """Yield (name, value) of each state that a page of HTML keeps, in its order; what is no JSON is passed over.

    Known are `<script id=NAME type=application/json>`, `NAME = {...}`, `NAME = JSON.parse('...')` (also through
    decodeURIComponent) and Google's `AF_initDataCallback({key: NAME, data: [...]})`.
    """
    for script in _BY_ID.finditer(page):
        attributes, content = script[1], script[2]
        named = _ID.search(attributes)
        if _IS_JSON.search(attributes):
            if named and "ld+json" not in attributes:
                value = _loaded(content.strip())
                if value is not None:
                    yield named[1], value
            continue
        yield from _in_script(content)


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
    stop = _end_of_value(content, start)
    return (_loaded(_UNDEFINED.sub("null", content[start:stop])), stop) if stop else (None, start)


def _end_of_value(content: str, start: int) -> int | None:
    depth = 0
    for token in re.compile(r"""[{\[\]}]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'""", re.DOTALL).finditer(content, start):
        if token[0] in "{[":
            depth += 1
        elif token[0] in "]}":
            depth -= 1
            if depth == 0:
                return token.end()
    return None


def js_string(literal: str) -> str:
    """Return the text of a JavaScript string literal with its quotes."""
    text = _ESCAPE.sub(_unescaped, literal[1:-1])
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    if code:
        return chr(int(code, 16)) if int(code, 16) < 0x110000 else "\ufffd"
    return _PLAIN_ESCAPES.get(found[4], found[4])


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
