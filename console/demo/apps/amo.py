"""The ratings API v5 of addons.mozilla.org, with its pages and single ratings, for the demo."""

import re
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from console.demo.apps.base import Answer, Query, SourceApp, first, json_answer, number_of, positive
from console.demo.scenario import DemoListing, ReviewState

_LIST = "/api/v5/ratings/rating/"
_ONE = re.compile(r"/api/v5/ratings/rating/(\d+)/")


class AmoApp(SourceApp):
    """Ratings of a browser add-on: a rating and the developers' reply, whose own time is its `created`."""

    source: ClassVar[str] = "amo"
    title: ClassVar[str] = "Демо-каталог доповнень"
    robots: ClassVar[str] = "User-agent: *\nAllow: /api/\nDisallow: /search/\n"
    page_limit: ClassVar[int] = 8

    def respond(self, path: str, query: Query) -> Answer | None:
        """Answer the list of ratings and one rating by its id."""
        if path == _LIST:
            return self._list(query)
        if one := _ONE.fullmatch(path):
            for listing in self.listings:
                for review in self.shown(listing):
                    if review.id == one[1]:
                        return json_answer(self._rating(listing, review))
            return json_answer({"detail": "Not found."}, 404)
        return None

    def page_path(self, listing: DemoListing, review: ReviewState) -> str:
        """Return the path of one rating's page."""
        return f"/firefox/addon/{listing.target}/reviews/{review.id}/"

    def _list(self, query: Query) -> Answer:
        if "addon" not in query:
            return json_answer({"detail": "Need an addon or user parameter."}, 400)
        listing = self.listing_for(first(query, "addon"))
        if listing is None:
            return json_answer({"detail": "Not found."}, 404)
        reviews = self.shown(listing)
        if "without_empty_body" in first(query, "filter").split(","):
            reviews = [review for review in reviews if review.text]
        if scores := [score for score in first(query, "score").split(",") if score]:
            reviews = [review for review in reviews if str(review.stars) in scores]
        size = min(positive(query, "page_size", 25), self.page_limit)
        pages = self.paged(reviews, size)
        number = positive(query, "page", 1)
        if number > len(pages):
            return json_answer({"detail": "Invalid page."}, 404)
        payload: dict[str, Any] = {
            "page_size": size,
            "page_count": len(pages),
            "count": len(reviews),
            "next": self._link(query, number + 1) if number < len(pages) else None,
            "previous": self._link(query, number - 1) if number > 1 else None,
            "results": [self._rating(listing, review) for review in pages[number - 1]],
        }
        if first(query, "show_grouped_ratings") == "true":
            counted = [review.stars for review in self.shown(listing)]
            payload["grouped_ratings"] = {str(stars): counted.count(stars) for stars in range(1, 6)}
        return json_answer(payload)

    def _link(self, query: Query, page: int) -> str:
        return f"{self.base_url}{_LIST}?{urlencode({**query, 'page': [str(page)]}, doseq=True)}"

    def _rating(self, listing: DemoListing, review: ReviewState) -> dict[str, Any]:
        reply = None
        if review.reply is not None and review.reply_at is not None:
            reply = self._common(listing, f"{listing.company}-team", int(review.id) + 500_000, review.reply)
            reply |= {"created": _iso(review.reply_at), "is_developer_reply": True}
        rating = self._common(listing, review.story.author, int(review.id), review.text)
        return rating | {
            "created": _iso(review.posted_at),
            "is_developer_reply": False,
            "score": review.stars,
            "reply": reply,
            "version": {"id": number_of(review.story.version or ""), "version": review.story.version},
        }

    def _common(self, listing: DemoListing, author: str, rating_id: int, body: str | None) -> dict[str, Any]:
        return {
            "id": rating_id,
            "addon": {
                "id": number_of(listing.target),
                "slug": listing.target,
                "name": {"uk": listing.title},
                "icon_url": f"{self.base_url}/icon.png",
            },
            "body": body,
            "is_deleted": False,
            "is_latest": True,
            "previous_count": 0,
            "user": {"id": number_of(author), "name": author, "url": None, "username": f"user-{number_of(author)}"},
        }


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
