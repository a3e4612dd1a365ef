"""Values that a page writes as JavaScript and not as JSON: Nuxt's function form, its indexed data, Next's flight rows.

Nothing is run: only literals are read, and what is none ends the reading with ValueError.
"""

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

_SPACE = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_STRING = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`""", re.DOTALL)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_DATE = re.compile(r"new\s+Date\s*\(")
_FUNCTION = re.compile(r"\(?\s*(?:function\s*)?\(([\w$,\s]*)\)\s*(?:=>\s*)?\{")
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|.))", re.DOTALL)
_PLAIN_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": ""}
_WORDS = {"true": True, "false": False, "null": None, "undefined": None, "NaN": None, "Infinity": None}
_DEPTH = 60
_PLACES_DEEP = 200
_VALUES = 1_000_000  # a part may stand in many places: a page of a kilobyte can mean more than a memory holds
_WRAPPED = {"Reactive", "ShallowReactive", "Ref", "ShallowRef", "EmptyRef", "EmptyShallowRef", "Object", "payload"}
_ROW = re.compile(rb"([0-9a-f]+):(T([0-9a-f]+),|HL|[A-Z])?")
_POINTER = re.compile(r"\$[L@F]?([0-9a-f]+)")


def js_string(literal: str) -> str:
    """Return the text of a JavaScript string literal with its quotes."""
    text = _ESCAPE.sub(_unescaped, literal[1:-1])
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    if code:
        return chr(int(code, 16)) if int(code, 16) < 0x110000 else "\ufffd"
    return _PLAIN_ESCAPES.get(found[4], found[4])


def js_value(text: str, start: int = 0) -> tuple[Any, int]:
    """Read a literal, or a function that is called at once and returns one, and return it with where it ends.

    Raises:
        ValueError: something else stands there.
    """
    function = _FUNCTION.match(text, start)
    if function is None:
        return _Reader(text, {}).value(start)
    names = [name.strip() for name in function[1].split(",") if name.strip()]
    result = _return_in(text, function.end())
    _, end = _Reader(text, None).value(result)
    call = re.compile(r"\s*;?\s*\}\s*\)?\s*\(").match(text, end)
    if call is None:
        raise ValueError("a function that is not called")
    given, stop = _Reader(text, {}).items(call.end(), ")")
    return _Reader(text, dict(zip(names, [*given, *[None] * len(names)], strict=False))).value(result)[0], stop


def _return_in(text: str, start: int) -> int:
    found = re.compile(r"(?:[^\"'`]|" + _STRING.pattern + r")*?\breturn\b\s*", re.DOTALL).match(text, start)
    if found is None:
        raise ValueError("a function that returns nothing")
    return found.end()


