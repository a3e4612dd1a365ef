"""Raw responses of a past night, parsed again: what reads differently is landed at its old time, and nothing else."""

import gzip
import json
from pathlib import Path

import pytest

from core.errors import InputError
from core.home import Home
from core.records import CoverageStatus, Review
from spiders import amo
from spiders.engine.reparsing import Reparsed, raw_files, reparse_file, reparse_id
from tests.spiders.loopback import NOW, Answer, Outcome, Site, make_job, rating, ratings_page, run

RATINGS = "/api/v5/ratings/rating/"
NIGHT = "nightly-20261122"


def night(site: Site, home: Path, **changes: object) -> Outcome:
    """Crawl two pages and one look-up, the first page after a failed try, at the machine's own time."""
    first = Answer(ratings_page([rating(1)], count=2, more=True), headers={"Set-Cookie": "session=secret"})
    site.script[f"{RATINGS}?addon=570&page=1&page_size=50&show_grouped_ratings=true"] = [Answer("busy", 500), first]
    site.script[RATINGS] = ratings_page([rating(2)], count=2)
    site.script[f"{RATINGS}31/"] = rating(31, days=40, reply={"body": "Вибачте", "created": "2026-11-20T10:00:00Z"})
    return run(make_job(home, site, "amo", raw_days=3, open_reviews=[{"review_id": "31"}], **changes))


def again(home: Path, run_id: str = NIGHT) -> Reparsed:
    (warc,) = raw_files(Home(home), run_id)
    return reparse_file(Home(home), warc, run_id, reparse_id(Home(home), run_id), bytes.fromhex("00ff"))


def landed(home: Path, into: str) -> list[Review]:
    lines = (home / "data/landing" / into / "amo" / "amo-shop.1.jsonl").read_bytes().split(b"\n")[:-1]
    return [Review.model_validate_json(line) for line in lines]


def test_a_parser_that_is_as_it_was_lands_nothing(site: Site, tmp_path: Path) -> None:
    outcome = night(site, tmp_path)
    assert outcome.ids == ["1", "2", "31"]
    asked = len(site.asked)
    found = again(tmp_path)
    assert (found.unchanged, found.mended, found.lost, found.problem) == (3, 0, 0, None)
    assert not (tmp_path / "data/landing" / f"reparse-{NIGHT}-001").exists()
    assert len(site.asked) == asked
    raw = gzip.decompress(outcome.paths.raw.read_bytes())
    assert b"session=secret" not in raw
    assert b"00ff" not in raw
    assert str(tmp_path).encode() not in raw


def test_a_mended_parser_repairs_a_night_at_its_own_times(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = night(site, tmp_path)
    parse = amo.parse_review

    def mended(raw: dict[str, object], **sighting: object) -> Review:
        return parse(raw, **sighting).model_copy(update={"text": f"{raw['body']}, mended"})  # type: ignore[arg-type]

    monkeypatch.setattr(amo, "parse_review", mended)
    found = again(tmp_path)
    assert (found.mended, found.found, found.unchanged) == (3, 0, 0)
    reviews = landed(tmp_path, f"reparse-{NIGHT}-001")
    assert [(one.review_id, one.seen_at) for one in reviews] == [
        (one.review_id, one.seen_at) for one in outcome.reviews
    ]
    assert all(one.text.endswith(", mended") for one in reviews)
    assert reviews[2].reply_text == "Вибачте"
    assert again(tmp_path).mended == 0, "what a reparse landed is known to the next one"
    monkeypatch.undo()
    assert again(tmp_path).mended == 3, "a parser that was mended wrongly is mended back"
    assert [one.text for one in landed(tmp_path, f"reparse-{NIGHT}-002")] == [one.text for one in outcome.reviews]


def test_what_the_old_parser_refused_is_found(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(raw: dict[str, object], **sighting: object) -> Review:
        raise ValueError("a shape that nobody knew")

    outcome = night(site, tmp_path, now=NOW)
    quarantine = outcome.paths.reviews.with_name("amo-shop.1.quarantine.jsonl")
    lines = outcome.paths.reviews.read_text().splitlines(keepends=True)
    outcome.paths.reviews.write_text("".join(lines[1:]))
    quarantine.write_text("")
    found = again(tmp_path)
    assert (found.mended, found.found, found.unchanged) == (1, 1, 2)
    assert landed(tmp_path, f"reparse-{NIGHT}-001")[0].seen_at == NOW
    monkeypatch.setattr(amo, "parse_review", refuses)
    found = again(tmp_path)
    assert (found.lost, found.quarantined) == (3, 3), "what is stored stays, and it is told"


def test_a_torn_or_foreign_raw_file_says_so(site: Site, tmp_path: Path) -> None:
    outcome = night(site, tmp_path)
    whole = outcome.paths.raw.read_bytes()
    outcome.paths.raw.write_bytes(whole[:-300])
    found = again(tmp_path)
    assert found.problem
    assert found.unchanged >= 1
    outcome.paths.raw.write_bytes(b"not gzip")
    assert again(tmp_path).problem
    with pytest.raises(InputError, match="no raw responses are kept of run 'import-1'"):
        reparse_id(Home(tmp_path), "import-1")


def test_a_redirect_is_followed_again(site: Site, tmp_path: Path) -> None:
    first = f"{RATINGS}?addon=570&page=1&page_size=50&show_grouped_ratings=true"
    site.script[first] = Answer("", 302, {"Location": "/moved.json"})
    site.script["/moved.json"] = ratings_page([rating(1)])
    outcome = run(make_job(tmp_path, site, "amo", raw_days=3))
    assert outcome.coverage.status is CoverageStatus.ok, outcome.coverage.error
    found = again(tmp_path)
    assert (found.unchanged, found.problem) == (1, None)


def test_an_erased_person_does_not_come_back_by_a_reparse(site: Site, tmp_path: Path) -> None:
    from core.forgotten import Tombstone, add_tombstones

    outcome = night(site, tmp_path)
    outcome.paths.reviews.write_text("")
    add_tombstones(Home(tmp_path), bytes.fromhex("00ff"), [Tombstone("review", "amo", "2")], NOW)
    again(tmp_path)
    assert [one.review_id for one in landed(tmp_path, f"reparse-{NIGHT}-001")] == ["1", "31"]
    assert json.loads(outcome.paths.coverage.read_text())["status"] == "ok"


def test_an_erasure_takes_along_what_a_killed_reparse_left_half_written(tmp_path: Path) -> None:
    from core.forgotten import load_forgotten
    from spiders.engine.forgetting import Trail, erase_landing

    left = tmp_path / "data/landing" / f"reparse-{NIGHT}-001" / ".123-abc.part"
    left.parent.mkdir(parents=True)
    left.write_text("somebody's words")
    trail = Trail(load_forgotten(Home(tmp_path), b"key"), frozenset({"amo"}))
    assert list(erase_landing(Home(tmp_path).landing, trail)) == []
    assert not left.exists()
