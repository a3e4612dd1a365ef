"""Other ways to look at a JSON file that nobody knows as it is: its lines as pages, its names in the other spelling.

Tools keep an API's answers one a line, and clients in other languages spell its names in their own way. A source whose
API is meant by that says so by its marks, so that a table of somebody's own is none of theirs.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from core.errors import InputError
from spiders.engine.document import Document
from spiders.engine.payload import Sample
from spiders.engine.source import sources
from spiders.imports.sourced import known_by, knows
from spiders.imports.wrapped import pages_in

_PEEK = 5
_SNAKE = re.compile(r"(?<=[a-z0-9])_([a-z0-9])")
_CAMEL = re.compile(r"(?<=[a-z0-9])([A-Z])")
View = Callable[[], Iterable[Document]]


def known_view(sample: Sample) -> str | None:
    """Return the source that knows a file in one of its other views, None where there is none."""
    for view in _others(sample):
        for document in islice(view(), _PEEK):
            with suppress(InputError):  # a page that cannot be read is told when it is read
                if (name := known_by(document)) is not None:
                    return name
    return None


def view_of(sample: Sample, source: str) -> Iterable[Document]:
    """Return the documents of a file in the view that the source knows; as it is where it knows none."""
    document = Document(sample)
    if not sample.is_json or knows(source, document):
        return [document]
    for view in _others(sample):
        if any(_shows(source, part) for part in islice(view(), _PEEK)):
            return _together(sample, view) if sources()[source].joins and sample.kind == "jsonl" else view()
    return [document]


def _shows(source: str, page: Document) -> bool:
    try:
        return knows(source, page)
    except InputError:
        return False


def _together(sample: Sample, view: View) -> Iterable[Document]:
    """Return the pages of a file as one list of them; a page that is no JSON leaves them single."""
    try:
        pages = [document.json for document in view()]
    except InputError:
        return view()
    return [Document(Sample(sample.path.with_suffix(".json"), json.dumps(pages).encode()))]


def _others(sample: Sample) -> Iterator[View]:
    if not sample.is_json:
        return
    if sample.kind == "jsonl":
        yield lambda: _pages(sample)
    if pages := list(pages_in(sample)):
        yield lambda: map(Document, pages)
    document = Document(sample)
    for spell, unspell in ((camel, snake), (snake, camel)):
        marks = {unspell(mark) for mark in _api_marks() if unspell(mark) != mark}
        if document.mentions(marks) and (respelled := _respelled(sample, spell)) is not None:
            yield lambda respelled=respelled: [Document(respelled)]  # type: ignore[misc]
            if sample.kind == "jsonl":
                yield lambda respelled=respelled: _pages(respelled)  # type: ignore[misc]


def _pages(sample: Sample) -> Iterator[Document]:
    for number, line in sample.lines():
        if line.strip():
            yield Document(Sample(Path(f"line {number}"), line))


def _api_marks() -> set[str]:
    return {mark for info in sources().values() if info.access == "api" for mark in info.marks}


def _respelled(sample: Sample, spell: Callable[[str], str]) -> Sample | None:
    """Return the file with all names of its objects spelled anew; a line that is no JSON stays as it is."""
    if sample.kind != "jsonl":
        with suppress(ValueError):
            return Sample(sample.path, _json(sample.document, spell))
        return None
    lines = []
    for _, line in sample.lines():
        try:
            lines.append(_json(sample.parse(line), spell) if line.strip() else b"")
        except ValueError:
            lines.append(line.rstrip(b"\n"))
    return Sample(sample.path, b"\n".join(lines))


def _json(value: Any, spell: Callable[[str], str]) -> bytes:
    try:
        return json.dumps(_renamed(value, spell)).encode()
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _renamed(value: Any, spell: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {spell(name): _renamed(part, spell) for name, part in value.items()}
    return [_renamed(part, spell) for part in value] if isinstance(value, list) else value


def camel(name: str) -> str:
    """Return a name as `reviewReply`, where it is spelled `review_reply`."""
    return _SNAKE.sub(lambda found: found[1].upper(), name)


def snake(name: str) -> str:
    """Return a name as `review_reply`, where it is spelled `reviewReply`."""
    return _CAMEL.sub(lambda found: f"_{found[1].lower()}", name)
