"""A source is written from one page of it: it reads that page before a word of it is changed, and names nobody."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

import spiders
from core.errors import ConfigurationError, InputError
from spiders.engine.new_source import new_source

NOW = datetime(2026, 1, 5, tzinfo=UTC)
REPLY = {"text": "Уважаемая Мария, мы всё исправим", "createdAt": "2026-01-03T11:00:00Z"}
REVIEWS = [
    {
        "id": 900001 + number,
        "author": {"name": f"Мария Секретова {number}", "phone": "+7 912 000-00-00"},
        "stars": 1 + number % 5,
        "body": f"Пришла на приём, ждала сорок минут, номер {number}",
        "createdAt": f"2026-01-0{1 + number % 3}T10:00:00+03:00",
        "ownerReply": REPLY if number % 2 else None,
    }
    for number in range(8)
]
PAGES = {
    "answer.json": json.dumps({"total": 8, "reviews": REVIEWS}, ensure_ascii=False),
    "page.html": '<html><head><meta charset="utf-8"></head><body><script>window.__STATE__ = '
    + json.dumps({"shop": {"items": REVIEWS}}, ensure_ascii=False) + ";</script></body></html>",
    "cards.html": '<html><head><meta charset="utf-8"></head><body>' + "".join(
        f'<div class="card"><span class="card__author">{one["author"]["name"]}</span><span class="card__date">'  # type: ignore[index]
        f'0{1 + number % 3}.01.2026</span><p class="card__text">{one["body"]}</p></div>'
        for number, one in enumerate(REVIEWS)) + "</body></html>",
}  # fmt: skip


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "spiders").mkdir()
    monkeypatch.setattr(spiders, "__path__", [*spiders.__path__, str(tmp_path / "spiders")])
    return tmp_path


def write(root: Path, file_name: str, name: str = "corner_shop", title: str = "Corner Shop") -> list[Path]:
    payload = PAGES[file_name].encode()
    return new_source(name, title=title, payload=payload, file_name=file_name, url=None, root=root, now=NOW)


@pytest.mark.parametrize("file_name", PAGES)
def test_a_new_source_reads_the_page_it_was_written_from(root: Path, file_name: str) -> None:
    name = f"shop_{file_name.partition('.')[0]}"
    module, _, page, written = write(root, file_name, name)
    output = json.loads(written.read_text(encoding="utf-8"))
    assert output["format"] == name
    assert len(output["reviews"]) == (5 if file_name == "answer.json" else 8)
    assert output["quarantined"] == []
    for review in output["reviews"]:
        assert review["text"]
        assert review["posted_at"].startswith("2026-01-0")
    if file_name != "cards.html":
        assert {one["reply_state"] for one in output["reviews"]} == {"published", "none"}
        assert all(0 <= one["rating"] <= 1 for one in output["reviews"])
    kept = page.read_text(encoding="utf-8")
    for personal in ("Секретова", "912 000", "сорок минут", "900001", "Мария"):
        assert personal not in kept
    checks = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "-q", "--line-length", "120", str(module)],
        capture_output=True,
        text=True,
    )
    assert checks.returncode == 0, checks.stdout
    compile(module.read_text(encoding="utf-8"), str(module), "exec")


def test_nothing_is_written_over(root: Path) -> None:
    write(root, "answer.json")
    with pytest.raises(ConfigurationError, match="is there already"):
        write(root, "answer.json")


def test_what_another_source_reads_needs_no_new_one(root: Path) -> None:
    payload = json.dumps(
        {"reviews": [{"recommendationid": "1", "review": "x", "voted_up": True, "author": {}}]}
    ).encode()
    with pytest.raises(InputError, match="`steam` reads such files already"):
        new_source("shop", title="Shop", payload=payload, file_name="a.json", url=None, root=root, now=NOW)
    with pytest.raises(InputError, match="nothing in it looks like a list of reviews"):
        new_source("shop", title="Shop", payload=b'{"a": [1]}', file_name="a.json", url=None, root=root, now=NOW)
    assert not list((root / "spiders").iterdir())


@pytest.mark.parametrize(("name", "title"), [("Shop", "Shop"), ("../shop", "Shop"), ("shop", 'a"; import os')])
def test_what_cannot_be_a_source_is_refused(root: Path, name: str, title: str) -> None:
    with pytest.raises(ConfigurationError):
        write(root, "answer.json", name, title)
    assert not list((root / "spiders").iterdir())


def test_marks_in_attributes_ids_and_the_time_of_a_reply_are_found_on_a_page(root: Path) -> None:
    cards = "".join(
        f'<li class="fb-card" data-fb="{7000 + number}"><span class="fb-card-who">Оксана К.</span>'
        f'<span class="fb-card-mark" title="Оценка: {1 + number} из 5"><i></i></span><time class="fb-card-when">'
        f'{3 + number} мая 2026</time><p class="fb-card-body">{"Да" if number == 1 else "Ждали мастера три часа"}'
        f'</p><div class="answer"><b>Ответ</b><p class="answer-body">Извините</p><time class="answer-when">9 мая 2026'
        "</time></div></li>"
        for number in range(4)
    )
    page = f'<html><head><meta charset="utf-8"></head><body><ul>{cards}</ul></body></html>'
    _, _, _, written = new_source(
        "fb_cards", title="FB", payload=page.encode(), file_name="page.html", url=None, root=root, now=NOW
    )
    reviews = json.loads(written.read_text(encoding="utf-8"))["reviews"]
    assert [one["rating"] for one in reviews] == [0, 0.25, 0.5, 0.75]
    assert [one["review_id"] for one in reviews] == ["7000", "7001", "7002", "7003"]
    assert {one["reply_at"][:10] for one in reviews} == {"2026-05-09"}
    assert [one["posted_at"][:10] for one in reviews] == [f"2026-05-0{number}" for number in range(3, 7)]
