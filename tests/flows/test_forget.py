"""A person is erased from a whole home folder, and neither a crawl nor an import brings them back."""

import asyncio
import csv
import gzip
import json
import shutil
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import duckdb
import pytest

from console.demo.site import DemoSite
from console.demo.watchlist import write_home
from core.errors import InputError
from core.home import Home
from flows import forget as forgetting
from flows.crawling import crawl_listings
from flows.forget import find_person, finish_forgetting, forget
from flows.imports import import_files
from flows.job import Job
from flows.runner import Direct
from warehouse import Warehouse

PEOPLE = {"amo": 2, "steam": 2, "app_store": 1, "discourse": 2}
"""Sources, and the place of the person who is erased in the list of night one."""


@dataclass
class Somebody:
    source: str
    listing_id: str
    review_id: str
    author: str
    strings: tuple[str, ...]


@dataclass
class Place:
    site: DemoSite
    home: Home
    people: list[Somebody]
    neighbours: tuple[str, ...]
    """Words of those who stand before them."""

    def job(self, night: int) -> Job:
        return Job.open(self.home.root, now=self.site.nights[night - 1])

    def crawl(self, night: int) -> None:
        self.site.set_night(night)
        asyncio.run(crawl_listings(self.job(night), Direct(), [row.id for row in self.site.scenario.listings]))


def contents(path: Path) -> Iterator[bytes]:
    """Yield a file's bytes, and what is packed into them."""
    content = path.read_bytes()
    yield content
    rest = content if content[:2] == b"\x1f\x8b" else b""
    while rest:
        stream = zlib.decompressobj(wbits=31)
        yield stream.decompress(rest) + stream.flush()
        rest = stream.unused_data
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            names = connection.execute(
                "SELECT table_name FROM duckdb_tables() UNION SELECT view_name FROM duckdb_views() WHERE NOT internal"
            ).fetchall()
            yield "\n".join(str(connection.table(name).fetchall()) for (name,) in names).encode()
    if path.suffix == ".parquet":
        yield str(duckdb.read_parquet(str(path)).fetchall()).encode()


@lru_cache(maxsize=2000)
def unpacked(path: Path, changed: int) -> tuple[bytes, ...]:
    """Return a file's contents as of the moment (ns) at which its inode changed last."""
    return tuple(contents(path))


def holding(home: Home, strings: tuple[str, ...]) -> dict[str, list[str]]:
    """Grep the whole home folder: strings as they are, and as JSON escapes them."""
    wanted = {
        form.encode()
        for one in strings
        for form in (one, json.dumps(one)[1:-1], json.dumps(one, ensure_ascii=False)[1:-1])
    }
    found: dict[str, list[str]] = {}
    for path in sorted(path for path in home.root.rglob("*") if path.is_file() and not path.is_symlink()):
        for content in unpacked(path, path.stat().st_ctime_ns):
            hits = [one.decode() for one in wanted if one in content]
            if hits:
                found.setdefault(path.relative_to(home.root).as_posix(), []).extend(hits)
    return found


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setenv("OTKLIK_CRAWL__RAW_DAYS", "3")
    with DemoSite() as site:
        write_home(tmp_path, site.base_urls, year=site.night_one.year)
        people, neighbours = [], []
        for listing in site.scenario.listings:
            number = PEOPLE.get(listing.source)
            if number is None or listing.source in {one.source for one in people}:
                continue
            *others, review = site.scenario.shown(listing.id, 1, site.night_one)[: number + 1]
            neighbours.append(next(one.text for one in reversed(others) if one.text).split("\n")[0])
            author, title = review.story.author, review.story.title
            strings = tuple(one for one in (review.text.split("\n")[0], author, title) if one)
            people.append(Somebody(listing.source, listing.id, review.id, author, strings))
        there = Place(site, Home(tmp_path), people, tuple(neighbours))
        there.crawl(1)
        yield there


