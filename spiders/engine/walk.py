"""Finding the reviews inside a JSON value, however a tool has wrapped them."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from spiders.engine.values import listing_name

_WRAPPERS = {"results", "result", "data", "reviews", "review", "items", "per_date_reviews", "userReviewList"}
_UNNAMED = re.compile(r"\d{1,5}|\d{4}-\d{2}-\d{2}.*")
_DEPTH = 8


class Found(NamedTuple):
    """Reviews that lie together: where, which app their wrapper names, and the items (bad ones too)."""

    where: str
    named: str | None
    items: list[tuple[str, object]]


def found(document: object, is_record: Callable[[object], bool]) -> Iterator[Found]:
    """Walk the document and yield each list or object that holds at least one review."""
    if is_record(document):
        yield Found("", None, [("", document)])
    else:
        yield from _walk(document, "", None, is_record, 0)


def _walk(
    node: object, where: str, named: str | None, is_record: Callable[[object], bool], depth: int
) -> Iterator[Found]:
    if isinstance(node, dict):
        named = listing_name(node.get("app_id") or node.get("appId")) or named
        items = [(f"{where}.{key}".lstrip("."), value) for key, value in node.items()]
        names: list[str | None] = [_named(key) or named for key in node]
        if isinstance(node.get("app_id") or node.get("appId"), str | int):
            names = [named] * len(items)
    elif isinstance(node, list):
        items = [(f"{where}[{number}]", value) for number, value in enumerate(node)]
        names = [named] * len(items)
    else:
        return
    if any(is_record(value) for _, value in items):
        yield Found(where, named, items)
    elif depth < _DEPTH:
        for (place, value), name in zip(items, names, strict=True):
            yield from _walk(value, place, name, is_record, depth + 1)


def _named(key: str) -> str | None:
    if key in _WRAPPERS or _UNNAMED.fullmatch(key):
        return None
    return listing_name(re.sub(r"^reviews?_", "", key))


def is_empty(document: object) -> bool:
    """Whether the document is a list, or a known wrapper of one, in which nothing stands."""
    if isinstance(document, dict):
        inner = [document[key] for key in document if key in _WRAPPERS]
        return bool(inner) and all(value == {} or is_empty(value) for value in inner)
    return document == []
