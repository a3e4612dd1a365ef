"""The JSON and XML shapes of stores: wrappers, absent fields, bad records, and files that are something else."""

import io
import json
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.errors import InputError
from core.records import ReplyState
from spiders.engine.source import sources
from spiders.imports import FORMATS, Imported, read, recognise

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NODE = {"id": "n1", "userName": "A", "date": "2026-05-01T10:00:00.000Z", "score": 2, "text": "bad", "replyText": None}
PYTHON = {
    "reviewId": "p1",
    "userName": "A",
    "content": "bad",
    "score": 2,
    "at": "2026-05-01 10:00:00",
    "replyContent": None,
}
STEAM = {
    "recommendationid": "1", "author": {"steamid": "7"}, "language": "english", "review": "bad", "voted_up": False,
    "timestamp_created": 1_550_445_033, "timestamp_updated": 1_550_445_033, "votes_up": 0,
}  # fmt: skip


def opened(path: Path, **wanted: Any) -> Imported:
    defaults = {"format": None, "listing_id": None, "seen_at": None, "tz": None, "now": NOW, "secret": b"key"}
    return read(path, **{**defaults, **wanted})


def document(folder: Path, content: Any, name: str = "reviews.json") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


@pytest.mark.parametrize(
    "wrapped",
    [
        [NODE],
        {"data": [NODE], "nextPaginationToken": "t"},
        {"results": {"data": [NODE], "nextPaginationToken": None}},
        {"com.wire": [NODE]},
        {"reviews": {"0": NODE}},
        [[NODE], None],
        NODE,
    ],
)
def test_wrappers_of_google_play(tmp_path: Path, wrapped: Any) -> None:
    path = document(tmp_path, wrapped)
    assert recognise(path) == "google_play"
    [review] = opened(path).reviews
    assert (review.review_id, review.rating, review.reply_state) == ("n1", 0.25, ReplyState.none)
    assert review.listing_id == ("com.wire" if "com.wire" in wrapped else "reviews")


def test_json_lines_of_a_scraper(tmp_path: Path) -> None:
    path = tmp_path / "wire.jsonl"
    path.write_text("\n".join(json.dumps({**NODE, "id": str(n)}) for n in range(3)))
    assert recognise(path) == "google_play"
    assert len(list(opened(path).reviews)) == 3


def test_local_times_want_a_zone_and_winter_is_not_summer(tmp_path: Path) -> None:
    path = document(tmp_path, [PYTHON, {**PYTHON, "reviewId": "p2", "at": "2026-01-01 10:00:00"}])
    imported = opened(path)
    assert {review.posted_at_precision for review in imported.reviews} == {"day"}
    assert "--tz" in imported.notes[-1]
    summer, winter = opened(path, tz="Europe/Kyiv").reviews
    assert (summer.posted_at, winter.posted_at) == (
        datetime(2026, 5, 1, 7, tzinfo=UTC),
        datetime(2026, 1, 1, 8, tzinfo=UTC),
    )
    by_pandas = document(tmp_path, [{**PYTHON, "at": 1_777_629_600_000}])  # the naive time, as if it were UTC
    assert next(opened(by_pandas, tz="Europe/Kyiv").reviews).posted_at == datetime(2026, 5, 1, 7, tzinfo=UTC)
    aware = document(tmp_path, [{**PYTHON, "at": "2026-05-01T10:00:00+02:00"}])
    assert next(opened(aware).reviews).posted_at == datetime(2026, 5, 1, 8, tzinfo=UTC)


def test_a_payload_without_a_reply_field_shows_no_replies(tmp_path: Path) -> None:
    path = document(tmp_path, [{key: value for key, value in {**NODE, "thumbsUp": 1}.items() if key != "replyText"}])
    assert next(opened(path).reviews).reply_state is ReplyState.unknown


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"score": 9}, "rating 9 is outside 1..5"),
        ({"score": "many"}, "is not a number"),
        ({"score": True}, "is not a number"),
        ({"score": 10**400}, "is not a number"),
        ({"id": None}, "id is missing"),
        ({"id": "x" * 600}, "review_id"),
        ({"text": ["a"]}, "text is not a text but list"),
        ({"date": {"at": 1}}, "posted_at must be a time, not dict"),
        ({"replyText": {"a": 1}}, "reply_text is not a text"),
    ],
)
def test_a_bad_record_costs_only_itself(tmp_path: Path, broken: dict[str, Any], reason: str) -> None:
    path = document(tmp_path, [NODE, {**NODE, **broken, "userName": "Secret Name"}, {**NODE, "id": "n3"}, "junk"])
    imported = opened(path)
    assert [review.review_id for review in imported.reviews] == ["n1", "n3"]
    bad, junk = imported.quarantined
    assert reason in bad.reason
    assert bad.reason.startswith("[1]: ")
    assert junk.reason.startswith("[3]: not a review")
    assert "Secret Name" not in bad.fragment


