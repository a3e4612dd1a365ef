"""What the demo's sources have in common: robots.txt, pages for people, troubles, and JSON for programs."""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, TypeVar
from zlib import crc32

from console.demo import pages
from console.demo.scenario import DemoListing, ReviewState, Scenario

Item = TypeVar("Item")
Query = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer."""

    status: int
    content_type: str
    body: bytes


def json_answer(payload: object, status: int = 200) -> Answer:
    """Return a payload as JSON in UTF-8."""
    return Answer(status, "application/json; charset=utf-8", json.dumps(payload, ensure_ascii=False).encode())


def html_answer(page: str, status: int = 200) -> Answer:
    """Return a page in UTF-8."""
    return Answer(status, "text/html; charset=utf-8", page.encode())


def number_of(name: str) -> int:
    """Return a number that is always the same for the same name: a user id."""
    return crc32(name.encode())


def first(query: Query, name: str, default: str = "") -> str:
    """Return the first value of a query parameter."""
    return query.get(name, [default])[0]


def positive(query: Query, name: str, default: int) -> int:
    """Return a query parameter as a number of at least 1, the default where it is none."""
    text = first(query, name)
    return max(1, int(text)) if text.isdecimal() else default


class SourceApp(ABC):
    """One source. A subclass names its shapes: `respond` for programs, `page_path` for people."""

    source: ClassVar[str]
    title: ClassVar[str]
    robots: ClassVar[str] = "User-agent: *\nAllow: /\n"
    page_limit: ClassVar[int]
    """Reviews of a page; smaller than on the real site, so that a few reviews already fill several pages."""

    def __init__(self, scenario: Scenario, night_one: datetime) -> None:
        self.scenario = scenario
        self.night_one = night_one
        self.night = 1
        self.base_url = ""

    @abstractmethod
    def respond(self, path: str, query: Query) -> Answer | None:
        """Return what a program gets, or None where the path is none of the source's."""

    @abstractmethod
    def page_path(self, listing: DemoListing, review: ReviewState) -> str:
        """Return the path, with its query, of the page on which a person reads one review."""

    def answer(self, path: str, query: Query, raw: str) -> Answer:
        """Answer one request; `raw` is the path with its query as asked."""
        if path == "/robots.txt":
            return Answer(200, "text/plain; charset=utf-8", self.robots.encode())
        if path == "/":
            return html_answer(pages.index(self.title, self.night, self._shelves()))
        for listing in self.listings:
            for review in self.shown(listing):
                if self.page_path(listing, review) == raw:
                    return html_answer(pages.review(self.title, listing, review))
        if self.has_trouble("captcha"):
            return html_answer(pages.captcha())
        return self.respond(path, query) or html_answer(pages.not_found(), 404)

    @property
    def listings(self) -> tuple[DemoListing, ...]:
        """The listings of this source."""
        return self.scenario.on_source(self.source)

    def listing_for(self, target: str) -> DemoListing | None:
        """Return the listing that the source calls so."""
        return next((listing for listing in self.listings if listing.target == target), None)

    def shown(self, listing: DemoListing) -> list[ReviewState]:
        """Return what a listing shows this night, newest first."""
        return self.scenario.shown(listing.id, self.night, self.night_one)

    def has_trouble(self, kind: str) -> bool:
        """Tell whether the source misbehaves so this night."""
        return self.scenario.has_trouble(self.source, self.night, kind)

    def paged(self, items: Sequence[Item], size: int) -> list[list[Item]]:
        """Cut items into pages, the last one twice on a night of that trouble; at least one page, maybe empty."""
        chunks = [list(items[start : start + size]) for start in range(0, len(items), size)] or [[]]
        if self.has_trouble("repeated_page"):
            chunks.append(chunks[-1])
        return chunks

    def _shelves(self) -> Iterator[tuple[DemoListing, list[tuple[str, ReviewState]]]]:
        for listing in self.listings:
            yield listing, [(self.page_path(listing, review), review) for review in self.shown(listing)]
