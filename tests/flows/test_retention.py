"""Words that were kept long enough leave a home folder, by a frozen clock; all else stays."""

import contextlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from core.acts import ActArguments, ActName
from core.journal import EMPTIED, read_journal
from flows.acts import act
from flows.imports import import_files
from flows.job import Job
from flows.ledger import Ledger
from flows.publishing import publish
from flows.retention import keep_no_longer
from tests.flows.small_home import HOUR, NIGHT, WATCHLIST, rows
from tests.flows.small_home import night as small_night
from warehouse import Warehouse
from warehouse.state import state_hash

DAY = timedelta(days=1)
GENEROUS = WATCHLIST.replace("[[listings]]", "[people.remedies.ordinary]\namount = 500\n[[listings]]")
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
    found: list[dict[str, Any]] = [
        base
        | {"review_id": "old", "text": OLD, "title": "Хамство на выезде", "rating": 0.0, "seen_at": SEEN.isoformat()},
        base | {"review_id": "new", "text": NEW, "rating": 1.0, "seen_at": (SEEN + timedelta(days=400)).isoformat()},
    ]
    for number, row in enumerate(found):
        file = root.parent / f"{root.name}-{number}.jsonl"
        file.write_text(json.dumps(row, ensure_ascii=False) + "\nне строка, а жалоба на соседа\n", encoding="utf-8")
        import_files(Job.open(root, now=datetime.fromisoformat(row["seen_at"])), [file], format_name="landing")


def night(root: Path, days: float) -> Ledger:
    return night_at(root, SEEN + timedelta(days=days))


def night_at(root: Path, now: datetime) -> Ledger:
    job = Job.open(root, now=now)
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


def say(root: Path, at: datetime, name: ActName, review: str = "a", **args: Any) -> None:
    act(Job.open(root, now=at), f"shop/{review}", name, ActArguments(**args), "anna")


def test_what_people_wrote_about_cases_goes_with_the_years_and_their_acts_stay(tmp_path: Path) -> None:
    (tmp_path / "watchlist.toml").write_text(GENEROUS, encoding="utf-8")
    small_night(tmp_path, NIGHT, ["a"])
    small_night(tmp_path, NIGHT + DAY, ["a", "b"])
    early, late = NIGHT + 2 * DAY, NIGHT + 400 * DAY
    question, answer = "Что сделал мастер Игнат?", "Игнат отпросился к зубному"
    say(tmp_path, early, ActName.note, review="b", text="Звонила соседка Глафира")
    say(tmp_path, early + HOUR, ActName.ask_branch, review="b", person="anna", text=question)
    say(tmp_path, early + 2 * HOUR, ActName.answer_branch, review="b", text=answer)
    say(tmp_path, early + 3 * HOUR, ActName.step, review="b", step="solve", text="Вручён торт", remedy="торт", amount=5)
    say(tmp_path, late, ActName.note, review="b", text="Глафира снова звонила")
    journal = tmp_path / "data" / "journal" / "case_events.jsonl"
    lines = journal.read_bytes().split(b"\n")
    journal.write_bytes(b"\n".join([lines[0], b'{"act_id": "1", "text": "torn words', *lines[1:]]))

    assert night_at(tmp_path, early + 730 * DAY + 4 * HOUR).counts["emptied"] > 0

    for gone in ("соседка", question, answer, "Вручён", "торт", "torn words"):
        assert holding(tmp_path, gone) == [], gone
    assert holding(tmp_path, "снова звонила")
    home = Job.open(tmp_path).home
    acts = read_journal(home)
    assert acts.problems == ()
    assert [(one.act, one.args.text) for one in acts.acts] == [
        ("note", EMPTIED), ("ask_branch", EMPTIED), ("answer_branch", EMPTIED), ("step", EMPTIED),
        ("note", "Глафира снова звонила"),
    ]  # fmt: skip
    kept = rows(home, "SELECT branch_question, branch_answer, remedy, remedy_amount, steps[1].words FROM cases"
                      " WHERE review_id = 'b'")  # fmt: skip
    assert kept == [(EMPTIED, EMPTIED, EMPTIED, 5.0, EMPTIED)]
    before = state_hash(home.warehouse), journal.read_bytes()
    assert night_at(tmp_path, early + 730 * DAY + 5 * HOUR).counts == {}
    assert (state_hash(home.warehouse), journal.read_bytes()) == before


def test_what_people_wrote_about_a_deleted_review_goes_with_its_words(tmp_path: Path) -> None:
    (tmp_path / "watchlist.toml").write_text(WATCHLIST, encoding="utf-8")
    small_night(tmp_path, NIGHT, ["z"])
    small_night(tmp_path, NIGHT + DAY, ["a", "b"])
    for name in "ab":
        say(tmp_path, NIGHT + 2 * DAY, ActName.note, review=name, text=f"Соседка {name} Глафира")
    with Warehouse.open(tmp_path / "data" / "otklik.duckdb") as warehouse:
        warehouse.connection.execute(
            "UPDATE review_heads SET gone_at = $at WHERE review_id = 'a'", {"at": NIGHT + 3 * DAY}
        )
    night_at(tmp_path, NIGHT + 32 * DAY)
    assert holding(tmp_path, "Соседка a Глафира")
    night_at(tmp_path, NIGHT + 34 * DAY)
    assert holding(tmp_path, "Соседка a Глафира") == []
    assert holding(tmp_path, "Соседка b Глафира")
