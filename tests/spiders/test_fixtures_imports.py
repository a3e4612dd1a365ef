"""Every review of the real files comes out, with its reply and its time. Counts are taken from the raw files again."""

import csv
import gzip
import json
import os
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.records import ReplyState, Review
from spiders.imports import read, recognise

SHARED = Path(os.environ.get("OTKLIK_SHARED") or Path(__file__).resolve().parents[2].parent / "shared")
FIXTURES = SHARED / "fixtures"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not FIXTURES.is_dir(), reason=f"the shared fixtures are not at {FIXTURES}")


def everything(path: Path, tz: str | None = None, **wanted: Any) -> list[Review]:
    imported = read(
        path,
        **{"format": None, "listing_id": None, "seen_at": None, "now": NOW, "secret": b"key", "tz": tz, **wanted},
    )
    reviews = list(imported.reviews)
    assert imported.quarantined == []
    assert len({review.key for review in reviews}) == len(reviews)
    return reviews


def answered(reviews: list[Review]) -> list[Review]:
    replies = [review for review in reviews if review.reply_text]
    assert all((review.reply_state is ReplyState.published) == bool(review.reply_text) for review in reviews)
    return replies


def raw_steam(document: Any) -> list[dict[str, Any]]:
    reviews = document["reviews"]
    return list(reviews.values()) if isinstance(reviews, dict) else reviews


@pytest.mark.parametrize(("app", "count", "replies"), [("227940", 210, 16), ("291480", 154, 62), ("359550", 842, 10)])
def test_steam_archive(app: str, count: int, replies: int) -> None:
    path = FIXTURES / "steam" / f"woctezuma_review_{app}.json"
    raw = {row["recommendationid"]: row for row in raw_steam(json.loads(path.read_bytes()))}
    reviews = everything(path, format=recognise(path))
    assert (len(reviews), len(answered(reviews))) == (count, replies)
    assert {review.review_id for review in reviews} == raw.keys()
    for review in reviews:
        row = raw[review.review_id]
        assert (review.source, review.listing_id) == ("steam", app)
        assert review.posted_at == datetime.fromtimestamp(row["timestamp_created"], UTC)
        assert review.rating == float(row["voted_up"])
        assert bool(review.reply_text) == bool(row.get("developer_response"))
        at = row.get("timestamp_dev_responded")  # 0 where Steam does not know it
        assert review.reply_at == (datetime.fromtimestamp(at, UTC) if at else None)


@pytest.mark.slow
def test_steam_archive_of_many_apps() -> None:
    path = FIXTURES / "steam" / "woctezuma_raw_reviews.tar.gz"
    raw: dict[str, int] = {}
    timed = 0
    with tarfile.open(path) as archive:
        for member in archive:
            rows = raw_steam(json.load(archive.extractfile(member)))  # type: ignore[arg-type]
            raw[Path(member.name).stem.removeprefix("review_")] = len(rows)
            timed += sum(bool(row.get("timestamp_dev_responded")) for row in rows)
    reviews = everything(path)
    counted: dict[str, int] = {}
    for review in reviews:
        counted[review.listing_id] = counted.get(review.listing_id, 0) + 1
    assert (len(reviews), len(answered(reviews)), len(counted)) == (22_044, 123, 101)
    assert counted == raw
    assert all(review.posted_at for review in reviews)
    assert sum(review.reply_at is not None for review in reviews) == timed


@pytest.mark.parametrize("ending", ["json", "xml"])
def test_apple_feed(ending: str) -> None:
    reviews = everything(FIXTURES / "app_store" / f"itunes_customerreviews_rss_jp.{ending}")
    assert len(reviews) == 50
    assert {review.reply_state for review in reviews} == {ReplyState.unknown}
    assert {review.listing_id for review in reviews} == {"1404176564"}
    assert all(review.text and review.title and review.rating is not None and review.author_key for review in reviews)
    assert not any("<table" in review.text for review in reviews), "the plain content, not the HTML one"
    # The entries of the JSON page hold no `updated`; those of the XML page do.
    assert all((review.posted_at is not None) == (ending == "xml") for review in reviews)


