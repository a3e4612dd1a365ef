"""Apple's RSS feed of customer reviews, as JSON, for the demo: no replies, labels as leaves, quirks included."""

import re
from datetime import datetime, timedelta, timezone
from typing import Any, ClassVar

from console.demo.apps.base import Answer, Query, SourceApp, json_answer, number_of
from console.demo.scenario import DemoListing, ReviewState

_FEED = re.compile(r"/([a-z]{2})/rss/customerreviews/page=(\d+)/id=(\d+)/sortby=mostrecent/json")
_CALIFORNIA = timezone(timedelta(hours=-7))
_DEEPEST = 10


class AppStoreApp(SourceApp):
    """Reviews of an app, by country."""

    source: ClassVar[str] = "app_store"
    title: ClassVar[str] = "Демо-каталог приложений"
    page_limit: ClassVar[int] = 6

    def respond(self, path: str, query: Query) -> Answer | None:  # noqa: ARG002  the feed has no query
        """Answer one page of the feed."""
        feed = _FEED.fullmatch(path)
        if feed is None:
            return None
        country, number, app = feed[1], int(feed[2]), feed[3]
        if not 1 <= number <= _DEEPEST:
            return json_answer({"error": "CustomerReviews RSS page depth is limited to 10"}, 400)
        listing = self.listing_for(f"{country}/{app}")
        pages = [] if listing is None else self.paged(self.shown(listing), self.page_limit)
        entries: list[dict[str, Any]] = []
        if listing is not None and number <= len(pages):
            entries = [self._entry(listing, review) for review in pages[number - 1]]
            if number == 1:
                entries.insert(0, _app_entry(listing, app))
        return json_answer({"feed": self._frame(country, app, number, entries)})

    def page_path(self, listing: DemoListing, review: ReviewState) -> str:
        """Return the path of one review's page."""
        country, app = listing.target.split("/")
        return f"/{country}/review?id={app}&type=Purple%20Software&review={review.id}"

    def _frame(self, country: str, app: str, number: int, entries: list[dict[str, Any]]) -> dict[str, Any]:
        address = f"{self.base_url}/{country}/rss/customerreviews/page={number}/id={app}/sortby=mostrecent/json"
        frame: dict[str, Any] = {
            "author": {"name": {"label": "iTunes Store"}, "uri": {"label": f"{self.base_url}/"}},
            "updated": {"label": _iso(self.scenario.nights(self.night_one)[self.night - 1])},
            "rights": {"label": "Demo"},
            "title": {"label": "iTunes Store: Customer Reviews"},
            "icon": {"label": f"{self.base_url}/favicon.ico"},
            "link": [{"attributes": {"rel": "self", "href": address}}],
            "id": {"label": address},
        }
        if entries:
            # the real feed sends a lone entry as an object and leaves the key out where there is none
            frame["entry"] = entries if len(entries) > 1 else entries[0]
        return frame

    def _entry(self, listing: DemoListing, review: ReviewState) -> dict[str, Any]:
        country = listing.target.split("/")[0]
        author = review.story.author
        return {
            "author": {
                "uri": {"label": f"{self.base_url}/{country}/reviews/id{number_of(author)}"},
                "name": {"label": author},
                "label": "",
            },
            "updated": {"label": _iso(review.edited_at or review.posted_at)},
            "im:rating": {"label": str(review.stars)},
            "im:version": {"label": review.story.version},
            "id": {"label": review.id},
            "title": {"label": review.story.title},
            "content": {"label": review.text, "attributes": {"type": "text"}},
            "link": {"attributes": {"rel": "related", "href": f"{self.base_url}{self.page_path(listing, review)}"}},
            "im:voteSum": {"label": "0"},
            "im:contentType": {"attributes": {"term": "Application", "label": "Application"}},
            "im:voteCount": {"label": "0"},
        }


def _app_entry(listing: DemoListing, app: str) -> dict[str, Any]:
    return {
        "im:name": {"label": listing.title},
        "im:price": {"label": "Free", "attributes": {"amount": "0.00", "currency": "USD"}},
        "im:contentType": {"attributes": {"term": "Application", "label": "Application"}},
        "title": {"label": listing.title},
        "id": {"label": listing.target, "attributes": {"im:id": app}},
    }


def _iso(moment: datetime) -> str:
    return moment.astimezone(_CALIFORNIA).isoformat(timespec="seconds")
