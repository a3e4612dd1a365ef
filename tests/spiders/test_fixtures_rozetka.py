"""Rozetka's real export: every comment, with pros and cons once."""

import html
import re
from collections import Counter

import pytest
from pyarrow import parquet

from tests.spiders.payloads import FIXTURES, imported, needs_payloads, states

pytestmark = needs_payloads


def letters(text: str) -> str:
    """Without invisible marks and entities, which an import cleans."""
    return re.sub(r"\W", "", html.unescape(html.unescape(text)))


@pytest.mark.slow
def test_an_export_of_comments() -> None:
    path = FIXTURES / "rozetka" / "rozetka_raw_reviews.parquet"
    raw = parquet.read_table(path).to_pylist()
    reviews, done = imported(path)
    assert (done.format, done.quarantined, len(raw), len(reviews)) == ("rozetka", [], 18_988, 18_988)
    assert states(reviews) == {"unknown": 18_988}, "that scraper did not look for replies"
    assert len({review.key for review in reviews}) == 18_988
    assert sum(review.posted_at is not None for review in reviews) == sum(row["review_date"] is not None for row in raw)
    assert Counter(review.rating for review in reviews) == Counter((row["rating"] - 1) / 4 for row in raw)
    for review, row in zip(reviews, raw, strict=True):
        assert f"/p{review.listing_id}/" in row["review_url"]
        own = re.split("\nPros: |\nCons: ", row["text"])[0] if row["pros"] or row["cons"] else row["text"]
        assert letters(own) in letters(review.text)
        for label, part in (("Переваги", row["pros"]), ("Недоліки", row["cons"])):
            assert (letters(f"{label}{part}") in letters(review.text)) == bool(part)
        assert "\nPros: " not in review.text
