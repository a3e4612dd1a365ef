"""What a crawl looked like, counted into Scrapy's stats: which fields came, in which languages, with which ratings.

The warehouse keeps these counts with the coverage and compares them with the listing's own past (`warehouse.watching`):
a parser that lost a field, a site that began to translate its reviews, a scale that was turned over.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from core.records import ReplyState, Review

PREFIX = "otklik/mix/"
_HEAD = 300
_UKRAINIAN = re.compile("[іїєґІЇЄҐ]")
_RUSSIAN = re.compile("[ыэъёЫЭЪЁ]")
_CYRILLIC = re.compile("[а-яА-Я]")
_LATIN = re.compile("[a-zA-Z]")


def tally(reviews: Iterable[Review]) -> Counter[str]:
    """Count `reviews`, `field/<name>`, `language/<name>` and `rating/<0..4>` over the reviews of one page."""
    counts: Counter[str] = Counter()
    for review in reviews:
        counts["reviews"] += 1
        if review.rating is not None:
            counts["field/rating"] += 1
            counts[f"rating/{round(review.rating * 4)}"] += 1
        if review.text:
            counts["field/text"] += 1
        if review.posted_at is not None:
            counts["field/posted_at"] += 1
        if review.author_key is not None:
            counts["field/author_key"] += 1
        if review.title:
            counts["field/title"] += 1
        if review.reply_state is not ReplyState.unknown:
            counts["field/reply_state"] += 1
        if review.reply_text:
            counts["field/reply_text"] += 1
        language = _language(review)
        if language:
            counts[f"language/{language}"] += 1
    return counts


def _language(review: Review) -> str | None:
    """Return the language that the source names, else what the letters say; None where there are none."""
    if review.language_hint:
        return review.language_hint.partition("-")[0].casefold()
    head = review.text[:_HEAD]
    if _CYRILLIC.search(head):
        return "uk" if _UKRAINIAN.search(head) else "ru" if _RUSSIAN.search(head) else "cyrillic"
    return "latin" if _LATIN.search(head) else None


def measured(stats: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """Return what Scrapy's stats know for the coverage: requests, bytes, the counts of `tally`."""
    return {
        "requests": int(stats.get("downloader/request_count", 0)),
        "bytes": int(stats.get("downloader/response_bytes", 0)),
        "seconds": round(seconds, 3),
        "counts": {name.removeprefix(PREFIX): n for name, n in sorted(stats.items()) if name.startswith(PREFIX)},
    }