@pytest.mark.parametrize("date", ["soon", 10**30])
def test_a_date_that_nobody_understands_costs_only_the_date(tmp_path: Path, date: Any) -> None:
    imported = opened(document(tmp_path, [{**NODE, "date": date}]))
    [review] = imported.reviews
    assert (review.review_id, review.posted_at) == ("n1", None)
    assert imported.notes[0].startswith("google_play: posted_at has the unknown value")


FEED_ENTRY = {
    "author": {"name": {"label": "A"}, "uri": {"label": "https://itunes.apple.com/us/reviews/id1"}},
    "im:version": {"label": "1.2"}, "im:rating": {"label": "1"}, "id": {"label": "77"}, "title": {"label": "Bad"},
    "content": {"label": "It crashes", "attributes": {"type": "text"}}, "im:voteSum": {"label": "3"},
    "link": {"attributes": {"href": "https://itunes.apple.com/us/review?id=123456789&type=Purple"}},
    "updated": {"label": "2026-05-01T10:00:00-07:00"},
}  # fmt: skip
THE_APP = {"im:name": {"label": "Wire"}, "id": {"label": "https://apps.apple.com/us/app/wire/id123456789"}}


@pytest.mark.parametrize("entry", [[THE_APP, FEED_ENTRY], [FEED_ENTRY], FEED_ENTRY])
def test_entries_of_apples_feed(tmp_path: Path, entry: Any) -> None:
    path = document(tmp_path, {"feed": {"entry": entry, "updated": {"label": "2026-05-02T00:00:00Z"}}})
    assert recognise(path) == "app_store"
    imported = opened(path)
    [review] = imported.reviews
    assert imported.quarantined == []
    assert (review.listing_id, review.review_id, review.rating) == ("123456789", "77", 0)
    assert (review.title, review.text, review.helpful_votes) == ("Bad", "It crashes", 3)
    assert review.posted_at == datetime(2026, 5, 1, 17, tzinfo=UTC)
    assert (review.reply_state, review.seen_at) == (ReplyState.unknown, datetime(2026, 5, 2, tzinfo=UTC))


def test_a_feed_without_entries_holds_nothing(tmp_path: Path) -> None:
    address = "https://itunes.apple.com/us/rss/customerreviews/page=9/id=123456789/sortby=mostrecent/json"
    imported = opened(document(tmp_path, {"feed": {"id": {"label": address}}}))
    assert (list(imported.reviews), imported.listing_id) == ([], "123456789")


def test_a_broken_entry_costs_only_itself(tmp_path: Path) -> None:
    entries = [FEED_ENTRY, {**FEED_ENTRY, "im:rating": {"label": "6"}}, {"title": {"label": "?"}}, 5]
    imported = opened(document(tmp_path, {"feed": {"entry": entries}}))
    assert len(list(imported.reviews)) == 1
    assert [row.reason.split(":")[0] for row in imported.quarantined] == ["[1]", "[2]", "[3]"]


