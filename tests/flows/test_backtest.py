"""The backtest replays what really happened, sends nothing and writes nothing, and says what a proposal would do."""

import hashlib
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from console.main import app
from core.errors import ConfigurationError, InputError
from core.records import Prediction
from flows.backtest import Proposal, backtest
from flows.casework import handle_cases
from flows.job import Job
from flows.ledger import Ledger
from flows.outbox import deliver_due
from tests.flows.small_home import HOUR, NIGHT, night
from warehouse import Warehouse
from warehouse.replaying import recorded

DAY = timedelta(days=1)
WATCHLIST = """
[[companies]]
id = "firm"
name = "Firm"
[[people]]
id = "anna"
name = "Anna"
timezone = "UTC"
quiet_from = 20:00:00
quiet_until = 08:00:00
channels = ["{channel}"]
[[people]]
id = "boss"
name = "Boss"
timezone = "UTC"
channels = ["{channel}"]
[[listings]]
id = "l1"
source = "shop"
company = "firm"
responsible = "anna"
escalation = "boss"
"""
RULE = """
[[rules]]
id = "rude"
keyword = "хам*"
people = ["boss"]
[[rules.ladder]]
level = 1
"""


def a_week(root: Path) -> Path:
    """Live a week for real: nights with reviews, and a look at the clock every four hours."""
    root.mkdir()
    channel = f"json://127.0.0.1:9/{root.name}"  # nobody listens there: what is really sent fails visibly
    (root / "watchlist.toml").write_text(WATCHLIST.format(channel=channel), encoding="utf-8")
    for number, names in enumerate((["a"], ["b", "c"], [], ["d", "хам e"], ["f"], [], ["g"])):
        night(root, NIGHT + number * DAY, names)
        for hour in (4, 8, 12, 16, 20):
            job = Job.open(root, now=NIGHT + number * DAY + hour * HOUR)
            ledger = Ledger.begin(job, "deliver")
            handle_cases(job, ledger)
            ledger.finish()
    return root


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_week(tmp_path_factory.mktemp("backtest") / "home")


def run(root: Path, **wishes: Any) -> Any:
    job = Job.open(root, now=NIGHT + 30 * DAY)
    return backtest(job, lambda _: NIGHT - DAY, proposal=Proposal(**wishes.pop("proposal", {})), **wishes)


def planned(root: Path, until: datetime) -> set[tuple[str, str, str]]:
    with Warehouse.open(root / "data" / "otklik.duckdb") as warehouse:
        found = warehouse.connection.execute(
            "SELECT rule, destination, review_id FROM alerts WHERE level >= 1 AND planned_at <= ?", [until]
        ).fetchall()
    return set(found)


def test_what_is_replayed_is_what_was_planned_then(lived: Path) -> None:
    found = run(lived)
    job = Job.open(lived)
    told = recorded(job.home.warehouse)
    from alerts.replaying import replay

    replayed = replay(
        told.states, told.predictions, told.acts, watchlist=job.watchlist, settings=job.settings, looks=told.looks,
        since=NIGHT - DAY, until=found.until,
    )  # fmt: skip
    again = {(one.alert.rule, one.alert.destination, one.alert.review_id) for one in replayed.told if one.alert.level}
    assert again == planned(lived, found.until)
    assert found.opened == 6  # `a` is history of the first reading
    assert found.overdue == len(set("bcdf") & {review for rule, _, review in again if rule == "late"})


def test_the_replayed_facts_end_as_the_warehouse_has_them(lived: Path) -> None:
    told = recorded(lived / "data" / "otklik.duckdb")
    bare_of_words = {"title": None, "text": ""}  # the warehouse leaves them out where no rule asks
    last = {facts.key: facts.model_copy(update=bare_of_words) for _, facts in told.states}
    with Warehouse.open(lived / "data" / "otklik.duckdb") as warehouse:
        known = warehouse.facts_of(last, NIGHT + 30 * DAY)
    names = ("prediction", "decided_hash", "decided_at", "decided_reason", "acted_at", "case")
    bare = {one.key: one.model_copy(update={**dict.fromkeys(names), **bare_of_words}) for one in known}
    assert bare == last


