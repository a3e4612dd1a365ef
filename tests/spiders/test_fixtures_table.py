"""One line for each real payload: reviews, replies and dates counted in the raw file, and what an import finds there.

The counts in the table were read off the raw files; `recount` takes them again by means of its own (keys of objects,
columns of tables, attributes in markup), never by the project's parsers. What cannot be reached is named in EXCEPTIONS.
"""

import base64
import csv
import gzip
import json
import re
import sqlite3
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from bs4 import BeautifulSoup

from core.errors import InputError
from core.records import Review
from tests.spiders.payloads import FIXTURES, imported, needs_payloads

pytestmark = needs_payloads


class Counts(NamedTuple):
    """Reviews, replies and dates of reviews that a person can see in a payload."""

    reviews: int
    replies: int
    dated: int


Recount = Callable[[Path], Counts]


class Line(NamedTuple):
    """A payload: the source that knows it, its counts, how they are taken again, and what is no sound review in it."""

    source: str
    reviews: int
    replies: int
    dated: int
    recount: Recount | None = None
    quarantined: int = 0
    unsound: Counts = Counts(0, 0, 0)
    """What a recount sees of those in quarantine."""


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of a JSON value, the outer ones first."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(part)


def stands(raw: Any, path: str) -> bool:
    for key in path.split("."):
        raw = raw.get(key) if isinstance(raw, dict) else None
    return bool(raw.strip().replace("Дата не указана", "") if isinstance(raw, str) else raw)


def keyed(*keys: str, date: str = "", reply: str = "") -> Recount:
    """Count the objects of a JSON file (or of JSON Lines) that have all of these keys."""

    def recount(path: Path) -> Counts:
        text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text("utf-8")
        parts = text.splitlines() if ".jsonl" in path.name else [text]
        raws = [raw for part in parts for raw in objects(json.loads(part)) if all(key in raw for key in keys)]
        return Counts(len(raws), sum(stands(raw, reply) for raw in raws), sum(stands(raw, date) for raw in raws))

    return recount


def table(date: str = "", reply: str = "", *, needs: str = "") -> Recount:
    """Count the rows of a CSV file, or those that have something in the column `needs`."""

    def recount(path: Path) -> Counts:
        with path.open(encoding="utf-8-sig", newline="") as file:
            raws = [row for row in csv.DictReader(file) if not needs or (row[needs] or "").strip()]
        return Counts(len(raws), sum(stands(raw, reply) for raw in raws), sum(stands(raw, date) for raw in raws))

    return recount


def parquet(path: Path) -> Counts:
    from pyarrow import parquet as files

    dates = files.read_table(path).column("review_date")
    return Counts(len(dates), 0, len(dates) - dates.null_count)


def database(path: Path) -> Counts:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as opened:
        query = "SELECT count(*), count(nullif(reply_text, '')), count(date_published) FROM reviews"
        return Counts(*opened.execute(query).fetchone())


def written(review: str, date: str = "", reply: str = "") -> Recount:
    """Count what is written in a file of markup."""

    def recount(path: Path) -> Counts:
        text = path.read_text("utf-8")
        reviews, replies, dates = (len(re.findall(sign, text)) if sign else 0 for sign in (review, reply, date))
        return Counts(reviews, replies, dates)

    return recount


def ld(path: Path) -> Counts:
    """Count the reviews in the JSON-LD of a page."""
    scripts = re.findall(r'<script[^>]*ld\+json["\'][^>]*>(.*?)</script>', path.read_text("utf-8"), re.DOTALL)
    raws = [raw for text in scripts for raw in objects(json.loads(text, strict=False)) if raw.get("@type") == "Review"]
    return Counts(len(raws), 0, sum(stands(raw, "datePublished") for raw in raws))


def play_answer(path: Path) -> Counts:
    answer = json.loads(path.read_text("utf-8").partition("\n")[2])
    return by_position(json.loads(answer[0][2])[0])


def play_page(path: Path) -> Counts:
    data = re.search(r"key: 'ds:10'.*?\bdata:(.*?), sideChannel", path.read_text("utf-8"), re.DOTALL)
    assert data
    return by_position(json.loads(data[1])[0])


