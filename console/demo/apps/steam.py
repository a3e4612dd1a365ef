"""Steam's IUserReviewsService/GetAppReviews, with cursors, for the demo."""

import base64
import json
from datetime import datetime
from typing import Any, ClassVar

from console.demo.apps.base import Answer, Query, SourceApp, first, json_answer, number_of
from console.demo.scenario import DemoListing, ReviewState

_UPDATED = 2
_POSITIVE, _NEGATIVE = 1, 2


class SteamApp(SourceApp):
    """Reviews of a game: thumbs up or down, BBCode, the developer's response in the review itself."""

    source: ClassVar[str] = "steam"
    title: ClassVar[str] = "Демо-магазин игр"
    page_limit: ClassVar[int] = 8

    def respond(self, path: str, query: Query) -> Answer | None:
        """Answer GetAppReviews."""
        if path != "/IUserReviewsService/GetAppReviews/v1/":
            return None
        try:
            asked: dict[str, Any] = json.loads(first(query, "input_json", "{}"))
        except ValueError:
            return json_answer({"response": {}}, 400)
        listing = self.listing_for(str(asked.get("appid", "")))
        reviews = [] if listing is None else self._chosen(self.shown(listing), asked)
        size = min(int(asked.get("num_per_page", 20)), self.page_limit)
        pages = self.paged(reviews, size)
        cursor = str(asked.get("cursor", "*"))
        number = _page_of(cursor)
        page = pages[number] if number < len(pages) else []
        up = sum(1 for review in reviews if _is_up(review))
        return json_answer(
            {
                "response": {
                    "reviews": [_review(review) for review in page],
                    "cursor": _cursor(number + 1) if page else cursor,
                    "query_summary": {
                        "num_reviews": len(page),
                        "total_positive": up,
                        "total_negative": len(reviews) - up,
                        "total_reviews": len(reviews),
                    },
                    "total_matching": len(reviews),
                }
            }
        )

    def page_path(self, listing: DemoListing, review: ReviewState) -> str:
        """Return the path of an author's recommendation."""
        return f"/profiles/{_steamid(review.story.author)}/recommended/{listing.target}/"

    def _chosen(self, reviews: list[ReviewState], asked: dict[str, Any]) -> list[ReviewState]:
        kind = asked.get("review_type", 0)
        if kind in {_POSITIVE, _NEGATIVE}:
            reviews = [review for review in reviews if _is_up(review) == (kind == _POSITIVE)]
        start, end = asked.get("date_range_start"), asked.get("date_range_end")
        if start is not None and end is not None:
            reviews = [review for review in reviews if start <= _unix(review.posted_at) <= end]
        if asked.get("filter") == _UPDATED:
            reviews = sorted(reviews, key=lambda review: review.edited_at or review.posted_at, reverse=True)
        return reviews


def _cursor(page: int) -> str:
    return base64.b64encode(b"\xfb\xefdemo" + page.to_bytes(2, "big")).decode()  # has + and =, as real ones do


def _page_of(cursor: str) -> int:
    if cursor == "*":
        return 0
    try:
        return int.from_bytes(base64.b64decode(cursor, validate=True)[-2:], "big")
    except ValueError:
        return 0


def _is_up(review: ReviewState) -> bool:
    return (review.stars or 0) > 3


def _unix(moment: datetime) -> int:
    return int(moment.timestamp())


def _steamid(author: str) -> str:
    return f"7656119{number_of(author):010d}"


def _review(review: ReviewState) -> dict[str, Any]:
    seed = number_of(review.story.author)
    payload: dict[str, Any] = {
        "recommendationid": review.id,
        "author": {
            "steamid": _steamid(review.story.author),
            "num_games_owned": seed % 300,
            "num_reviews": 1 + seed % 12,
            "playtime_forever": 60 + seed % 9000,
            "playtime_last_two_weeks": seed % 700,
            "playtime_at_review": 60 + seed % 4000,
            "deck_playtime_at_review": 0,
            "last_played": _unix(review.posted_at) - 3600,
        },
        "language": review.story.language,
        "review": review.text or "",
        "timestamp_created": _unix(review.posted_at),
        "timestamp_updated": _unix(review.edited_at or review.posted_at),
        "voted_up": _is_up(review),
        "votes_up": seed % 40,
        "votes_funny": seed % 5,
        "weighted_vote_score": f"0.{500000 + seed % 400000}",
        "comment_count": seed % 4,
        "steam_purchase": True,
        "received_for_free": False,
        "refunded": False,
        "written_during_early_access": False,
        "primarily_steam_deck": False,
        "reactions": [],
    }
    if review.reply is not None and review.reply_at is not None:
        payload["developer_response"] = review.reply
        payload["timestamp_dev_responded"] = _unix(review.reply_at)
    return payload
