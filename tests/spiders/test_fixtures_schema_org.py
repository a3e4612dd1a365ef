"""Real pages with schema.org reviews: all that stand in the markup, counted by another reading of it."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from bs4 import BeautifulSoup

from core.errors import InputError
from tests.spiders.payloads import FIXTURES, imported, needs_payloads, states

pytestmark = needs_payloads
PAGES = FIXTURES / "schema_org"


def said(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for item in value:
            yield from said(item)
    elif isinstance(value, dict):
        if value.get("@type") == "Review":
            yield value
        for item in value.values():
            yield from said(item)


def raw_reviews(name: str) -> list[dict[str, Any]]:
    page = BeautifulSoup((PAGES / name).read_bytes(), "html.parser")
    scripts = [json.loads(tag.get_text(), strict=False) for tag in page.find_all("script", type="application/ld+json")]
    assert not page.find_all(attrs={"itemtype": re.compile("Review$")})
    return list(said(scripts))


def letters(text: str | None) -> str:
    return re.sub(r"\W", "", BeautifulSoup(text or "", "html.parser").get_text())


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("recipe_adrianasbestrecipes.com.html", 12),
        ("recipe_bakewithzoha.com.html", 12),
        ("recipe_gimmesomeoven.com.html", 17),
        ("recipe_madamecuisine.de.html", 13),
        ("recipe_modernhoney.com.html", 14),
        ("recipe_sundpaabudget.dk.html", 2),
        ("extruct_null_ld.html", 1),
        ("extruct_creativework_jsonld.html", 2),  # it says Review twice and reviewBody twice: two reviews
    ],
)
def test_pages_with_reviews(name: str, count: int) -> None:
    raw = raw_reviews(name)
    reviews, done = imported(PAGES / name)
    assert (done.format, done.quarantined, len(raw), len(reviews)) == ("schema_org", [], count, count)
    assert states(reviews) == {"unknown": count}, "no comment is marked up"
    for review, row in zip(reviews, raw, strict=True):
        rating = row.get("reviewRating")
        value = rating["ratingValue"] if isinstance(rating, dict) else rating
        assert review.rating == (None if value is None else (float(value) - 1) / 4)
        assert letters(review.text) == letters(row["reviewBody"])
        day = review.posted_at.date().isoformat() if review.posted_at else None
        assert day == (row["datePublished"][:10] if "datePublished" in row else None)
        assert (review.author_key is None) == ("author" not in row)
        assert "&amp;" not in review.text


@pytest.mark.parametrize(
    "name",
    [
        "extruct_jsonld_control_chars.html",
        "extruct_microdata_with_description.html",
        "extruct_product_microdata.html",
        "extruct_schema_product.html",
    ],
)
def test_pages_without_reviews_are_not_called_empty(name: str) -> None:
    with pytest.raises(InputError, match=r"without reviews that are known|shell of an app"):
        imported(PAGES / name)
