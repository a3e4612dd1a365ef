"""The morning's notebook: its figures are those of the warehouse, it bears empty data, and no text can act in it."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from core.records import Case, CaseChange, Coverage, Prediction, Review
from core.watchlist import Watchlist
from warehouse import Warehouse

pytest.importorskip("marimo", reason="the extra `notebooks` is not installed")
pytest.importorskip("altair", reason="the extra `notebooks` is not installed")

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "notebooks" / "01_morning.py"
START = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
NOW = START + timedelta(days=3)
HOSTILE = (
    "<script>window.acted = 1</script><img src=x onerror='window.acted=1'> [click](javascript:alert(1)) **bold** "
    "$x^2$ <marimo-button></marimo-button> {{ 7 * 7 }} </textarea>. Call +7 921 555-35-35 or ivan.petrov@example.com!"
)
WATCHLIST = Watchlist.model_validate(
    {
        "companies": [
            {
                "id": "owl",
                "name": "Сова",
                "places": [{"id": "north", "name": "Північ «А»"}, {"id": "south", "name": "Юг"}],
            }
        ],
        "people": [
            {"id": "anna", "name": "Анна", "channels": ["terminal://"], "timezone": "Europe/Kyiv"},
            {"id": "oleg", "name": "Олег", "channels": ["terminal://"], "timezone": "Europe/Moscow"},
        ],
        "listings": [
            {"id": "shop", "source": "demo", "company": "owl", "place": "north", "responsible": "anna"},
            {"id": "store", "source": "demo", "company": "owl", "place": "south", "responsible": "oleg"},
            {"id": "never", "source": "demo", "company": "owl", "responsible": "oleg"},
        ],
    }
)


@dataclass
class Home:
    """A home folder whose warehouse is filled step by step and published."""

    root: Path

    def land(self, run: str, listing: str, lines: list[dict[str, Any]], **coverage: Any) -> None:
        folder = self.root / "data" / "landing" / run / "demo"
        folder.mkdir(parents=True, exist_ok=True)
        base = {"source": "demo", "listing_id": listing, "text": "Words", "reply_state": "none"}
        with (folder / f"{listing}.1.jsonl").open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(base | line, default=str) + "\n" for line in lines)
        if coverage:
            known = {"run_id": run, "source": "demo", "listing_id": listing, "collected": len(lines)}
            (folder / f"{listing}.1.coverage.json").write_text(Coverage(**known | coverage).model_dump_json())

    def open(self) -> Warehouse:
        return Warehouse.open(self.root / "data" / "otklik.duckdb")

    def ingest(self, warehouse: Warehouse) -> None:
        warehouse.ingest(warehouse.pending_files(self.root / "data" / "landing"), run_id="run", now=NOW)

    def publish(self, warehouse: Warehouse) -> None:
        warehouse.publish(self.root / "data" / "published", "run", keep=1, parquet=False)

    def ask(self, query: str) -> list[dict[str, Any]]:
        import duckdb

        with duckdb.connect(str(self.root / "data" / "published" / "otklik.duckdb"), read_only=True) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            found: list[dict[str, Any]] = connection.execute(query).to_arrow_table().to_pylist()
            return found


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "data").mkdir()
    return Home(tmp_path)


def judged(review: Review, text_aspects: bool) -> Prediction:
    p_negative = 0.02 if "Praise" in review.text else 0.3 if review.rating == 1 else 0.9
    return Prediction.model_validate(
        {
            "source": review.source,
            "review_id": review.review_id,
            "content_hash": review.content_hash,
            "p_negative": p_negative,
            "p_neutral": 0.0,
            "p_positive": 1 - p_negative,
            "label": "positive" if p_negative < 0.09 else "negative",
            "language": "en",
            "aspects": [{"name": "waiting", "p": 0.8}, {"name": "refunds", "p": 0.2}] if text_aspects else [],
            "evidence": [{"start": 0, "end": len(review.text), "p_negative": 0.9}] if p_negative > 0.09 else [],
            "model": "test@1",
            "scored_at": NOW,
        }
    )


def fill(home: Home, *, aspects: bool = False) -> None:
    """Three nights of two listings: waiting, overdue, answered, edited after a reply, reply lost, hidden, hostile."""
    reply = {"reply_state": "published", "reply_text": "Sorry"}
    with home.open() as warehouse:
        warehouse.register(WATCHLIST)
        for night in range(3):
            seen = START + timedelta(days=night)
            warehouse.start_run("nightly", f"nightly-{night}", seen.date(), seen)
            times = {"seen_at": seen, "posted_at": START - timedelta(days=2)}
            shop = [
                {"review_id": "hostile", "rating": 0, "text": HOSTILE, "url": "javascript:alert(1)"},
                {
                    "review_id": "late",
                    "rating": 0.25,
                    "text": "Стою в черзі.",
                    "url": "https://example.org/a?b=1&c=<2>",
                },
                {"review_id": "answered", "rating": 0, **(reply if night >= 1 else {})},
                {"review_id": "timed", "rating": 1, "text": "Praise", **reply, "reply_at": START - timedelta(days=1)},
                {"review_id": "odd", "rating": 1, "text": "Five stars and a grudge", "title": "Odd"},
            ]
            store = [
                {"review_id": "edited", "rating": 0, "text": "Worse" if night == 2 else "Bad", **reply},
                {"review_id": "lost", "rating": 0, **(reply if night == 0 else {})},
                {"review_id": "hidden", "rating": 0, "reply_state": "unknown"},
            ]
            for listing, lines in (("shop", shop), ("store", store)):
                clock = {"started_at": seen, "finished_at": seen}
                bad = {"status": "blocked", "error": "the page says <b>no</b>, write to eva.green@example.com"}
                is_blocked = listing == "shop" and night == 1
                home.land(
                    f"nightly-{night}",
                    listing,
                    [line | times for line in lines],
                    **clock,
                    **(bad if is_blocked else {"status": "ok"}),
                )
            warehouse.heartbeat(f"nightly-{night}", seen + timedelta(minutes=30))
        warehouse.start_run("deliver", "deliver-1", None, NOW)
        home.ingest(warehouse)
        reviews = warehouse.to_judge("test@1", 100)
        warehouse.store_predictions([judged(review, aspects) for review in reviews], NOW)
        changes = []
        for facts in warehouse.case_facts(NOW):
            if facts.review_id in {"hostile", "late", "edited", "odd"}:
                case = Case(
                    source="demo",
                    review_id=facts.review_id,
                    listing_id=facts.listing_id,
                    opened_at=facts.first_seen_at,
                    due_at=NOW + timedelta(hours=-5 if facts.review_id == "late" else 20),
                    needs_check=facts.review_id == "odd",
                    risk=0.9,
                )
                decision = {"content_hash": facts.content_hash, "opened": True, "reason": "test", "decided_at": NOW}
                changes.append(CaseChange(source="demo", review_id=facts.review_id, case=case, **decision))
        warehouse.apply_cases(changes)
        assert warehouse.check() == []
        home.publish(warehouse)


def run(home: Path, monkeypatch: pytest.MonkeyPatch, **defs: Any) -> tuple[str, Mapping[str, Any]]:
    """Run the notebook in this process and return the HTML of all outputs and what it defines."""
    from marimo._output.formatting import as_html

    monkeypatch.setenv("OTKLIK_HOME", str(home))
    monkeypatch.syspath_prepend(str(NOTEBOOK.parent))
    spec = importlib.util.spec_from_file_location("morning", NOTEBOOK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    outputs, found = module.app.run(defs=defs or None)
    return "\n".join(as_html(output).text for output in outputs if output is not None), found


def unpacked(value: str | None) -> str:
    """Return the text that an attribute holds as JSON, or nothing."""
    try:
        found = json.loads(value or "")
    except ValueError:
        return ""
    return found if isinstance(found, str) else ""


class Shown(HTMLParser):
    """Collects the words, tags and attributes that a browser would see."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.attributes: dict[str, set[str]] = {}
        self.pages = [page]
        while self.pages:
            self.reset()
            self.feed(self.pages.pop(0))
            self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, set()).add(value or "")
            if tag.startswith("marimo-") and "<" in (inner := unpacked(value)):
                self.pages.append(inner)  # its elements carry HTML as JSON in their attributes

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