class _Reader:
    """Reads one literal; names stand for the arguments of the function around it (None: any name will do)."""

    def __init__(self, text: str, names: Mapping[str, Any] | None) -> None:
        self._text = text
        self._names = names
        self._depth = 0

    def value(self, at: int) -> tuple[Any, int]:
        at = self._skip(at)
        char = self._text[at : at + 1]
        if char in "{[" and char:
            self._depth += 1
            if self._depth > _DEPTH:
                raise ValueError("nested too deeply")
            found = self._object(at + 1) if char == "{" else self.items(at + 1, "]")
            self._depth -= 1
            return found
        if char in "\"'`" and char:
            literal = _STRING.match(self._text, at)
            if literal is None:
                raise ValueError("a string without end")
            return js_string(literal[0]), literal.end()
        if number := _NUMBER.match(self._text, at):
            return (float(number[0]) if re.search("[.eE]", number[0]) else int(number[0])), number.end()
        return self._word(at)

    def _word(self, at: int) -> tuple[Any, int]:
        for sign, meant in (("!0", True), ("!1", False), ("void 0", None)):
            if self._text.startswith(sign, at):
                return meant, at + len(sign)
        if date := _DATE.match(self._text, at):
            given, end = self.items(date.end(), ")")
            return (given[0] if given else None), end
        name = _NAME.match(self._text, at)
        if name is None:
            raise ValueError(f"no value at {at}")
        if name[0] in _WORDS:
            return _WORDS[name[0]], name.end()
        if self._names is not None and name[0] not in self._names:
            raise ValueError(f"the name {name[0][:40]!r} stands for nothing")
        return (None if self._names is None else self._names[name[0]]), name.end()

    def items(self, at: int, closing: str) -> tuple[list[Any], int]:
        """Read values between commas up to `closing`."""
        found: list[Any] = []
        while True:
            at = self._skip(at)
            if self._text.startswith(closing, at):
                return found, at + 1
            if self._text.startswith(",", at):
                found.append(None)  # a hole
                at += 1
                continue
            value, at = self.value(at)
            found.append(value)
            at = self._skip(at)
            if self._text.startswith(",", at):
                at += 1
            elif not self._text.startswith(closing, at):
                raise ValueError(f"neither , nor {closing} at {at}")

    def _object(self, at: int) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        while True:
            at = self._skip(at)
            if self._text.startswith("}", at):
                return found, at + 1
            key = _STRING.match(self._text, at) or _NAME.match(self._text, at) or _NUMBER.match(self._text, at)
            if key is None:
                raise ValueError(f"no key at {at}")
            at = self._skip(key.end())
            if not self._text.startswith(":", at):
                raise ValueError(f"no : at {at}")
            name = js_string(key[0]) if key[0][0] in "\"'`" else key[0]
            found[name], at = self.value(at + 1)
            at = self._skip(at)
            if self._text.startswith(",", at):
                at += 1
            elif not self._text.startswith("}", at):
                raise ValueError(f"neither , nor }} at {at}")

    def _skip(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return found.end() if found else at


def indexed(table: list[Any]) -> Any:
    """Return what Nuxt's `__NUXT_DATA__` means: a list whose objects and lists name their parts by place in it.

    A part that holds itself is None there.

    Raises:
        ValueError: it is nested deeper than any page, or so much larger than what was sent that it must be an attack.
    """
    known: dict[int, tuple[Any, int]] = {}

    def at(place: Any, depth: int) -> tuple[Any, int]:
        """Return what stands at a place, and how many values that is."""
        if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place < len(table):
            return None, 1  # undefined, a hole, not a number
        if place not in known:
            if depth > _PLACES_DEEP:
                raise ValueError("nested too deeply")
            known[place] = None, 1
            size = 1

            def part(of: Any) -> Any:
                nonlocal size
                value, more = at(of, depth + 1)
                size += more
                return value

            value = _meant(table[place], part)
            if size > _VALUES:
                raise ValueError(f"more than {_VALUES:,} values")
            known[place] = value, size
        return known[place]

    return at(0, 0)[0]


def _meant(value: Any, at: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: at(part) for key, part in value.items()}
    if not isinstance(value, list):
        return value
    if not value or not isinstance(value[0], str):
        return [at(part) for part in value]
    name, *rest = value
    if name in ("Date", "BigInt", "RegExp"):
        return rest[0] if rest else None
    if name == "Set":
        return [at(part) for part in rest]
    if name in ("Map", "null"):
        keys = [at(part) if name == "Map" else part for part in rest[::2]]
        pairs = zip(keys, rest[1::2], strict=False)
        return {str(key): at(part) for key, part in pairs if not isinstance(key, dict | list)}
    return at(rest[0]) if len(rest) == 1 or (rest and name in _WRAPPED) else None


def flight(chunks: list[str]) -> dict[str, Any]:
    """Return the rows of Next's flight stream (`self.__next_f.push([1, "..."])`) by their ids, references followed."""
    data = "".join(chunks).encode("utf-8", "surrogatepass")
    rows: dict[str, Any] = {}
    start = 0
    while row := _ROW.match(data, start):
        name = row[1].decode()
        if row[3]:
            start = row.end() + int(row[3], 16)
            rows[name] = data[row.end() : start].decode("utf-8", "replace")
            continue
        end = data.find(b"\n", row.end())
        end = len(data) if end < 0 else end
        if not row[2]:
            with suppress(ValueError):  # a row that was cut off
                rows[name] = json.loads(data[row.end() : end])
        start = end + 1
    follow = _Follower(rows)
    return {name: follow(value, 0) for name, value in rows.items()}


class _Follower:
    """Puts the rows of a flight stream in the places that name them, up to `_VALUES` values in all."""

    def __init__(self, rows: Mapping[str, Any]) -> None:
        self._rows = rows
        self._left = _VALUES

    def __call__(self, value: Any, depth: int) -> Any:
        self._left -= 1
        if self._left < 0:
            raise ValueError(f"more than {_VALUES:,} values")
        if depth > _DEPTH:
            return None
        if isinstance(value, list):
            return [self(part, depth + 1) for part in value]
        if isinstance(value, dict):
            return {key: self(part, depth + 1) for key, part in value.items()}
        if not isinstance(value, str) or not value.startswith("$") or value == "$":
            return value
        if value.startswith("$$"):
            return value[1:]
        if value.startswith("$D"):
            return value[2:]
        pointer = _POINTER.fullmatch(value)
        if pointer and pointer[1] in self._rows:
            meant = self._rows[pointer[1]]
            return meant if isinstance(meant, str) else self(meant, depth + 20)
        return None if value in ("$undefined", "$NaN", "$Infinity") else value
