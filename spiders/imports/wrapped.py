"""Pages inside JSON: tools that fetch pages for others answer with the page's HTML as one of their texts."""

from collections.abc import Iterator

from spiders.engine.payload import Sample

_BEGINNINGS = ("<!doctype", "<html", "<?xml", "<head", "<body")
_DEEPEST = 4


def pages_in(sample: Sample) -> Iterator[Sample]:
    """Yield the HTML pages that stand as texts in a JSON document, each under the document's own path."""
    if sample.kind == "json":
        for text in _texts(sample.document, 0):
            if text[:200].lstrip("\ufeff \r\n\t").casefold().startswith(_BEGINNINGS):
                yield Sample(sample.path, text.encode("utf-8", "replace"))


def _texts(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth < _DEEPEST and isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part, depth + 1)
