"""Reviews that lie in lists: of JSON, JSON Lines, tables and page states, with what stands beside a list."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, Unpack

from core.records import Review
from spiders.engine.beside import beside, shown_rating
from spiders.engine.blocking import BlockedError
from spiders.engine.dates import aware_or_none
from spiders.engine.document import Batch, Document, IsRecord
from spiders.engine.mapping import Fields, at, first
from spiders.engine.parsing import Raw, Sighting
from spiders.engine.values import count_of, listing_name

Find = Callable[[Document], Iterator[Batch]]


class ParseReview(Protocol):
    """A source's `parse_review`."""

    def __call__(self, raw: Raw, **sighting: Unpack[Sighting]) -> Review:
        """Return the review of a raw one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lists:
    """How a source's lists look: what a review in them is, and where the listing is told. Paths are those of `first`.

    `find` is a source's `find`; `parse_review` its `parse_review`, where a review needs no more than its map.
    """

    shapes: tuple[tuple[IsRecord, Fields], ...]
    """What tells a raw review of each shape, and its map; the first shape that fits counts."""
    left_out: IsRecord | None = None
    """What lies in a list of the source's in place of a review, and is certainly none."""
    strays: IsRecord | None = None
    """What lies among the reviews in a page's state, which keeps other things beside them."""
    wrapped_in: str = ""
    """The key under which a list may hold each review, as GraphQL's `node`."""
    listing: str = ""
    """Where a review says what its listing is called."""
    listing_in: Mapping[str, str] = field(default_factory=dict)
    """Where a review names its listing inside a longer text, such as an address: paths with regular expressions, of
    which the first group is the name."""
    place: str = ""
    """Where the object above the list says so."""
    is_wrapped: bool = False
    """The key under which a list lies may be the listing's name."""
    total: str = ""
    """Where the object above the list says how many reviews there are; and its rating, its votes, and when it came."""
    rating: str = ""
    votes: str = ""
    seen_at: str = ""
    best: float = 5
    worst: float = 1
    needs: str = ""
    """Where the object above a list of JSON must say something, or the list is none of the source's."""
    empty: str = ""
    """Where an answer keeps its list: an empty one beside a told `total` is a listing without reviews."""
    inside: Callable[[Document], Iterable[Any]] | None = None
    """The values of a page that are walked; of the first that holds reviews all are taken."""
    address: str = ""
    """Regular expression of which the first group names the listing in a page's address."""

    def is_review(self, raw: Any) -> bool:
        """Whether a value is a raw review of one of the shapes."""
        return any(fits(raw) for fits, _ in self.shapes)

    def _is_ours(self, raw: Any) -> bool:
        return self.is_review(self._bare(raw)) or (self.left_out is not None and self.left_out(raw))

    def _bare(self, raw: Any) -> Any:
        inner = at(raw, self.wrapped_in) if self.wrapped_in else None
        return inner if self.is_review(inner) else raw

    def find(self, document: Document) -> Iterator[Batch]:
        """Yield the lists of a document that hold reviews."""
        if document.kind != "html":
            value = document.json if document.kind == "json" else None
            for batch in document.batches(self._is_ours):
                above = beside(batch, value)
                if not self.needs or first(above, self.needs) is not None or not isinstance(batch.raws, list):
                    yield self.told(batch, above)
            if self.empty and at(value, self.empty) == [] and first(value, self.total) is not None:
                yield self.told(Batch(()), value)
            return
        for value in self.inside(document) if self.inside is not None else ():
            batches = list(document.batches(self._is_ours, inside=value)) if value is not None else []
            page = re.search(self.address, document.url or "") if self.address else None
            for batch in batches:
                told = self.told(batch, beside(batch, value))
                if (strays := self.strays) is not None:
                    told = replace(told, raws=[raw for raw in told.raws if isinstance(raw, dict) and not strays(raw)])
                yield replace(told, listing=page[1]) if page else told
            if batches:
                return

    def told(self, batch: Batch, above: Any) -> Batch:
        """Return a batch with what the object above it tells of the listing."""
        left_out = self.left_out
        if left_out is not None:
            batch = replace(batch, raws=[raw for raw in batch.raws if not left_out(raw)])
        if self.wrapped_in:
            batch = replace(batch, raws=[*map(self._bare, batch.raws)])
        return replace(
            batch,
            listing=self._listing(batch, above),
            total=count_of(first(above, self.total)),
            rating=shown_rating(first(above, self.rating), self.best, self.worst),
            count=count_of(first(above, self.votes)),
            seen_at=aware_or_none(first(above, self.seen_at)),
        )

    def fields(self, raw: Any) -> Fields:
        """Return the map of a raw review; of what is none, that of the first shape, which then says what is missing."""
        return next((fields for fits, fields in self.shapes if fits(raw)), self.shapes[0][1])

    def parse_review(self, raw: Raw, **sighting: Unpack[Sighting]) -> Review:
        """Read a review by the map of its shape."""
        return self.fields(raw).review(raw, sighting)

    def _listing(self, batch: Batch, above: Any) -> Any:
        place = listing_name(first(above, self.place)) or (batch.listing if self.is_wrapped else None)
        names_none = isinstance(batch.raws, list) and all(self._named(raw) is None for raw in batch.raws)
        if not (self.listing or self.listing_in) or (place is not None and names_none):
            return place
        return lambda raw: self._named(raw) or place

    def _named(self, raw: Any) -> str | None:
        for path, pattern in self.listing_in.items():
            if found := re.search(pattern, str(first(raw, path) or "")):
                return listing_name(found[1])
        return listing_name(first(raw, self.listing))


def by_shape(*shapes: tuple[IsRecord, Fields]) -> ParseReview:
    """Return a `parse_review` that reads a raw review by the map of the first shape that fits it, else of the last."""

    def parse_review(raw: Raw, **sighting: Unpack[Sighting]) -> Review:
        """Read a raw review by the map of its shape."""
        fields = next((fields for fits, fields in shapes if fits(raw)), shapes[-1][1])
        return fields.review(raw, sighting)

    return parse_review


def refusing(*words: str, why: str) -> Find:
    """Return a `find` that finds nothing, and tells of a page with all of these words why it holds no reviews."""

    def find(document: Document) -> Iterator[Batch]:
        """Raise BlockedError of such a page."""
        if document.kind == "html" and all(word in document.text for word in words):
            raise BlockedError(why)
        yield from ()

    return find


def first_of(*finds: Find) -> Find:
    """Return a `find` that yields what the first of several finds that finds anything does."""

    def find(document: Document) -> Iterator[Batch]:
        """Yield the reviews of a document, or nothing where it is none of the source's."""
        for one in finds:
            batches = one(document)
            batch = next(batches, None)
            if batch is not None:
                yield batch
                yield from batches
                return

    return find