def data_of(chart: Any) -> list[dict[str, Any]]:
    """Return the rows that a plot draws."""
    spec = chart.to_dict()
    return list(spec["data"]["values"])


def test_the_headline_says_what_the_warehouse_says(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(home)
    page, defs = run(home.root, monkeypatch)
    assert defs["as_of"] == NOW
    (waits,) = home.ask(
        f"SELECT count(*) AS number, count(*) FILTER (due_at < '{NOW}') AS overdue, "  # noqa: S608
        f"date_diff('hour', min(posted_at), '{NOW}'::TIMESTAMPTZ) AS hours FROM case_queue"
    )
    (listings,) = home.ask(
        "SELECT (SELECT count(*) FROM listings WHERE in_watchlist) AS number, count(*) AS gaps FROM coverage_gaps"
    )
    assert (waits, listings) == ({"number": 4, "overdue": 1, "hours": 120}, {"number": 3, "gaps": 1})
    assert defs["headline"] == (
        "4 reviews wait for an answer, the longest for 5 days, and 1 is overdue; "
        "2 of 3 listings were really read at the last try."
    )
    assert defs["headline"] in Shown(page).text


def test_plots_draw_what_the_warehouse_holds(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(home)
    page, defs = run(home.root, monkeypatch)

    dots = data_of(defs["waiting_chart"])
    assert len(dots) == home.ask("SELECT count(*) AS n FROM case_queue")[0]["n"]
    assert sorted((dot["listing"], dot["hours"], dot["state"]) for dot in dots) == [
        ("Північ «А» · demo", 120.0, "in time"),
        ("Північ «А» · demo", 120.0, "in time"),
        ("Північ «А» · demo", 120.0, "overdue"),
        ("Юг · demo", 120.0, "in time"),
    ]
    assert len({dot["lane"] for dot in dots if dot["listing"].startswith("Північ")}) == 3, "none hides another"

    weekly = data_of(defs["weekly_chart"])
    states = {(row["listing"], row["state"]): row["complaints"] for row in weekly if row["complaints"]}
    assert states == {
        ("Північ «А» · demo", "waits"): 3,
        ("Північ «А» · demo", "answered"): 1,
        ("Юг · demo", "waits"): 1,
        ("Юг · demo", "no answer, not in the list"): 1,
        ("Юг · demo", "site shows no replies"): 1,
    }
    complaints = home.ask("SELECT count(*) AS n FROM unanswered WHERE is_complaint")[0]["n"]
    assert complaints == sum(states[key] for key in states if key[1] in {"waits", "no answer, not in the list"}) - 1
    given = "SELECT count(*) AS n FROM response_times WHERE review_id <> 'timed'"
    assert sum(row["replies"] or 0 for row in weekly) == home.ask(given)[0]["n"]

    drawn = {(row["review_id"], row["hours_from"], row["hours_to"]) for row in data_of(defs["response_chart"])}
    times = home.ask("SELECT review_id, hours_from, hours_to FROM response_times WHERE hours_to IS NOT NULL")
    assert drawn == {tuple(row.values()) for row in times}
    assert ("answered", 48.0, 72.0) in drawn, "a reply without a time has both bounds"

    odd = [row for row in data_of(defs["mismatch_chart"]) if row["kind"] != "stars and words agree"]
    assert sum(row["reviews"] for row in odd) == home.ask("SELECT count(*) AS n FROM mismatches")[0]["n"] == 1
    assert sum(row["reviews"] for row in data_of(defs["mismatch_chart"])) == 8

    nights = {(row["listing"], row["day"]): row["words"] for row in data_of(defs["coverage_chart"])}
    assert nights["Північ «А» · demo", "03 Nov"] == "blocked"
    assert nights["Юг · demo", "03 Nov"] == "3"
    assert {nights["never · demo", f"0{day} Nov"] for day in range(2, 6)} == {"no try"}

    effects = {row["review_id"]: row["effect"] for row in defs["effects"].to_pylist()}
    assert effects == {
        "edited": "the customer wrote again",
        "lost": "the reply disappeared",
        "answered": "nothing changed",
        "timed": "nothing changed",
    }
    assert "names no aspects yet" in Shown(page).text


def test_aspects_are_drawn_where_the_model_names_them(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(home, aspects=True)
    page, defs = run(home.root, monkeypatch)
    counted = data_of(defs["aspects_chart"])
    assert {row["aspect"] for row in counted} == {"waiting"}, "an aspect below one half is none"
    assert sum(row["complaints"] for row in counted) == defs["complaints"].num_rows
    assert "names no aspects yet" not in Shown(page).text


def test_one_person_sees_their_own_listings_on_their_own_clock(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    import marimo as mo

    fill(home)
    page, defs = run(home.root, monkeypatch, person=mo.ui.dropdown({"Олег": "oleg"}, value="Олег"))
    assert defs["headline"].startswith(
        "1 review waits for an answer, the longest for 5 days, and 0 are overdue; 1 of 2"
    )
    assert {row["listing"] for row in data_of(defs["weekly_chart"])} == {"Юг · demo"}
    assert "05 Nov 06:00 Europe/Moscow" in Shown(page).text


def test_a_hostile_review_cannot_act_and_gives_nobody_away(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(home)
    page, _ = run(home.root, monkeypatch)
    shown = Shown(page)
    assert "[phone]" in shown.text
    assert "[email]" in shown.text
    for secret in ("555-35-35", "ivan.petrov", "eva.green"):
        assert secret not in page
    assert not shown.tags & {"script", "img", "textarea", "b", "marimo-button", "strong"}
    assert not [name for name in shown.attributes if name.startswith("on")]
    assert {
        address for address in shown.attributes["href"] if not address.startswith("https://example.org/a?")
    } == set()
    assert "javascript:" not in " ".join(address for values in shown.attributes.values() for address in values)
    assert "7 ∗ 7" in shown.text, "it is shown, as text"


@pytest.mark.parametrize("with_imports", [False, True])
def test_where_nothing_was_judged_yet_there_are_words_and_no_errors(
    home: Home, monkeypatch: pytest.MonkeyPatch, with_imports: bool
) -> None:
    with home.open() as warehouse:
        if with_imports:
            lines = [{"review_id": str(stars), "rating": stars, "seen_at": START} for stars in (0, 1)]
            home.land("import-1", "file", [*lines, {"review_id": "bare", "text": "", "seen_at": START}])
            home.ingest(warehouse)
        home.publish(warehouse)
    page, defs = run(home.root, monkeypatch)
    text = Shown(page).text
    if with_imports:
        assert defs["headline"].startswith("Nobody waits for an answer; no listing is watched here")
        assert [(row["listing"], row["state"]) for row in data_of(defs["weekly_chart"])] == [
            ("file · demo", "no answer, not in the list")
        ]
    else:
        assert defs["headline"].startswith("Nothing was read yet: the warehouse is empty; no listing is watched here")
        assert "No complaints in the last 26 weeks." in text
        assert defs["as_of"] is None
    for words in (
        "Nobody waits.",
        "No reply was seen yet",
        "No review with stars was judged",
        "No sentence was judged",
    ):
        assert words in text


def started(folder: Path, home: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command on a copy of the notebooks: an export writes beside them."""
    copy = shutil.copytree(NOTEBOOK.parent, folder / "notebooks", ignore=shutil.ignore_patterns("__*"))
    return subprocess.run(
        [sys.executable, *command, str(copy / NOTEBOOK.name)],
        env=os.environ | {"OTKLIK_HOME": str(home)},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", [(), ("-m", "marimo", "export", "html", "-o", "page.html")])
def test_without_a_publication_it_says_what_to_do(tmp_path: Path, command: tuple[str, ...]) -> None:
    done = started(tmp_path, tmp_path / "nowhere", *command)
    assert done.returncode == (0 if command else 1)
    said = (tmp_path / "page.html").read_text(encoding="utf-8") if command else done.stderr
    assert f"There is no published warehouse at {tmp_path}/nowhere/data/published/otklik.duckdb" in said
    assert "Traceback" not in said


def test_it_runs_as_a_script(home: Home, tmp_path: Path) -> None:
    fill(home)
    done = started(tmp_path, home.root)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
