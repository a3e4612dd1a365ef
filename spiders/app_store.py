"""The App Store: Apple's customer reviews feed, 10 pages of 50 reviews a country. It never shows an owner's reply.

Apple's own robots.txt refuses `/*/rss/*` to everybody, so at the usual address a crawl ends as blocked; it can run
only where the robots.txt of the listing's `base_url` allows it, such as a mirror of one's own. Files of the feed are
imported (see spiders/imports). Not verified: the feed's terms, and whether it still answers today.
"""

from collections.abc import Mapping
from typing import Any

from scrapy.http import Request, Response

from core.errors import ConfigurationError
from core.records import Review
from spiders.engine.page import Page, SourceError
from spiders.engine.spider import ReviewSpider
from spiders.imports.app_store_feed import is_feed, is_the_app, parse_entry, parse_feed

LAST_PAGE = 10
EMPTY_IN_A_ROW = 3
"""Single pages come empty in the middle of the feed; after so many of them it is over."""


class AppStoreSpider(ReviewSpider):
    """`target` is country and app id, as in `ua/1234567890`."""

    name = "app_store"
    title = "App Store"
    access = "robots"
    live = False
    terms_url = "https://www.apple.com/legal/internet-services/itunes/"
    legal_basis = "Imported; crawled only from a mirror whose robots.txt allows it, because Apple's refuses the feed."
    shows_replies = False
    base_url = "https://itunes.apple.com"

    def first_request(self) -> Request:
        """Ask for the newest reviews."""
        return self._page(1, 0)

    def parse_page(self, response: Response) -> Page:
        """Read one page; an empty one is skipped."""
        document = self.json(response)
        if not is_feed(document):
            raise SourceError("answered JSON that is no customer reviews feed")
        entries = [entry for entry in parse_feed(document).entries if not is_the_app(entry)]
        number, empty = response.meta["page"], 0 if entries else response.meta["empty"] + 1
        goes_on = number < LAST_PAGE and empty < EMPTY_IN_A_ROW
        return Page(reviews=entries, next=self._page(number + 1, empty) if goes_on else None)

    def to_review(self, raw: Mapping[str, Any]) -> Review:
        """Parse one entry."""
        return parse_entry(raw, **self.sighting)

    def _page(self, number: int, empty: int) -> Request:
        country, _, app_id = self.listing.target.partition("/")
        if not (country.isalpha() and app_id.isdecimal()):
            where = f"listings.{self.listing.id}.target"
            raise ConfigurationError(f"{where}: expected country/app id such as ua/1234567890")
        path = f"{country}/rss/customerreviews/page={number}/id={app_id}/sortby=mostrecent/json"
        return Request(f"{self.base_url}/{path}", meta={"page": number, "empty": empty})
