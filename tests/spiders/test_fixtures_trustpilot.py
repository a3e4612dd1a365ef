"""Trustpilot's real payloads: a page, Apify's tables, a table of flags, webhook events, a monitor's database."""

import csv
import json
import re
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from spiders.engine.document import Document
from spiders.trustpilot import find, parse_review
from tests.spiders.payloads import FIXTURES, NOW, imported, needs_payloads, states

pytestmark = needs_payloads
TRUSTPILOT = FIXTURES / "trustpilot"


def next_data(page: str) -> Any:
    found = re.search(r'<script id="__NEXT_DATA__"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])["props"]["pageProps"]


def test_a_saved_page(tmp_path: Path) -> None:
    props = next_data((TRUSTPILOT / "bottasai_trustpilot_page.html").read_text("utf-8"))
    raw = {row["id"]: row for row in props["reviews"]}
    reviews, done = imported(TRUSTPILOT / "bottasai_trustpilot_page.html")
    assert (done.format, done.quarantined, {review.listing_id for review in reviews}) == ("trustpilot", [], {"bt.com"})
    assert states(reviews) == {"published": 12, "none": 8}
    assert {review.review_id for review in reviews} == raw.keys()
    for review in reviews:
        row = raw[review.review_id]
        assert (review.title, review.text, review.rating) == (row["title"], row["text"], (row["rating"] - 1) / 4)
        assert review.posted_at == datetime.fromisoformat(row["dates"]["publishedDate"])
        assert review.reply_text == (row["reply"] and row["reply"]["message"])
        assert review.reply_at == (row["reply"] and datetime.fromisoformat(row["reply"]["publishedDate"]))
        assert review.author_key
        assert row["consumer"]["displayName"] not in review.model_dump_json(exclude={"text", "title", "reply_text"})
    bare = tmp_path / "reviews.json"
    bare.write_text(json.dumps(props["reviews"]), "utf-8")
    assert [review.model_copy(update={"listing_id": "bt.com"}) for review in imported(bare)[0]] == reviews
    bare.write_text(json.dumps({"pageProps": props}), "utf-8")
    assert imported(bare)[0] == reviews


def test_what_a_page_says_of_the_company() -> None:
    data = (TRUSTPILOT / "bottasai_trustpilot_page.html").read_bytes()
    (batch,) = find(Document.of(data, "page.html"))
    assert (batch.listing, batch.rating, batch.count) == ("bt.com", 0.125, 13582)


@pytest.mark.parametrize(
    ("name", "count", "replies", "listing"),
    [
        ("06-52-35-705", 1540, 0, "turo.com"),
        ("07-15-44-371", 860, 241, "fatllama.com"),
        ("07-28-06-609", 800, 276, "www.outdoorsy.com"),
        ("07-33-28-343", 800, 215, "rvshare.com"),
        ("07-55-59-831", 860, 0, "www.getaround.com"),
    ],
)
def test_tables_of_apify(name: str, count: int, replies: int, listing: str) -> None:
    path = TRUSTPILOT / f"apify_{name}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        raw = {row["reviewId"]: row for row in csv.DictReader(file)}
    assert (len(raw), sum(bool(row["reviewCompanyResponse"]) for row in raw.values())) == (count, replies)
    reviews, done = imported(path)
    assert (done.format, done.quarantined, {review.listing_id for review in reviews}) == ("trustpilot", [], {listing})
    # A column without one reply in the whole file is no evidence that nobody was answered.
    assert states(reviews) == ({"published": replies, "none": count - replies} if replies else {"unknown": count})
    for review in reviews:
        row = raw.pop(review.review_id)
        assert review.posted_at == datetime.fromisoformat(row["reviewDate"])
        assert review.rating == (int(row["reviewRatingScore"]) - 1) / 4
        assert " ".join(review.text.split()) == " ".join(row["reviewDescription"].split())
        assert " ".join((review.reply_text or "").split()) == " ".join(row["reviewCompanyResponse"].split())
    assert raw == {}


def test_flags_are_no_replies() -> None:
    path = TRUSTPILOT / "luca_company_responses.csv"
    with path.open(encoding="utf-8", newline="") as file:
        raw = [row for row in csv.DictReader(file) if row["Review Stars"]]
    reviews, done = imported(path)
    assert (len(reviews), len(done.quarantined), len(raw)) == (2531, 7, 2531)  # seven companies without reviews
    said = [row["Company Response"] for row in raw]
    assert states(reviews) == {
        "none": sum("NOT" in flag for flag in said),
        "unknown": sum("NOT" not in f for f in said),
    }
    assert sum(review.processed_flag is True for review in reviews) == 69


def test_events_of_the_webhook() -> None:
    reviews, done = imported(TRUSTPILOT / "service_review_webhook_events.json")
    assert [(review.review_id, review.rating, review.reply_state) for review in reviews] == [
        ("62c8968be77911f2449e9f74", 0.75, "unknown")
    ]
    assert [line.reason for line in done.quarantined] == ["events[1]: the event 'foo' brings no review"]


def test_the_rows_of_a_monitors_database() -> None:
    path = TRUSTPILOT / "epicsiotry_reviews.sqlite"
    database = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    database.row_factory = sqlite3.Row
    rows = [dict(row) for row in database.execute("SELECT * FROM reviews")]
    document = Document.of(json.dumps(rows).encode(), "reviews.json")
    raws = [(batch, raw) for batch in find(document) for raw in batch.raws]
    reviews = [parse_review(raw, listing_id="l", seen_at=NOW, secret=b"key") for _, raw in raws]
    assert (len(rows), states(reviews)) == (1324, {"published": 2, "none": 1322})
    assert [review.review_id for review in reviews] == [row["id"] for row in rows]
    assert all(review.posted_at for review in reviews)
    assert sum(review.reply_at is not None for review in reviews) == 2