def author_as_shown(place: Place, one: Somebody) -> dict[str, str]:
    """Say how an operator names this person."""
    if one.source in ("discourse", "app_store"):
        return {"source": one.source, "author": one.author}
    if one.source == "amo":
        with duckdb.connect(str(place.home.warehouse), read_only=True) as connection:
            (url,) = connection.execute("SELECT url FROM reviews WHERE review_id = ?", [one.review_id]).fetchone()
        return {"url": url}
    return {"source": one.source, "review": one.review_id}


@pytest.mark.slow
def test_no_trace_is_left_and_the_next_crawl_brings_nobody_back(place: Place) -> None:
    assert {one.source for one in place.people} == set(PEOPLE)
    for one in place.people:
        files = holding(place.home, one.strings)
        assert any(name.startswith("data/landing/") for name in files), one
        assert any(name.startswith("data/raw/") for name in files), one
        assert any(name.endswith(".parquet") for name in files), one
        assert "data/otklik.duckdb" in files, one
    for one in place.people:
        report = forget(place.job(1), find_person(place.job(1), **author_as_shown(place, one)))
        assert report.left == []
        assert report.rows["reviews"] >= 1
        assert holding(place.home, one.strings) == {}
    for neighbour in place.neighbours:
        kept = holding(place.home, (neighbour,))
        assert any(name.startswith("data/raw/") for name in kept), "pages lose one person, not everybody"
        assert any(name.startswith("data/landing/") for name in kept)
    for night in (2, 3):
        place.crawl(night)
        for one in place.people:
            assert holding(place.home, one.strings) == {}, night
    with Warehouse.open(place.home.warehouse) as warehouse:
        assert warehouse.check() == []
        assert warehouse.find_forgotten(place.job(3).forgotten) == []


def test_imports_inbox_journal_and_backups(tmp_path: Path) -> None:
    home = Home(tmp_path)
    words = "Просила вернуть деньги за сломанный чайник, ответили смехом"
    night = "2026-11-20T03:00:00+00:00"
    base = {"source": "shop", "listing_id": "s", "reply_state": "none", "seen_at": night}
    rows = [
        base
        | {"review_id": "r-100", "author_key": "key-of-the-one-who-wrote", "text": words, "url": "https://shop/r/100"},
        base | {"review_id": "r-200", "author_key": "k2", "text": "Спасибо, всё отлично и быстро"},
        base
        | {
            "review_id": "r-300",
            "author_key": "key-of-the-one-who-wrote",
            "text": "А мастер Пётр был вежлив и чинил без спешки",
        },
    ]
    landing = tmp_path / "night.jsonl"
    landing.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    job = Job.open(tmp_path, now=datetime.fromisoformat(night))
    import_files(job, [landing], format_name="landing")
    archive = landing.rename(tmp_path.parent / f"{tmp_path.name}-archive.jsonl")
    inbox = home.inbox / "s"
    inbox.mkdir(parents=True)
    with (inbox / "table.csv").open("w", encoding="cp1251", newline="") as file:
        csv.writer(file, delimiter=";").writerows(
            [["id", "Автор", "Отзыв"], ["r-100", "Инна", words], ["r-200", "Б", "Да;\nда"]]
        )
    (inbox / "rows.json").write_text(json.dumps({"items": [{"id": "r-100", "body": words}, {"id": "r-200"}]}))
    (inbox / "rows.jsonl.gz").write_bytes(gzip.compress("\n".join(json.dumps(row) for row in rows).encode()))
    journal = home.journal / "case_events.jsonl"
    journal.parent.mkdir()
    events = [
        {"source": "shop", "review_id": one, "note": note} for one, note in (("r-100", "звонила"), ("r-200", "ок"))
    ]
    journal.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")

    backups = home.data / "backups"
    for folder in (backups / "as-files", tmp_path.parent / f"{tmp_path.name}-packed"):
        shutil.copytree(home.landing, folder / "landing")
        shutil.copyfile(home.warehouse, folder / "otklik.duckdb")
    shutil.make_archive(str(backups / "packed"), "gztar", folder)

    report = forget(job, find_person(job, url="https://shop/r/100"))

    strings = (words, "А мастер Пётр был вежлив", "r-100", "r-300", "key-of-the-one-who-wrote", "звонила", "Инна")
    assert holding(home, strings) == {}
    assert report.left == []
    assert (inbox / "table.csv").read_bytes() == 'id;Автор;Отзыв\r\nr-200;Б;"Да;\nда"\r\n'.encode("cp1251")
    assert json.loads((inbox / "rows.json").read_text()) == {"items": [{"id": "r-200"}]}
    assert gzip.decompress((inbox / "rows.jsonl.gz").read_bytes()).decode() == json.dumps(rows[1]) + "\n"
    assert [json.loads(line)["review_id"] for line in journal.read_text().splitlines()] == ["r-200"]

    shutil.unpack_archive(backups / "packed.tar.gz", tmp_path / "unpacked", filter="data")
    for folder in (backups / "as-files", tmp_path / "unpacked"):
        with Warehouse.open(folder / "otklik.duckdb") as warehouse:
            assert [row["review_id"] for row in warehouse.rows("forget/authors")] == ["r-200"]
        assert [path.read_text().count("\n") for path in folder.rglob("s.1.jsonl")] == [1]
    assert holding(home, strings) == {}

    told = import_files(job, [archive], format_name="landing")
    assert "2 left out" in told.read[0]
    assert told.ingested.lines == 1
    assert holding(home, strings) == {}
    other = home.landing / "restored" / "shop" / "s.1.jsonl"
    other.parent.mkdir(parents=True)
    other.write_text("".join(json.dumps(row) + "\n" for row in rows))
    told = import_files(job, [], format_name=None)
    assert (told.ingested.lines, told.ingested.quarantined) == (3, 2)
    with Warehouse.open(home.warehouse) as warehouse:
        assert [one.review_id for one in warehouse.find_by_author("shop", "key-of-the-one-who-wrote")] == []
        assert warehouse.check() == []


