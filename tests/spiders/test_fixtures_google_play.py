"""Google Play's own answers: each row of the raw payload comes out with its text, stars, answer and both times."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.errors import InputError
from tests.spiders.payloads import FIXTURES, imported, needs_payloads, states

PLAY = FIXTURES / "google_play"


def answer() -> list[Any]:
    envelope = json.loads((PLAY / "batchexecute_reviews_page1.txt").read_text("utf-8").partition("\n")[2])
    return list(json.loads(envelope[0][2])[0])


def page() -> list[Any]:
    text = (PLAY / "app_details_whereami.html").read_text("utf-8")
    data = re.search(r"key: 'ds:10'.*?\bdata:(.*?), sideChannel", text, re.DOTALL)
    assert data
    return list(json.loads(data[1])[0])


@needs_payloads
@pytest.mark.parametrize(
    ("name", "rows", "listing"),
    [
        ("batchexecute_reviews_page1.txt", answer, "batchexecute_reviews_page1"),
        ("app_details_whereami.html", page, "com.adex77.WhereAmI"),
    ],
)
def test_rows_by_position(name: str, rows: Any, listing: str) -> None:
    raw = {row[0]: row for row in rows()}
    reviews, done = imported(PLAY / name)
    assert (done.format, done.quarantined, {review.listing_id for review in reviews}) == ("google_play", [], {listing})
    replies = sum(bool(row[7]) for row in raw.values())
    assert states(reviews) == {"published": replies, "none": len(raw) - replies}
    for review in reviews:
        row = raw.pop(review.review_id)
        assert review.rating == (row[2] - 1) / 4
        assert "".join(review.text.split()) == "".join(row[4].split())
        assert (review.title, review.posted_at) == (row[3], datetime.fromtimestamp(row[5][0], UTC))
        assert review.reply_text == (row[7] and row[7][1])
        assert review.reply_at == (row[7] and datetime.fromtimestamp(row[7][2][0], UTC))
        assert row[1][0] not in review.model_dump_json(exclude={"text", "title", "reply_text"})
    assert raw == {}


@needs_payloads
def test_the_same_answer_in_other_wrappings(tmp_path: Path) -> None:
    expected, _ = imported(PLAY / "batchexecute_reviews_page1.txt", listing_id="app")
    body = (PLAY / "batchexecute_reviews_page1.txt").read_text("utf-8").partition("\n")[2].strip()
    rows = json.dumps(answer()[:20], ensure_ascii=False)
    state = f"AF_initDataCallback({{key: 'ds:8', hash: '3', data:[{rows},null], sideChannel: {{}}}});"
    for name, text in {
        "bare.json": body,
        "chunked.txt": f')]}}\'\n\n{len(body)}\n{body}\n26\n[["e",4,null,null,131]]\n',
        "two.txt": f")]}}'\n\n{body}\n{body}",
        "page.html": f"<html><script>{state}</script></html>",
    }.items():
        path = tmp_path / name
        path.write_text(text, "utf-8")
        reviews, done = imported(path, listing_id="app")
        assert done.quarantined == []
        assert reviews == (expected[:20] if name == "page.html" else expected)


@pytest.mark.parametrize("payload", ["null", '"[]"', '"[null,[null,null]]"'])
def test_an_answer_without_reviews(payload: str, tmp_path: Path) -> None:
    path = tmp_path / "answer.txt"
    path.write_text(f')]}}\'\n\n[["wrb.fr","UsvDTd",{payload},null,null,[5],"generic"],["di",9]]')
    if payload == "null":
        with pytest.raises(InputError, match=r"answer\.txt: blocked: Google Play answered an error"):
            imported(path)
    else:
        reviews, done = imported(path)
        assert (reviews, done.format, done.quarantined) == ([], "google_play", [])


def test_an_answer_of_another_kind_is_not_ours(tmp_path: Path) -> None:
    path = tmp_path / "answer.txt"
    path.write_text(
        ')]}\'\n\n[["wrb.fr","rpcChunk","[[\\"suggestion-one\\"],[\\"suggestion-two\\"]]",null,null,null,"generic"]]'
    )
    with pytest.raises(InputError):
        imported(path)