def test_apple_feed_is_as_old_as_it_says_unless_told_otherwise() -> None:
    path = FIXTURES / "app_store" / "itunes_customerreviews_rss_jp.json"
    assert everything(path)[0].seen_at == datetime.fromisoformat("2020-08-07T20:17:03-07:00")
    assert everything(path, seen_at=NOW)[0].seen_at == NOW


def test_wire_on_the_app_store() -> None:
    path = FIXTURES / "app_store" / "wire_reviews_ios_latest.json"
    raw = {row["id"]: row for row in json.loads(path.read_bytes())}
    reviews = everything(path)
    assert len(reviews) == len(raw) == 50
    for review in reviews:
        row = raw[review.review_id]
        assert (review.listing_id, review.reply_state) == ("930944768", ReplyState.unknown)
        assert (review.text, review.title, review.rating) == (row["text"], row["title"], (row["score"] - 1) / 4)
        assert review.posted_at == datetime.fromisoformat(row["updated"])


def test_app_store_scraper_csv() -> None:
    path = FIXTURES / "app_store" / "markjason_apple_reviews_us.csv"
    with path.open(encoding="utf-8", newline="") as file:
        raw = list(csv.DictReader(file))
    reviews = everything(path)
    assert (len(reviews), len(answered(reviews))) == (len(raw), sum(bool(row["developerResponse"]) for row in raw))
    assert (len(reviews), len(answered(reviews))) == (266, 55)
    assert {review.source for review in reviews} == {"app_store"}
    assert all(review.posted_at and review.posted_at_precision == "exact" for review in reviews)
    assert all(review.reply_at and review.reply_at_kind == "exact" for review in answered(reviews))
    assert [review.text for review in reviews] == [row["review"] for row in raw]


def test_app_store_scraper_json_of_two_apps() -> None:
    reviews = everything(FIXTURES / "app_store" / "jbbank_korean_ios.json")
    assert (len(reviews), len(answered(reviews))) == (7, 2)
    assert {review.listing_id for review in reviews} == {"1071766252", "1547903285"}
    assert {review.reply_at for review in answered(reviews)} == {
        datetime(2021, 10, 25, 6, 50, 58, tzinfo=UTC),
        datetime(2021, 10, 25, 6, 50, 15, tzinfo=UTC),
    }


def test_app_store_rows_say_themselves_when_they_were_fetched_unless_told_otherwise() -> None:
    path = FIXTURES / "app_store" / "userReviewsRow_544007664.json"
    assert everything(path, seen_at=NOW)[0].seen_at == NOW
    reviews = everything(path)
    assert len(reviews) == 10
    assert {review.listing_id for review in reviews} == {"544007664"}
    assert {review.seen_at for review in reviews} == {datetime.fromisoformat("2026-08-14T03:15:52+00:00")}


@pytest.mark.parametrize(
    ("path", "count", "replies", "apps"),
    [
        ("app_store/ai_companion_apps_appstore.json", 5299, 0, 7),
        ("google_play/ai_companion_apps_reviews.json", 4873, 32, 7),
    ],
)
def test_ai_companion_apps(path: str, count: int, replies: int, apps: int) -> None:
    document = json.loads((FIXTURES / path).read_bytes())
    rows = [row for app in document.values() for day in app["per_date_reviews"].values() for row in day]
    raw = {row["review_id"]: row for row in rows}
    reviews = everything(FIXTURES / path)
    assert (len(reviews), len(answered(reviews))) == (count, replies)
    assert len(rows) == count
    assert len({review.listing_id for review in reviews}) == apps
    for review in reviews:
        row = raw[review.review_id]
        assert review.posted_at == datetime.fromisoformat(f"{row['review_date']}T00:00:00+00:00")
        assert review.posted_at_precision == "day"
        assert review.reply_state is not ReplyState.unknown or row.get("store") == "appstore"
        if review.reply_text:
            assert review.reply_at == datetime.fromisoformat(f"{row['reply_date']}T00:00:00+00:00")
            assert review.reply_at_kind is None, "a day is not an exact time"


@pytest.mark.parametrize("name", ["dev_console_google_play", "dev_console_google_play_api"])
def test_google_play_scraper_of_node(name: str) -> None:
    path = FIXTURES / "google_play" / f"{name}.json"
    document = json.loads(path.read_bytes())
    raw = {row["id"]: row for row in document.get("results", document)["data"]}
    reviews = everything(path)
    assert (len(reviews), len(answered(reviews))) == (288, 288) == (len(raw), len(raw))
    for review in reviews:
        row = raw[review.review_id]
        assert (review.source, review.listing_id) == ("google_play", "sg.com.gxs.app")
        assert review.posted_at == datetime.fromisoformat(row["date"])
        assert (review.reply_text, review.reply_at) == (row["replyText"], datetime.fromisoformat(row["replyDate"]))