def test_a_killed_erasure_is_finished_by_the_next_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = "Ждали доставку три недели и не дождались ничего"
    line = {
        "source": "shop", "listing_id": "s", "review_id": "r-1", "text": words, "reply_state": "none",
        "seen_at": "2026-11-20T03:00:00+00:00",
    }  # fmt: skip
    job = Job.open(tmp_path, now=datetime.fromisoformat("2026-11-20T03:00:00+00:00"))
    source = tmp_path.parent / f"{tmp_path.name}.jsonl"
    source.write_text(json.dumps(line) + "\n")
    import_files(job, [source], format_name=None)
    person = find_person(job, source="shop", review="r-1")

    for step in ("erase_landing", "compact", "_publish_anew"):
        with monkeypatch.context() as patch:

            def die(*args: object, **kwargs: object) -> None:
                raise KeyboardInterrupt

            patch.setattr(forgetting, step, die)
            with pytest.raises(KeyboardInterrupt):
                forget(job, person)
    assert finish_forgetting(job) is not None
    assert holding(job.home, (words,)) == {}
    assert finish_forgetting(job) is None


def test_whom_it_refuses(tmp_path: Path) -> None:
    base = {"source": "shop", "listing_id": "s", "reply_state": "none", "seen_at": "2026-11-20T03:00:00Z", "text": "x"}
    rows = [base | {"review_id": str(n), "author_key": "anonymous", "url": f"https://shop/{n}"} for n in range(30)]
    rows += [base | {"review_id": f"u{n}", "author_key": f"k{n}", "url": "https://shop/all"} for n in range(2)]
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    job = Job.open(tmp_path, now=datetime.fromisoformat("2026-11-20T03:00:00+00:00"))
    import_files(job, [file], format_name=None)
    with pytest.raises(InputError, match="30 reviews here"):
        find_person(job, url="https://shop/3")
    assert len(find_person(job, url="https://shop/3", only_review=True).reviews) == 1
    with pytest.raises(InputError, match="2 people stand at this address"):
        find_person(job, url="https://shop/all")
    with pytest.raises(InputError, match="no stored review"):
        find_person(job, url="https://shop/none")
    with pytest.raises(InputError, match="say whom"):
        find_person(job, source="shop")
    assert find_person(job, source="shop", author="Never seen").tombstones
