"""Reviews that a page shows as cards: each an element, cut into its parts, with what the page says of the listing."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from spiders.engine.beside import shown_rating
from spiders.engine.blocking import BlockedError, sign_of_block
from spiders.engine.document import Batch, Document
from spiders.engine.markup import boxes, cut, outermost, select
from spiders.engine.parsing import Raw
from spiders.engine.values import count_of

_COUNT = re.compile(r"\d{1,3}(?:[\s.,\u2009]\d{3})+(?!\d)|\d+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cards:
    """How a page shows its reviews. `parts` and `page` are as `cut` takes them."""

    items: tuple[str, ...]
    """CSS selectors of a review's element; the first that finds one counts."""
    box: tuple[str, str] | None = None
    """Where `items` only finds parts of reviews: the tag of the element around each, and what it should hold."""
    sign: str = ""
    """CSS selector of what one of them must hold, or the page shows no reviews."""
    parts: Mapping[str, str]
    page: Mapping[str, str] = field(default_factory=dict)
    """What the page says of the listing: its `rating`, its `votes`, and the `total` of its reviews."""
    best: float = 5
    worst: float = 1
    """Scale of that rating."""
    above: Mapping[str, str] = field(default_factory=dict)
    """Parts of the page that belong to each of its reviews, which also get the listing as `_listing`."""
    listing: str = ""
    """Regular expression of which the first group names the listing: in the page's address, else in its text if
    `is_linked`."""
    is_linked: bool = False
    site: str = ""
    """Host that a page must come from or name; a captcha on such a page is told."""
    more: Callable[[Any], Raw] | None = None
    """What else a card holds, of its element."""

    def find(self, document: Document) -> Iterator[Batch]:
        """Yield the cards of a page, or nothing where it shows none.

        Raises:
            BlockedError: a page of the site that keeps robots out.
        """
        if document.kind != "html" or not self._is_ours(document):
            return
        items = next((found for css in self.items if (found := select(document.html, css))), [])
        items = boxes(items, *self.box) if self.box else outermost(items)
        if self.sign and not any(select(item, self.sign) for item in items):
            items = []
        if not items:
            if self.site and (sign := sign_of_block(document.text)):
                raise BlockedError(sign)
            return
        page, listing = cut(document.html, self.page), self._listing(document)
        above = cut(document.html, self.above) | {"_listing": listing}
        yield Batch(
            [above | cut(item, self.parts) | (self.more(item) if self.more else {}) for item in items],
            listing=listing,
            total=_count(page.get("total")),
            rating=shown_rating(page.get("rating"), self.best, self.worst),
            count=_count(page.get("votes")),
        )

    def _is_ours(self, document: Document) -> bool:
        is_there = document.host == self.site or document.host.endswith(f".{self.site}")
        return not self.site or is_there or self.site in document.text

    def _listing(self, document: Document) -> str | None:
        if not self.listing:
            return None
        found = re.search(self.listing, document.url or "")
        if found is None and self.is_linked:
            found = re.search(self.listing, document.text)
        return found[1] if found else None


def _count(said: Any) -> int | None:
    found = _COUNT.search(said) if isinstance(said, str) else None
    return count_of(re.sub(r"\D", "", found[0])) if found else None
