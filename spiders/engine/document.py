"""One saved file or one response, as a source looks at it to find reviews in it: parsed once, whatever it is."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from html import unescape
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from core.errors import InputError
from spiders.engine.encoding import decode
from spiders.engine.mapping import first
from spiders.engine.parsing import Raw
from spiders.engine.payload import Sample
from spiders.engine.rows import BadRow, Row, csv_table, parquet_table, xlsx_table
from spiders.engine.source import Kind
from spiders.engine.states import page_states
from spiders.engine.values import listing_name
from spiders.engine.walk import found

IsRecord = Callable[[Any], bool]

_PEEK = 50
_ADDRESSES = (
    re.compile(r"<!--\s*saved from url=\(\d+\)(\S+?)\s*-->"),
    re.compile(r"""<link\b(?=[^>]*\brel=["']?canonical)[^>]*\bhref=["']?([^"'\s>]+)""", re.IGNORECASE),
    re.compile(r"""<meta\b(?=[^>]*\bproperty=["']?og:url)[^>]*\bcontent=["']?([^"'\s>]+)""", re.IGNORECASE),
)


class Line(dict[str, Any]):
    """A row or line of a file as a raw review, which knows the number of its line."""

    number: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """Raw reviews that lie together."""

    raws: Iterable[Any]
    """Raw reviews, and what lay among them and is none: that is quarantined. May be walked once."""
    listing: str | Callable[[Raw], object] | None = None
    """What the payload calls the place, app or product; or what makes that of one raw review."""
    where: str = ""
    total: int | None = None
    """Reviews that the site says the listing has."""
    rating: float | None = None
    """The listing's rating as the site shows it, in [0, 1]."""
    count: int | None = None
    """Votes behind that rating."""
    seen_at: datetime | None = None
    """When the payload itself says that it was fetched."""


def has(*every: str, any_of: Iterable[str] = (), none_of: Iterable[str] = ()) -> IsRecord:
    """Return whether a value is an object with all of the keys `every`, one of `any_of` and none of `none_of`."""
    needed, either, foreign = frozenset(every), frozenset(any_of), frozenset(none_of)

    def is_record(raw: Any) -> bool:
        return (
            isinstance(raw, dict)
            and needed <= raw.keys()
            and (not either or not either.isdisjoint(raw))
            and foreign.isdisjoint(raw)
        )

    return is_record


