"""Spiders of lists whose pages are numbered: addresses and keys are data, the walk is the same for all."""

from typing import Any, ClassVar
from urllib.parse import quote

from scrapy.http import Request, Response

from core.errors import ConfigurationError
from spiders.engine.job import OpenReview
from spiders.engine.mapping import at
from spiders.engine.page import Page
from spiders.engine.parsing import stars
from spiders.engine.spider import ReviewSpider


class NumberedSpider(ReviewSpider):
    """Base of a source that answers JSON, one numbered page after another, newest reviews first."""

    page_path: ClassVar[str] = ""
    """Path and query of a page, with {target} and {page}; the first page is 1."""
    target_is: ClassVar[str] = ""
    """What a listing's `target` must be, where it must be given."""
    reviews: ClassVar[str] = ""
    """Where an answer keeps its list; else what the module's `find` finds in it counts."""
    more: ClassVar[str] = ""
    """Where it says that another page follows; empty where there is one page."""
    total: ClassVar[str] = ""
    """Where it says how many reviews there are; of one page without this, those that stand there."""
    votes: ClassVar[str] = ""
    """Where it counts the votes by their stars, of five."""
    left_out: ClassVar[str] = ""
    """Key of what lies among the reviews and is none."""
    gone: ClassVar[str] = ""
    """Key of a review that was deleted."""
    review_id: ClassVar[str] = "id"

    def first_request(self) -> Request:
        """Ask for the first page."""
        return self._numbered(1)

    def parse_page(self, response: Response) -> Page:
        """Read one page; the next one is asked for by its number, never by an address that the answer names."""
        answer = self.json(response)
        counted = {int(mark): count for mark, count in (at(answer, self.votes) or {}).items()} if self.votes else {}
        votes = sum(counted.values())
        raws = self._raws(answer, response)
        total = at(answer, self.total) if self.total else None
        if total is None and not self.more:
            total = sum(not (isinstance(raw, dict) and raw.get(self.gone)) for raw in raws)
        return Page.of(
            raws,
            gone=self.gone,
            review_id=self.review_id,
            next=self._numbered(response.meta["page"] + 1) if self.more and at(answer, self.more) else None,
            total=total,
            displayed_rating=sum(stars(mark) * count for mark, count in counted.items()) / votes if votes else None,
            displayed_count=votes or None,
        )

    def _raws(self, answer: Any, response: Response) -> list[Any]:
        if not self.reviews:
            return [raw for batch in self.batches(response) for raw in batch.raws] if answer != [] else []
        listed = at(answer, self.reviews)
        if not isinstance(listed, list):
            raise KeyError(self.reviews)
        return [raw for raw in listed if not (isinstance(raw, dict) and raw.get(self.left_out))]

    def _numbered(self, number: int) -> Request:
        if self.target_is and not self.listing.target:
            raise ConfigurationError(f"listings.{self.listing.id}.target: expected {self.target_is}")
        path = self.page_path.format(target=quote(self.listing.target, safe=""), page=number)
        return Request(f"{self.base_url}{path}", meta={"page": number})


class LookUpSpider(NumberedSpider):
    """The same, where one review can be asked for by its id; an answer of 404 says that it is gone."""

    review_path: ClassVar[str] = ""
    """Path of one review, with {id}."""

    def look_up(self, review: OpenReview) -> Request:
        """Ask for one review."""
        return Request(f"{self.base_url}{self.review_path.format(id=quote(review.review_id, safe=''))}")

    def parse_look_up(self, response: Response) -> Page:
        """Read one review that was looked up."""
        return Page.of([self.json(response)], gone=self.gone, review_id=self.review_id)