def test_google_play_scraper_of_python() -> None:
    reviews = everything(FIXTURES / "google_play" / "jbbank_korean.json", tz="Asia/Seoul")
    assert (len(reviews), len(answered(reviews))) == (20, 14)
    assert {review.listing_id for review in reviews} == {"kr.co.jbbank.smartbank", "kr.co.jbbank.privatebank"}
    assert all(review.posted_at for review in reviews)
    first = reviews[0]
    assert first.posted_at == datetime.fromisoformat("2021-10-25T03:09:10+09:00")
    assert first.reply_at == datetime.fromisoformat("2021-10-25T18:09:56+09:00")


def test_google_play_scraper_csv() -> None:
    path = FIXTURES / "google_play" / "markjason_google_play.csv"
    with path.open(encoding="utf-8", newline="") as file:
        raw = {row["reviewId"]: row for row in csv.DictReader(file)}
    reviews = everything(path, tz="America/New_York")
    assert (len(reviews), len(answered(reviews))) == (617, 54)
    assert sum(bool(row["replyContent"]) for row in raw.values()) == 54
    assert all(review.posted_at for review in reviews)
    assert all(review.reply_at and review.reply_at_kind == "exact" for review in answered(reviews))
    assert {review.review_id: review.text for review in reviews} == {key: row["content"] for key, row in raw.items()}


def nights(name: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    window: dict[str, dict[str, Any]] = {}
    with gzip.open(FIXTURES / "nightly" / name, "rt", encoding="utf-8") as file:
        for line in file:
            night = json.loads(line)
            if night.get("unparseable"):
                continue
            for review_id in night["removed"]:
                window.pop(review_id)
            window.update({row["id"]: dict(row) for row in night["added"]})
            for change in night["changed"]:
                window[change["id"]].update({field: new for field, (_, new) in change["fields"].items()})
            assert len(window) == night["n"]
            yield night["at"], list(window.values())


@pytest.mark.parametrize("is_wrapped", [False, True])
def test_nights_of_wire_on_google_play(tmp_path: Path, is_wrapped: bool) -> None:
    path = tmp_path / "reviews-android.json"
    for number, (at, rows) in enumerate(nights("wire_google_play.dev_to_2023-12.deltas.jsonl.gz")):
        if number % 60:
            continue
        path.write_text(json.dumps({"data": rows, "nextPaginationToken": None} if is_wrapped else rows), "utf-8")
        assert recognise(path) == "google_play"
        reviews = everything(path, seen_at=datetime.fromisoformat(at))
        assert len(reviews) == len(rows)
        assert len(answered(reviews)) == sum(bool(row["replyText"]) for row in rows)
        assert {review.listing_id for review in reviews} == {"com.wire"}
        assert {review.seen_at for review in reviews} == {datetime.fromisoformat(at)}


def test_nights_of_wire_on_the_app_store(tmp_path: Path) -> None:
    path = tmp_path / "reviews-ios.json"
    empty = 0
    for number, (_, rows) in enumerate(nights("wire_app_store.deltas.jsonl.gz")):
        if number % 20 and rows:
            continue
        empty += not rows
        path.write_text(json.dumps(rows), "utf-8")
        reviews = everything(path, format="app_store", listing_id="wire-ios")
        assert len(reviews) == len(rows)
        assert {review.reply_state for review in reviews} <= {ReplyState.unknown}
    assert empty == 1


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("rozetka/rozetka_comments_ua.csv", 4268),
        ("wildberries/darkgora_wb_reviews.csv", 1087),
        ("trustpilot/apify_06-52-35-705.csv", 1540),
    ],
)
def test_tables_of_others_by_their_headers(path: str, count: int) -> None:
    reviews = everything(FIXTURES / path, tz="Europe/Kyiv")
    assert len(reviews) == count
    assert {review.reply_state for review in reviews} == {ReplyState.unknown}, "no column shows an answer"
