"""`otklik why`: an independent checker reproduces a thousand alerts and a thousand silences from its JSON alone."""

import ast
import json
import random
from collections import defaultdict
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from console.main import app
from core.errors import InputError
from core.records import ReviewKey
from flows.job import Job
from flows.why import explain, reading, why
from tests.flows import checker
from tests.flows.many_cases import NOW, build, live
from warehouse import Warehouse

COUNT = 3_400
WANTED = 1_000

Told = dict[str, set[tuple[str, int]]]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Job, Told, list[str]]:
    job = live(build(tmp_path_factory.mktemp("why") / "home", COUNT))
    told: Told = defaultdict(set)
    with Warehouse.open(job.home.warehouse) as warehouse:
        for review, rule, level in warehouse.connection.execute(
            "SELECT review_id, rule, level FROM alerts WHERE level >= 1 AND source <> 'otklik'"
        ).fetchall():
            told[review].add((rule, level))
        everyone = [name for (name,) in warehouse.connection.execute("SELECT review_id FROM reviews").fetchall()]
    return job, told, sorted(everyone)


def of(job: Job, names: list[str]) -> dict[str, dict[str, Any]]:
    """Return what `otklik why --format json` prints, read back."""
    with reading(job) as tracer:
        told = explain(job, tracer, [ReviewKey("shop", name) for name in names])
        return {name: json.loads(json.dumps(one, default=_plain)) for name, one in zip(names, told, strict=True)}


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def test_the_checker_knows_nothing_of_this_project() -> None:
    tree = ast.parse(Path(checker.__file__).read_text(encoding="utf-8"))
    names = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    names |= {one.name for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names}
    assert names == {"datetime", "typing", "zoneinfo"}


def test_a_thousand_alerts_and_a_thousand_silences_are_reproduced(world: tuple[Job, Told, list[str]]) -> None:
    job, told, everyone = world
    loud, silent = sorted(told), [name for name in everyone if name not in told]
    assert len(silent) >= WANTED
    assert sum(map(len, told.values())) >= WANTED
    chosen = random.Random(1)
    wrong, alerts, silences, kinds = [], 0, 0, set()
    for name, found in of(job, loud + chosen.sample(silent, WANTED)).items():
        reasons = found["reasons"]
        case, said = reasons["case"], reasons["judgement"]
        expected = told.get(name, set())
        by_planning = {(one["rule"], one["level"]) for one in reasons["rules"] if one["is_due"]}
        if not checker.due(reasons) == expected == by_planning:
            wrong.append((name, checker.due(reasons), expected, by_planning))
        if (
            checker.may_be_told(reasons) != reasons["may_be_told"]
            or bool(reasons["silences"]) == reasons["may_be_told"]
        ):
            wrong.append((name, "may be told", reasons["silences"]))
        if checker.is_complaint(said) != said["is_complaint"]:
            wrong.append((name, "complaint", said))
        is_opened = said["is_complaint"] is True and said["decided_reason"] not in {"history", "gone"}
        if (case is not None) != is_opened:
            wrong.append((name, "case", said))
        is_ours = case is not None and case["reopen_no"] == 0 and reasons["acted_at"] is None
        if is_ours and case["needs_check"] != checker.is_doubtful(said):
            wrong.append((name, "doubtful", said))
        wrong += [(name, one) for one in reasons["clocks"] if checker.ends_of(one) != checker.at(one["until_at"])]
        alerts, silences = alerts + len(expected), silences + (not expected)
        kinds |= {rule for rule, _ in expected}
    assert wrong == []
    assert alerts >= WANTED
    assert silences >= WANTED
    assert {"late", "near_miss", "severe", "unacknowledged", "reply_rejected"} <= kinds


def test_a_wrong_number_in_the_output_is_noticed(world: tuple[Job, Told, list[str]]) -> None:
    job, told, _ = world
    late = next(name for name in sorted(told) if ("late", 2) in told[name])
    reasons = of(job, [late])[late]["reasons"]
    assert ("late", 2) in checker.due(reasons)
    for clock in reasons["clocks"]:
        clock["amount"] *= 40
        clock["days"] += [
            {"day": str(NOW.date() + timedelta(days=number)), "why": "business day"} for number in range(-30, 100)
        ]
    assert ("late", 2) not in checker.due(reasons)
    reasons["case"]["needs_check"] = True
    assert checker.due(reasons) == set()


def test_the_landing_line_and_its_hash_are_those_on_disk(world: tuple[Job, Told, list[str]]) -> None:
    job, _, everyone = world
    for name, found in of(job, everyone[:40]).items():
        assert found["landing"]
        for look in found["landing"]:
            line = (job.home.landing / look["path"]).read_bytes().splitlines()[look["line"] - 1]
            assert sha256(line).hexdigest() == look["sha256"]
            assert json.loads(line)["review_id"] == name


def test_days_name_their_holidays_and_quiet_hours_are_kept(world: tuple[Job, Told, list[str]]) -> None:
    job, told, _ = world
    clocks = [one for found in of(job, sorted(told)[:300]).values() for one in found["reasons"]["clocks"]]
    whys = {day["why"] for clock in clocks for day in clock["days"]}
    assert {"business day", "weekend", "own free day", "own working day"} <= whys
    attended = [clock for clock in clocks if clock["name"] == "acknowledge"]
    assert attended
    assert all(abs(clock["minutes"] - 60 * clock["amount"]) < 1e-6 for clock in attended)
    assert all(day["minutes"] == 0 for clock in clocks for day in clock["days"] if not day["is_worked"])


def test_every_name_of_a_review_finds_it(world: tuple[Job, Told, list[str]]) -> None:
    job, _, everyone = world
    name = everyone[5]
    short = sha256(f"shop\x1f{name}".encode()).hexdigest()[:8]
    for wanted in (name, f"shop/{name}", short, f"https://shop.example/r/{int(name[1:])}"):
        assert why(job, wanted)["reasons"]["review_id"] == name
    with pytest.raises(InputError, match="no review goes by"):
        why(job, "nothing")


def test_the_command_tells_it_in_words_without_personal_data_and_inert(tmp_path: Path) -> None:
    root = tmp_path / "home"
    job = build(root, 10)
    file = root / "data" / "landing" / "late" / "shop" / "l0.1.jsonl"
    file.parent.mkdir(parents=True)
    seen = (NOW - timedelta(days=5)).isoformat()
    row = {
        "source": "shop", "listing_id": "l0", "review_id": "bad", "text": "\x1b[31mПозвоните +7 912 345-67-89!\u202e",
        "rating": 0.0, "posted_at": seen, "reply_state": "none", "seen_at": seen,
    }  # fmt: skip
    file.write_text(json.dumps(row) + "\n", encoding="utf-8")
    with Warehouse.open(job.home.warehouse) as warehouse:
        warehouse.ingest(warehouse.pending_files(job.home.landing), run_id="late", now=job.clock())
    live_job = Job.open(root, now=NOW)
    before = live_job.home.warehouse.read_bytes()
    shown = CliRunner().invoke(app, ["why", "bad", "--home", str(root), "--now", NOW.isoformat()])
    assert shown.exit_code == 0, shown.output
    assert "345-67-89" not in shown.stdout
    assert "\x1b" not in shown.stdout
    assert "\u202e" not in shown.stdout
    assert "sha256" in shown.stdout
    as_json = CliRunner().invoke(app, ["why", "bad", "--home", str(root), "--now", NOW.isoformat(), "--format", "json"])
    assert json.loads(as_json.stdout)[0]["reasons"]["review_id"] == "bad"
    assert live_job.home.warehouse.read_bytes() == before
