"""Whatever a file holds, reading it ends in reviews, quarantine or one InputError; never in another exception."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.records import Review
from spiders.imports import FORMATS, read

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FORMAT = st.sampled_from([None, *FORMATS])
TZ = st.sampled_from([None, "Europe/Kyiv"])

NAMES = [
    "reviewId", "content", "score", "at", "replyContent", "repliedAt", "id", "text", "replyText", "replyDate", "date",
    "review_id", "rating", "review_date", "reply_text", "reply_date", "store", "url", "userName", "userUrl", "review",
    "isEdited", "developerResponse", "userReviewId", "body", "recommendationid", "voted_up", "timestamp_created",
    "author", "source", "listing_id", "reply_state", "seen_at", "feed", "entry", "im:rating", "label", "data",
    "reviews", "results", "query_summary", "nextPaginationToken", "thumbsUp", "title", "version",
    "link", "attributes", "updated",
]  # fmt: skip
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(
        ["appstore", "none", "5", "2026-05-01 10:00:00", "2026-05-01T10:00:00Z", "0001-01-01", "\ud83d", "\0"]
    )
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=8),
    max_leaves=25,
)
RECORD = st.dictionaries(st.sampled_from(NAMES), TREES, min_size=3, max_size=25)
FUZZ = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def survives(path: Path, format_name: str | None, tz: str | None) -> None:
    message = ""
    try:
        imported = read(path, format=format_name, listing_id=None, seen_at=None, tz=tz, now=NOW, secret=b"k")
        for review in imported.reviews:
            assert isinstance(review, Review)
            review.model_dump_json().encode()
        for row in imported.quarantined:
            row.model_dump_json().encode()
            assert "\n" not in row.reason
    except InputError as error:
        message = str(error)
    assert message.startswith(str(path)) or not message
    assert "\n" not in message


@FUZZ
@given(content=st.binary(max_size=400), format_name=FORMAT, is_gzip=st.booleans())
def test_random_bytes(tmp_path: Path, content: bytes, format_name: str | None, is_gzip: bool) -> None:
    path = tmp_path / "random"
    path.write_bytes(gzip.compress(content) if is_gzip else content)
    survives(path, format_name, None)


@FUZZ
@given(
    document=TREES | st.lists(RECORD, max_size=4) | st.builds(lambda rows: {"feed": {"entry": rows}}, st.lists(RECORD))
)
def test_random_json(tmp_path: Path, document: Any) -> None:
    path = tmp_path / "random.json"
    path.write_text(json.dumps(document))
    for format_name in (None, "google_play", "app_store", "steam", "landing"):
        survives(path, format_name, "Europe/Kyiv")


@FUZZ
@given(rows=st.lists(RECORD | TREES, max_size=5), tz=TZ)
def test_random_json_lines(tmp_path: Path, rows: list[Any], tz: str | None) -> None:
    path = tmp_path / "random.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows))
    survives(path, None, tz)
    survives(path, "landing", tz)


@FUZZ
@given(
    header=st.sampled_from(
        [
            "text,rating,date,reply,author,id,pros,cons",
            "reviewId,content,score,at,replyContent,repliedAt,x,y",
            "date,userName,review,rating,isEdited,developerResponse,title,z",
        ]
    ),
    body=st.text(st.sampled_from("ab,\"\n\r 1.25:-T\0{}'=;я★☆/из"), max_size=200) | st.text(max_size=100),
    tz=TZ,
)
def test_random_tables(tmp_path: Path, header: str, body: str, tz: str | None) -> None:
    path = tmp_path / "random.csv"
    path.write_bytes(f"{header}\n{body}".encode("utf-8", "surrogatepass"))
    survives(path, None, tz)


@settings(FUZZ, max_examples=60)
@given(data=st.data())
def test_damaged_files(tmp_path: Path, data: st.DataObject) -> None:
    import openpyxl

    whole = tmp_path / "whole.xlsx"
    if not whole.exists():
        book = openpyxl.Workbook()
        for row in (["Отзыв", "Оценка"], ["плохо", 1], ["хорошо", 5]):
            book.active.append(row)  # type: ignore[union-attr]
        book.save(whole)
    content = bytearray(whole.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "damaged.xlsx"
    path.write_bytes(bytes(content[: data.draw(st.integers(1, len(content)))]))
    survives(path, "xlsx", None)
    survives(path, None, None)