def test_nothing_is_sent_and_nothing_is_written(lived: Path, tmp_path: Path) -> None:
    def state() -> dict[str, str]:
        files = [path for path in sorted(lived.rglob("*")) if path.is_file()]
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    before = state()
    code = (
        "import sys\nfrom console.main import app\n"
        f"app(['backtest', '--home', {str(lived)!r}, '--now', '2026-12-31T00:00:00Z', '--format', 'json'],"
        " standalone_mode=False)\n"
        "sys.stderr.write(str([name for name in sys.modules if name.startswith(('alerts.channels', 'apprise'))]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert json.loads(done.stdout)[0]["messages"] > 0
    assert done.stderr.endswith("[]")  # the code that sends was not even loaded
    assert state() == before


def test_a_real_delivery_of_the_same_alerts_does_call_the_channel(tmp_path: Path) -> None:
    root = tmp_path / "home"
    root.mkdir()
    (root / "watchlist.toml").write_text(WATCHLIST.format(channel="json://127.0.0.1:9/x"), encoding="utf-8")
    night(root, NIGHT, ["a"])
    job = Job.open(root, now=NIGHT + 12 * HOUR)
    ledger = Ledger.begin(job, "deliver")
    deliver_due(job, ledger)
    assert ledger.problems  # the control of the test above: nobody listens on that port


def test_quiet_hours_and_the_clock_of_each_person_are_kept(lived: Path) -> None:
    found = run(lived)
    assert {one.person for one in found.days} == {"anna"}
    assert all(one.single <= 5 for one in found.days)
    assert found.busiest is not None
    assert found.busiest.messages == max(one.messages for one in found.days)
    assert found.messages == sum(one.messages for one in found.days)
    assert found.five_star_share == 0


def test_a_rule_is_tried_before_it_goes_live(lived: Path, tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(RULE, encoding="utf-8")
    found = run(lived, proposal={"rules": file}, rule="rude")
    assert found.alerts == {"rule:rude": 1}
    assert found.cases_told == 1
    assert [one.person for one in found.days] == ["boss"]
    assert found.opened == found.opened_now == 6


def test_a_threshold_says_how_many_cases_it_would_open(lived: Path, tmp_path: Path) -> None:
    root = tmp_path / "home"
    root.mkdir()
    (root / "watchlist.toml").write_text((lived / "watchlist.toml").read_text(), encoding="utf-8")
    night(root, NIGHT, ["a"])
    file = root / "data" / "landing" / "praise" / "shop" / "l1.1.jsonl"
    file.parent.mkdir(parents=True)
    at = NIGHT + DAY
    rows = [
        {"source": "shop", "listing_id": "l1", "review_id": f"p{n}", "text": f"Мило {n}", "rating": 1.0,
         "posted_at": at.isoformat(), "reply_state": "none", "seen_at": at.isoformat()}
        for n in range(10)
    ]  # fmt: skip
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with Warehouse.open(root / "data" / "otklik.duckdb") as warehouse:
        warehouse.ingest(warehouse.pending_files(root / "data" / "landing"), run_id="praise", now=at)
        reviews = warehouse.to_judge("m@1", 100)
        said = [
            Prediction(
                source=one.source, review_id=one.review_id, content_hash=one.content_hash,
                p_negative=int(one.review_id[1:] or 0) / 10, p_positive=0,
                p_neutral=1 - int(one.review_id[1:] or 0) / 10,
                label="neutral", language="ru", risk=0.1, model="m@1", scored_at=at,
            )
            for one in reviews
        ]  # fmt: skip
        warehouse.store_predictions(said, now=at)
    now, strict = run(root), run(root, proposal={"threshold": 0.75})
    assert (now.opened, now.opened_now) == (9, None)  # from 1/11 on; `a` is history of the first reading
    assert (strict.opened, strict.opened_now, strict.five_star_opened) == (2, 9, 2)
    assert run(root, proposal={"model": "m"}).opened == 9
    with pytest.raises(InputError, match="known are: m@1"):
        run(root, proposal={"model": "other"})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[rules", "not valid TOML"),
        ("[[people]]\nid = 'x'", "expected \\[\\[rules\\]\\] and nothing else; got people"),
        (RULE.replace("boss", "nobody"), "no destination 'nobody'"),
        (RULE + 'pattern = "("', "ladder"),
    ],
)
def test_broken_rules_are_named(lived: Path, tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=words) as error:
        run(lived, proposal={"rules": file})
    assert str(file) in str(error.value)


def test_wishes_that_make_no_sense_are_refused(lived: Path, tmp_path: Path) -> None:
    for wishes, words in (
        ({"rule": "nothing"}, "known are: .*late"),
        ({"rule": "coverage"}, "it is not replayed"),
        ({"proposal": {"threshold": 1.5}}, "between 0 and 1"),
    ):
        with pytest.raises(InputError, match=words):
            run(lived, **wishes)
    with pytest.raises(InputError, match="there is no warehouse yet"):
        run(tmp_path)


def test_the_command_prints_tables_csv_and_a_plot(lived: Path, tmp_path: Path) -> None:
    plot = tmp_path / "days.png"
    basic = ["backtest", "--home", str(lived), "--since", "2026-11-01", "--now", "2026-12-31T00:00:00Z"]
    shown = CliRunner().invoke(app, [*basic, "--plot", str(plot)])
    assert shown.exit_code == 0
    assert "cases opened: 6" in shown.stdout
    assert plot.read_bytes().startswith(b"\x89PNG")
    table = CliRunner().invoke(app, [*basic, "--format", "csv"])
    assert table.stdout.splitlines()[0].startswith("day,person,messages")
    assert datetime.fromisoformat(table.stdout.splitlines()[1].split(",")[0]) > datetime(
        2026, 11, 1, tzinfo=UTC
    ).replace(tzinfo=None)