class Document:
    """A file, a member of an archive, or a response.

    Args:
        sample: the content, opened.
        url: where it came from, if known.
        content_type: of the response, for the encoding.
    """

    def __init__(self, sample: Sample, *, url: str | None = None, content_type: str | None = None) -> None:
        self.sample = sample
        self.name = sample.path.name
        self._url = url
        self._content_type = content_type

    @classmethod
    def of(
        cls, data: bytes, name: str = "document", *, url: str | None = None, content_type: str | None = None
    ) -> "Document":
        """Return the document of some bytes."""
        return cls(Sample(Path(name), data), url=url, content_type=content_type)

    @cached_property
    def kind(self) -> Kind:
        """What can be done with it: `rows` are JSON Lines, CSV, a workbook or Parquet."""
        match self.sample.kind:
            case "json" | "html" | "xml" | "mail" as kind:
                return kind
            case "jsonl" | "zip" | "parquet":
                return "rows"
            case "text" if self._header:
                return "rows"
            case _:
                return "text"

    @cached_property
    def content(self) -> bytes:
        """The bytes, unpacked."""
        return self.sample.content()

    @cached_property
    def text(self) -> str:
        """The text in its right encoding."""
        return decode(self.content, self._content_type).text

    @cached_property
    def json(self) -> Any:
        """The parsed JSON; InputError where it is broken."""
        return self.sample.document

    @cached_property
    def html(self) -> Any:
        """The lxml tree of a page (or of a fragment, under a made-up root)."""
        from lxml import html

        text = re.sub(r"^\s*<\?xml[^>]*\?>", "", self.text).replace("\0", "")
        # The tag in which a torn page ends is no word of the text before it.
        last = text.rfind("<")
        if re.fullmatch(r"<(?:[/!]?[a-zA-Z-][^>]*|/)?", text[last:] if last >= 0 else " "):
            text = text[:last]
        try:
            return html.document_fromstring(
                text or "<html></html>", parser=html.HTMLParser(encoding="utf-8", huge_tree=True)
            )
        except (ValueError, html.etree.ParserError):
            return html.document_fromstring("<html></html>")

    @cached_property
    def xml(self) -> Any:
        """The root of an XML document, without entities and network; InputError where it is broken."""
        from lxml import etree

        text = re.sub(r"^\s*<\?xml[^>]*\?>", "", self.text)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            return etree.fromstring(text.encode("utf-8", "replace"), parser)
        except etree.XMLSyntaxError as error:
            raise self.sample.error(f"not well-formed XML: {error.msg}") from error

    @cached_property
    def states(self) -> dict[str, Any]:
        """What the page keeps for its scripts, by name; the first of a name counts."""
        found_states: dict[str, Any] = {}
        for name, value in page_states(self.text):
            found_states.setdefault(name, value)
        return found_states

    def state(self, name: str) -> Any:
        """Return the page's state of a name, or None; see `states.page_states` for what is known."""
        return self.states.get(name) if name in self.text else None

    @cached_property
    def url(self) -> str | None:
        """Where it came from: the response's address, or what a saved page says of itself."""
        if self._url is not None or self.kind != "html":
            return self._url
        head = self.text[:200_000]
        return next((unescape(address[1]) for pattern in _ADDRESSES if (address := pattern.search(head))), None)

    @property
    def host(self) -> str:
        """The host of `url` without `www.`, or an empty string."""
        try:
            return (urlsplit(self.url or "").hostname or "").removeprefix("www.")
        except ValueError:
            return ""

    def mentions(self, marks: Iterable[str]) -> bool:
        """Whether one of the marks stands in it; of a table in its header, of JSON Lines in their beginning."""
        if self.kind == "rows":
            head = " ".join(self._header) if self._header else self.sample.head.decode(self.sample.encoding, "replace")
            return any(mark in head for mark in marks)
        data = self.content if self.sample.encoding == "utf-8-sig" else self.text.encode("utf-8", "replace")
        return any(mark.encode() in data for mark in marks)

    def batches(self, is_record: IsRecord, inside: Any = None) -> Iterator[Batch]:
        """Yield each list (or object) of JSON that holds at least one record; of rows all of them, lazily.

        Args:
            is_record: whether a value is a raw review; see `has`.
            inside: what to walk instead of the document, such as a page's state.
        """
        if inside is None and self.kind == "rows":
            if any(is_record(raw) for raw in islice(self.rows(), _PEEK)):
                yield Batch(self.rows())
            return
        value = inside if inside is not None else self.json if self.kind == "json" else None
        for group in found(value, is_record):
            yield Batch([raw for _, raw in group.items], group.named, group.where)

    def rows(self) -> Iterator[Any]:
        """Yield the lines of JSON Lines as parsed, and the rows of a table as `Line`; BadRow for what is neither."""
        if self.sample.kind == "jsonl":
            yield from self._json_lines()
            return
        table = self._table()
        names = [str(cell).strip() if cell is not None else "" for cell in table.header]
        for number, row in table.rows:
            if isinstance(row, BadRow):
                yield row._replace(reason=f"line {number}: {row.reason}")
                continue
            cells = [cell if not isinstance(cell, str) or cell.strip() else None for cell in row]
            if any(cell is not None for cell in cells[len(names) :]):
                yield BadRow(f"line {number}: {len(cells)} cells under {len(names)} headers")
            elif any(cell is not None for cell in cells):
                line = Line(zip(names, [*cells[: len(names)], *[None] * (len(names) - len(cells))], strict=True))
                line.number = number
                yield line

    def _json_lines(self) -> Iterator[Any]:
        for number, text in self.sample.lines():
            if not text.strip():
                continue
            try:
                value = self.sample.parse(text)
            except ValueError as error:
                yield BadRow(f"line {number}: not valid JSON: {error}")
                continue
            if isinstance(value, dict):
                value = Line(value)
                value.number = number
            yield value

    def _table(self) -> Any:
        match self.sample.kind:
            case "zip":
                return xlsx_table(self.sample)
            case "parquet":
                return parquet_table(self.sample)
            case _:
                return csv_table(self.sample)

    @cached_property
    def _header(self) -> list[str]:
        """The names of a table's columns; empty where it is no table."""
        if self.sample.kind not in ("zip", "parquet", "text"):
            return []
        try:
            table = self._table()
            first: tuple[int, Row | BadRow] | None = next(table.rows, None)
        except InputError:
            return []
        names = [str(cell).strip() for cell in table.header if cell is not None and str(cell).strip()]
        is_table = len(names) > 1 and first is not None and not isinstance(first[1], BadRow)
        return names if is_table else []


def completed(
    document: Document, is_record: IsRecord, key: str, *, inside: Any = None, is_told: bool = False
) -> Iterator[Batch]:
    """Yield the batches of a document; a raw review without `key` gets a null there, if the document tells of it.

    An API that writes `"answer": null` is often kept by tools that leave nulls out.

    Args:
        document: where the reviews lie.
        is_record: as `Document.batches` takes it.
        key: what the API writes with each of its reviews.
        inside: as `Document.batches` takes it.
        is_told: it is certain that the document tells of it; else it does where one of the reviews has the key.
    """

    def raws() -> Iterator[Any]:
        return (raw for batch in document.batches(is_record, inside) for raw in batch.raws)

    is_told = is_told or any(key in raw for raw in raws() if isinstance(raw, dict))
    for batch in document.batches(is_record, inside):
        yield replace(batch, raws=(_with_null(raw, key) for raw in batch.raws)) if is_told else batch


def _with_null(raw: Any, key: str) -> Any:
    if isinstance(raw, dict):
        raw.setdefault(key, None)
    return raw


def by(batch: Batch, path: str) -> Batch:
    """Return the batch with each of its reviews under the listing that a path of it names (as `placeId|title`)."""
    return replace(batch, listing=lambda raw: listing_name(first(raw, path)))