def by_position(rows: list[Any]) -> Counts:
    """Google Play's own rows: the time is the sixth field, the answer the eighth."""
    return Counts(len(rows), sum(bool(row[7]) for row in rows), sum(bool(row[5]) for row in rows))


def games(path: Path) -> Counts:
    total = Counter[str]()
    with tarfile.open(path) as archive:
        for member in archive:
            raws = json.load(archive.extractfile(member))["reviews"].values()  # type: ignore[arg-type]  # all are files
            total["n"] += len(raws)
            total["replies"] += sum(bool(raw.get("developer_response")) for raw in raws)
    return Counts(total["n"], total["replies"], total["n"])


def elements(path: Path) -> Counts:
    """Count each feedback once, whether an element holds it alone or among others."""
    seen: Counter[tuple[str, bool, bool]] = Counter()
    with tarfile.open(path) as archive:
        for member in archive:
            page = BeautifulSoup(archive.extractfile(member).read(), "html.parser")  # type: ignore[union-attr]
            seen |= Counter(
                (
                    f"{item.find('meta', itemprop='author')}{item.select_one('.feedback__text--item')}",
                    item.select_one(".feedback__text--sellers-reply") is not None,
                    item.select_one(".feedback__date") is not None,
                )
                for item in page.find_all("li", class_="comments__item")
            )
    replies, dated = (sum(n for key, n in seen.items() if key[index]) for index in (1, 2))
    return Counts(seen.total(), replies, dated)


