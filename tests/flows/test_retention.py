"""Words that were kept long enough leave a home folder, by a frozen clock; all else stays."""

import contextlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.imports import import_files
from flows.job import Job
from flows.ledger import Ledger
from flows.publishing import publish
from flows.retention import keep_no_longer
from warehouse import Warehouse
from warehouse.state import state_hash

SEEN = datetime(2024, 1, 10, 3, tzinfo=UTC)
OLD = "Мастер опоздал на четыре часа и накричал на бабушку"
NEW = "Починили за двадцать минут, спасибо большое"


def fill(root: Path) -> None:
    base = {
        "source": "shop",
        "listing_id": "s",
        "reply_state": "published",
        "reply_text": "Разберёмся, приносим извинения",
    }
    rows = [
        base
        | {"review_id": "old", "text": OLD, "title": "Хамство на выезде", "rating": 0.0, "seen_at": SEEN.isoformat()},
        base | {"review_id": "new", "text": NEW, "rating": 1.0, "seen_at": (SEEN + timedelta(days=400)).isoformat()},
    ]
    for number, row in enumerate(rows):
        file = root.parent / f"{root.name}-{number}.jsonl"
        file.write_text(json.dumps(row, ensure_ascii=False) + "\nне строка, а жалоба на соседа\n", encoding="utf-8")
        import_files(Job.open(root, now=datetime.fromisoformat(row["seen_at"])), [file], format_name="landing")


def night(root: Path, days: float) -> Ledger:
    job = Job.open(root, now=SEEN + timedelta(days=days))
    ledger = Ledger.begin(job, "nightly")
    keep_no_longer(job, ledger)
    publish(job, ledger)
    return ledger


def holding(root: Path, words: str) -> list[str]:
    forms = [words.encode(), json.dumps(words)[1:-1].encode()]
    files = [path for path in root.rglob("*") if path.is_file()]
    return sorted(
        path.relative_to(root).as_posix() for path in files if any(form in path.read_bytes() for form in forms)
    )


def landed(root: Path) -> dict[str, dict[str, object]]:
    lines = [line for path in root.glob("data/landing/*/shop/s.*.jsonl") for line in path.read_text().splitlines()]
    return {row["review_id"]: row for row in map(json.loads, lines) if "review_id" in row}


def test_old_words_leave_warehouse_and_landing(tmp_path: Path) -> None:
    fill(tmp_path)
    assert night(tmp_path, 729).counts == {}
    assert landed(tmp_path)["old"]["text"] == OLD

    ledger = night(tmp_path, 731)

    assert ledger.counts == {"emptied": 1}
    report = ledger.finish()
    assert report.emptied == 1
    assert "1 old texts were emptied" in report.markdown()
    assert holding(tmp_path, OLD) == []
    assert holding(tmp_path, "Хамство на выезде") == []
    old, new = landed(tmp_path)["old"], landed(tmp_path)["new"]
    assert (old["text"], old["title"], old["reply_text"], old["rating"]) == ("", None, None, 0.0)
    assert new["text"] == NEW
    with Warehouse.open(tmp_path / "data" / "otklik.duckdb") as warehouse:
        assert warehouse.check() == []
        assert warehouse.pending_files(tmp_path / "data" / "landing") == []
        texts = warehouse.connection.execute("SELECT review_id, text, rating FROM reviews ORDER BY ALL").fetchall()
        assert texts == [("new", NEW, 1.0), ("old", "", 0.0)]


def test_a_second_night_changes_nothing(tmp_path: Path) -> None:
    fill(tmp_path)
    night(tmp_path, 731)
    path = tmp_path / "data" / "otklik.duckdb"
    before = state_hash(path), sorted((p, p.read_bytes()) for p in tmp_path.glob("data/landing/*/*/*"))
    assert night(tmp_path, 732).counts == {}
    assert (state_hash(path), sorted((p, p.read_bytes()) for p in tmp_path.glob("data/landing/*/*/*"))) == before


def test_killed_between_the_files_and_the_warehouse(tmp_path: Path) -> None:
    for name in ("killed", "whole"):
        (tmp_path / name).mkdir()
        fill(tmp_path / name)
    job = Job.open(tmp_path / "killed", now=SEEN + timedelta(days=731))
    ledger = Ledger.begin(job, "nightly")
    ledger.beat = lambda: (_ for _ in ()).throw(KeyboardInterrupt)  # type: ignore[method-assign]
    with contextlib.suppress(KeyboardInterrupt):
        keep_no_longer(job, ledger)
    for name in ("killed", "whole"):
        assert night(tmp_path / name, 731).counts == {"emptied": 1}
        assert holding(tmp_path / name, OLD) == []
    assert len({state_hash(tmp_path / name / "data" / "otklik.duckdb") for name in ("killed", "whole")}) == 1