def test_xml_does_not_read_other_files(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    feed = f"""<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY x SYSTEM "file://{secret}">]>
    <feed xmlns:im="http://itunes.apple.com/rss" xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id>
    <title>t</title><content type="text">&x;</content><im:rating>1</im:rating></entry></feed>"""
    imported = opened(document(tmp_path, feed, "feed.xml"))
    assert [review.text for review in imported.reviews] == [""]


@pytest.mark.parametrize(
    "wrapped", [{"reviews": {"1": STEAM}}, {"reviews": [STEAM]}, {"response": {"reviews": [STEAM]}}]
)
def test_wrappers_of_steam(tmp_path: Path, wrapped: Any) -> None:
    path = document(tmp_path, wrapped, "review_291480.json")
    assert recognise(path) == "steam"
    [review] = opened(path).reviews
    assert (review.listing_id, review.review_id, review.rating) == ("291480", "1", 0)


def test_a_broken_steam_review_and_an_unknown_language(tmp_path: Path) -> None:
    reviews = [STEAM, {**STEAM, "voted_up": "yes"}, {**STEAM, "author": "x"}, 5, {**STEAM, "language": "klingon"}]
    imported = opened(document(tmp_path, {"reviews": reviews}, "mine.json"))
    assert len(list(imported.reviews)) == 2
    assert len(imported.quarantined) == 3
    assert imported.listing_id == "mine"
    assert imported.notes == ["steam: language has the unknown value 'klingon' (1 times)"]


def archive(path: Path, members: dict[str, bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as tar:  # type: ignore[call-overload]
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


@pytest.mark.parametrize("mode", ["w:gz", "w"])
def test_a_bad_file_in_a_tar_costs_only_itself(tmp_path: Path, mode: str) -> None:
    good = json.dumps({"reviews": {"1": STEAM}}).encode()
    members = {
        "../../review_10.json": good,
        "data/review_20.json": b'{"reviews": ',
        "README": b"hello",
        "review_30.json": good,
    }
    imported = opened(archive(tmp_path / "all.tar.gz", members, mode))
    assert [review.listing_id for review in imported.reviews] == ["10", "30"]
    assert [row.reason.split(":")[0] for row in imported.quarantined] == ["review_20.json", "README"]
    assert not (tmp_path.parent / "review_10.json").exists()


def test_a_tar_of_something_else_and_a_cut_one(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.tar.gz", {"a.json": b"[]", "b.html": b"<html>"})
    with pytest.raises(InputError, match=r"x\.tar\.gz: a tar archive without reviews that are known"):
        opened(path)
    good = json.dumps({"reviews": {str(n): {**STEAM, "review": str(n) * n} for n in range(300)}}).encode()
    path = archive(tmp_path / "y.tar.gz", {"1.json": good, "2.json": good})
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(InputError, match=r"y\.tar\.gz: "):
        list(opened(path).reviews)


WRONG: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \n\t\n",
    "truncated JSON": b'[{"id": "1", "score": 5, "te',
    "HTML error page": b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>",
    "HTML in capitals": b"\n  <HTML><BODY>login</BODY></HTML>",
    "binary": bytes(range(256)) * 40,
    "PNG": b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
    "gzip of nothing": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00",
    "cut gzip": b"\x1f\x8b\x08\x00\x00",
    "zip": b"PK\x03\x04" + b"\0" * 60,
    "number": b"42",
    "empty list": b"[]",
    "empty object": b"{}",
    "other JSON": b'{"a": [{"b": 1}]}',
    "null": b"null",
    "deep JSON": b"[" * 100_000,
    "JS literal": b"[ { id: 'a', score: 5, text: 'x' } ]",
    "error text": b"Error: Request failed with status code 503\n    at ...",
    "RSS of something": b'<?xml version="1.0"?><rss><channel/></rss>',
    "cut Apple XML": b'<?xml version="1.0"?><feed xmlns:im="http://itunes.apple.com/rss"><entry>',
    "text": "просто текст без таблицы".encode(),
    "cp1251 text": "просто текст, и ещё".encode("cp1251"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_file_that_is_not_what_it_says(tmp_path: Path, name: str) -> None:
    path = tmp_path / "given.json"
    path.write_bytes(WRONG[name])
    with pytest.raises(InputError) as caught:
        opened(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
    if name != "cut Apple XML":
        with pytest.raises(InputError):
            recognise(path)
    for wanted in FORMATS:
        if name == "empty list" and wanted in sources():
            continue  # said to be that, it is a night without reviews
        with pytest.raises(InputError, match=r"given\.json: "):
            list(opened(path, format=wanted).reviews)


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing: no such file"):
        opened(tmp_path / "nothing")
    with pytest.raises(InputError, match="not a file"):
        opened(tmp_path)


def test_the_line_of_a_json_error_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"reviews\.json: not valid JSON: line 3 column 1: "):
        opened(document(tmp_path, '[\n{"id": 1},\n'))