_WB = written('itemprop="review"', 'class="feedback__date"', 'class="feedback__sellers-reply-title')
_NODE = keyed("scoreText", "text", date="date", reply="replyText")
_STEAM = keyed("recommendationid", date="timestamp_created", reply="developer_response")
_APIFY = table("reviewDate", "reviewCompanyResponse")
_RU = table("Дата публикации")
TABLE = {
    "2gis/alterra_public_api_v3_reviews.json": Line(
        "two_gis", 163, 157, 163, keyed("official_answer", date="date_created", reply="official_answer.text")
    ),
    "2gis/pugov_normalised_live_output.json": Line(
        "two_gis", 13, 8, 13, keyed("authorName", date="createdAt", reply="reply")
    ),
    "2gis/pugov_synthetic_reviews_page.json": Line(
        "two_gis", 3, 1, 2, keyed("user", date="date_created", reply="official_answer.text")
    ),
    "app_store/ai_companion_apps_appstore.json": Line(
        "app_store", 5299, 0, 5299, keyed("review_id", date="review_date")
    ),
    "app_store/itunes_customerreviews_rss_jp.json": Line("app_store", 50, 0, 0, keyed("im:rating", date="updated")),
    "app_store/itunes_customerreviews_rss_jp.xml": Line(
        "app_store", 50, 0, 50, written("<im:rating>", r"<entry>\s*<updated>\d")
    ),
    "app_store/jbbank_korean_ios.json": Line(
        "app_store", 7, 2, 7, keyed("isEdited", date="date", reply="developerResponse.body")
    ),
    "app_store/markjason_apple_reviews_us.csv": Line("app_store", 266, 55, 266, table("date", "developerResponse")),
    "app_store/userReviewsRow_544007664.json": Line("app_store", 10, 0, 10, keyed("userReviewId", date="date")),
    "app_store/wire_reviews_ios_latest.json": Line("app_store", 50, 0, 50, keyed("score", date="updated")),
    "discourse/topic.json": Line("discourse", 1, 1, 1),  # four posts: a topic, an answer of the staff and two more
    "flamp/shokoladnitsa_filial.html": Line(
        "flamp", 5, 0, 5, written('itemprop="reviewBody"', 'itemprop="datePublished"')
    ),
    "google_maps/los_tres_amigos_16k.jsonl.gz": Line(
        "google_maps", 16264, 10281, 16264, keyed("star_rating", date="review_date", reply="owner_response")
    ),
    "google_places/java_client_place_details.json": Line("google_maps", 1, 0, 1, keyed("author_name", date="time")),
    "google_places/java_client_place_details_fr.json": Line("google_maps", 5, 0, 5, keyed("author_name", date="time")),
    "google_play/ai_companion_apps_reviews.json": Line(
        "google_play", 4873, 32, 4873, keyed("review_id", date="review_date", reply="reply_text")
    ),
    "google_play/app_details_whereami.html": Line("google_play", 20, 19, 20, play_page),
    "google_play/batchexecute_reviews_page1.txt": Line("google_play", 150, 42, 150, play_answer),
    "google_play/dev_console_google_play.json": Line("google_play", 288, 288, 288, _NODE),
    "google_play/dev_console_google_play_api.json": Line("google_play", 288, 288, 288, _NODE),
    "google_play/jbbank_korean.json": Line(
        "google_play", 20, 14, 20, keyed("reviewId", date="at", reply="replyContent")
    ),
    "google_play/markjason_google_play.csv": Line("google_play", 617, 54, 617, table("at", "replyContent")),
    "ozon/reviews_page_widgetstate.json": Line("ozon", 2, 0, 2, keyed("publishedAt", date="publishedAt")),
    "rozetka/rozetka_comments_ua.csv": Line("csv", 4268, 0, 0, table()),
    "rozetka/rozetka_raw_reviews.parquet": Line("rozetka", 18988, 0, 14, parquet),
    "schema_org/extruct_creativework_jsonld.html": Line("schema_org", 2, 0, 2, ld),
    "schema_org/extruct_null_ld.html": Line("schema_org", 1, 0, 0, written('"reviewBody"')),
    "schema_org/recipe_adrianasbestrecipes.com.html": Line("schema_org", 12, 0, 12, ld),
    "schema_org/recipe_bakewithzoha.com.html": Line("schema_org", 12, 0, 12, ld),
    "schema_org/recipe_gimmesomeoven.com.html": Line("schema_org", 17, 0, 17, ld),
    "schema_org/recipe_madamecuisine.de.html": Line("schema_org", 13, 0, 13, ld),
    "schema_org/recipe_modernhoney.com.html": Line("schema_org", 14, 0, 14, ld),
    "schema_org/recipe_sundpaabudget.dk.html": Line("schema_org", 2, 0, 2, ld),
    "steam/woctezuma_raw_reviews.tar.gz": Line("steam", 22044, 123, 22044, games),
    "steam/woctezuma_review_227940.json": Line("steam", 210, 16, 210, _STEAM),
    "steam/woctezuma_review_291480.json": Line("steam", 154, 62, 154, _STEAM),
    "steam/woctezuma_review_359550.json": Line("steam", 842, 10, 842, _STEAM),
    "trustpilot/apify_06-52-35-705.csv": Line("trustpilot", 1540, 0, 1540, _APIFY),
    "trustpilot/apify_07-15-44-371.csv": Line("trustpilot", 860, 241, 860, _APIFY),
    "trustpilot/apify_07-28-06-609.csv": Line("trustpilot", 800, 276, 800, _APIFY),
    "trustpilot/apify_07-33-28-343.csv": Line("trustpilot", 800, 215, 800, _APIFY),
    "trustpilot/apify_07-55-59-831.csv": Line("trustpilot", 860, 0, 860, _APIFY),
    "trustpilot/bottasai_trustpilot_page.html": Line("trustpilot", 20, 12, 20),  # see test_fixtures_trustpilot
    "trustpilot/luca_company_responses.csv": Line("trustpilot", 2531, 0, 0, table(needs="Review Stars"), 7),
    "trustpilot/service_review_webhook_events.json": Line(
        "trustpilot", 1, 0, 1, keyed("stars", date="createdAt"), 1, Counts(1, 0, 1)
    ),
    "wildberries/ailapina_wb_reviews.csv": Line("csv", 1002, 0, 1001, _RU),
    "wildberries/darkgora_wb_reviews.csv": Line("csv", 1087, 0, 1087, _RU),
    "wildberries/wb_feedbacks_rendered_a.html": Line("wildberries", 61, 61, 60, _WB),
    "wildberries/wb_feedbacks_rendered_b_initial.html": Line("wildberries", 31, 29, 30, _WB),
    "wildberries/wb_feedbacks_rendered_b_scrolled.html": Line("wildberries", 61, 59, 60, _WB),
    "trustpilot/epicsiotry_reviews.sqlite": Line(
        "trustpilot", 1324, 2, 1324, database, 1
    ),  # and a table of its scraper
    "wildberries/wb_review_elements.tar.gz": Line("wildberries", 91, 89, 90, elements, 1023),
    "yandex_maps/iliakrysan_reviews.json": Line("yandex_maps", 48, 0, 48, keyed("author_image", date="date")),
    "yandex_maps/lossev_reviews_full.json": Line("yandex_maps", 243, 0, 243, keyed("rating", date="date")),
    "yandex_maps/lossev_reviews_latest.json": Line("yandex_maps", 50, 0, 50, keyed("rating", date="date")),
    "yandex_maps/pugov_synthetic_reviews_page.json": Line(
        "yandex_maps", 3, 1, 2, keyed("reviewId", date="updatedTime", reply="businessComment.text")
    ),
}
EXCEPTIONS = {
    "rozetka/rozetka_reviews_sample.txt": ("no column", "a text of quotations without any structure"),
    "steam/vcr_cassette_appreviews_588650.yaml": ("no column", "the format of a test tool; its body is read below"),
}
"""Payloads with reviews that `otklik import` refuses: what it says, and why."""
NOTHING = {
    "2gis/empty_shell_page.html": "blocked",
    "google_maps/place_shell_page.html": "blocked",
    "otzovik/captcha_block_page.html": "blocked",
    "schema_org/extruct_jsonld_control_chars.html": "shell|without reviews",
    "schema_org/extruct_microdata_with_description.html": "no reviews|without reviews",
    "schema_org/extruct_product_microdata.html": "no reviews|without reviews",
    "schema_org/extruct_schema_product.html": "no reviews|without reviews",
}
"""Payloads without a review: walls and shells are told from pages that simply have none."""
_EXEMPT = ("nightly/", "replies/", "dates/", "encoding/", "amo_ratings_schema.md")
_SLOW = {"google_maps/los_tres_amigos_16k.jsonl.gz", "rozetka/rozetka_raw_reviews.parquet"}
_SLOW |= {"steam/woctezuma_raw_reviews.tar.gz", "wildberries/wb_review_elements.tar.gz"}


