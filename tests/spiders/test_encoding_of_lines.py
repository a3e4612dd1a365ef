"""JSON that is not UTF-8, against its standard: read as what it is, no line lost and none invented."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import InputError
from core.records import Review
from spiders.imports import read
from spiders.imports.base import Imported

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TEXTS = [
    "Отличный сервис, но ждали заказ очень долго",
    "ОТВРАТИТЕЛЬНО. Больше не приду",
    "Ё",
    "ok",
    "Хамство на кассе, деньги не вернули",
    "Врач принял вовремя, спасибо",
]


def raw(number: int, text: str) -> dict[str, object]:
    return {"recommendationid": str(number), "review": text, "voted_up": False, "timestamp_created": 1790000000}


def lines(texts: list[str] = TEXTS) -> list[str]:
    return [json.dumps(raw(number, text), ensure_ascii=False) for number, text in enumerate(texts)]


def imported(path: Path, data: bytes) -> tuple[list[Review], Imported]:
    path.write_bytes(data)
    found = read(path, format=None, listing_id=None, seen_at=None, tz=None, now=NOW, secret=b"key")
    return list(found.reviews), found


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251", "koi8_r", "cp866"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_of_any_usual_encoding_come_out_as_written(tmp_path: Path, encoding: str, end: str) -> None:
    reviews, found = imported(tmp_path / "archive.jsonl", end.join(lines()).encode(encoding))
    assert found.format == "steam"
    assert [review.text for review in reviews] == TEXTS
    assert not found.quarantined


def test_each_line_counts_for_itself_where_a_file_was_put_together_of_two(tmp_path: Path) -> None:
    data = b"\n".join(line.encode("cp1251" if number % 2 else "utf-8") for number, line in enumerate(lines(TEXTS * 3)))
    reviews, found = imported(tmp_path / "archive.jsonl", data)
    assert [review.text for review in reviews] == TEXTS * 3
    assert not found.quarantined


def test_a_foreign_line_far_behind_the_beginning_is_read(tmp_path: Path) -> None:
    many = "\n".join(lines(["Долгое ожидание " * 20] * 600)) + "\n"
    assert len(many.encode()) > 300_000
    reviews, found = imported(tmp_path / "archive.jsonl", many.encode() + lines()[0].encode("cp1251"))
    assert reviews[-1].text == TEXTS[0]
    assert not found.quarantined


def test_a_damaged_byte_costs_one_letter_and_no_line(tmp_path: Path) -> None:
    data = "\n".join(lines()).encode()
    at = data.index("сервис".encode()) + 1
    reviews, found = imported(tmp_path / "archive.jsonl", data[:at] + b"\xff" + data[at + 1 :])
    assert not found.quarantined
    assert len(reviews) == len(TEXTS)
    assert reviews[0].text.startswith("Отличный \ufffd")
    assert reviews[0].text.endswith("ервис, но ждали заказ очень долго")
    assert [review.text for review in reviews[1:]] == TEXTS[1:]


def test_what_is_no_json_in_any_encoding_is_set_aside_with_its_line(tmp_path: Path) -> None:
    broken = '{"recommendationid": "9", "review": "оборван'.encode("cp1251")
    reviews, found = imported(tmp_path / "archive.jsonl", "\n".join(lines()).encode("cp1251") + b"\n" + broken)
    assert [review.text for review in reviews] == TEXTS
    assert [f"line {len(TEXTS) + 1}: not valid JSON" in one.reason for one in found.quarantined] == [True]


def test_a_document_in_windows_1251(tmp_path: Path) -> None:
    payload = {"query_summary": {}, "reviews": [raw(number, text) for number, text in enumerate(TEXTS)]}
    data = json.dumps(payload, ensure_ascii=False).encode("cp1251")
    reviews, found = imported(tmp_path / "answer.json", data)
    assert [review.text for review in reviews] == TEXTS
    assert not found.quarantined
    with pytest.raises(InputError, match="cut off"):
        imported(tmp_path / "torn.json", data[:-20])


@pytest.mark.parametrize("encoding", ["cp1251", "utf-16"])
def test_our_own_lines(tmp_path: Path, encoding: str) -> None:
    ours = [
        {"source": "shop", "listing_id": "a", "review_id": str(number), "text": text, "reply_state": "none",
         "seen_at": "2026-11-21T03:30:00+02:00"}
        for number, text in enumerate(TEXTS)
    ]  # fmt: skip
    data = "\n".join(json.dumps(line, ensure_ascii=False) for line in ours).encode(encoding)
    reviews, found = imported(tmp_path / "night.jsonl", data)
    assert found.format == "landing"
    assert [review.text for review in reviews] == TEXTS