def counted(reviews: list[Review]) -> Counts:
    distinct = {review.key: review for review in reviews}.values()
    replies = sum(review.reply_text is not None for review in distinct)
    return Counts(len(distinct), replies, sum(review.posted_at is not None for review in distinct))


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name in _SLOW else ()) for name in sorted(TABLE)]
)
def test_an_import_finds_what_stands_there(name: str) -> None:
    line = TABLE[name]
    expected = Counts(line.reviews, line.replies, line.dated)
    reviews, done = imported(FIXTURES / name)
    assert (done.format, counted(reviews), len(done.quarantined)) == (line.source, expected, line.quarantined)
    if line.recount is not None:
        raw = line.recount(FIXTURES / name)
        assert raw == Counts(*(sum(pair) for pair in zip(expected, line.unsound, strict=True)))


def test_every_payload_with_reviews_has_a_line() -> None:
    listed = set()
    for row in (FIXTURES / "INDEX.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in row.split("|")]
        if row.startswith("| ") and cells[1] != "file" and not cells[1].startswith(_EXEMPT):
            listed.add(cells[1])
    assert listed == TABLE.keys() | EXCEPTIONS.keys() | NOTHING.keys()


@pytest.mark.parametrize("name", [*EXCEPTIONS, *NOTHING])
def test_what_is_refused_says_why(name: str) -> None:
    said = EXCEPTIONS[name][0] if name in EXCEPTIONS else NOTHING[name]
    with pytest.raises(InputError, match=said):
        imported(FIXTURES / name)


def test_the_body_of_a_recorded_answer_of_steam(tmp_path: Path) -> None:
    text = (FIXTURES / "steam" / "vcr_cassette_appreviews_588650.yaml").read_text("ascii")
    body = re.search(r"string: !!binary \|\n((?: {8}\S+\n)+)", text)
    assert body
    path = tmp_path / "appreviews_588650.json"
    path.write_bytes(gzip.decompress(base64.b64decode(body[1])))
    reviews, done = imported(path)
    assert (done.format, counted(reviews)) == ("steam", _STEAM(path))
    assert len(reviews) == 10
