"""A warehouse of many reviews made by a seeded generator: read, judged, acted on and planned by the real code."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from alerts import cases
from core.acts import ActArguments, ActName
from core.errors import InputError
from core.records import Prediction, Review
from flows.acts import act
from flows.casework import handle_cases
from flows.job import Job
from flows.ledger import Ledger
from warehouse import Warehouse

NOW = datetime(2026, 11, 24, 9, 17, tzinfo=UTC)
"""A Tuesday; clocks went back in Kyiv on 25 October, and 4 November is a holiday in Russia."""
BEGAN = datetime(2026, 10, 20, 3, tzinfo=UTC)
WATCHLIST = """
[calendars.ru]
country = "RU"
free_days = [2026-11-18]
working_days = [2026-11-21]
[calendars.sunday]
weekend = ["sun"]
[[companies]]
id = "firm"
name = "Firm"
[[people]]
id = "anna"
name = "Anna"
timezone = "Europe/Moscow"
calendar = "ru"
quiet_from = 21:00:00
quiet_until = 09:00:00
[[people]]
id = "olena"
name = "Olena"
timezone = "Europe/Kyiv"
calendar = "sunday"
sla = { ordinary_days = 1.5 }
quiet_from = 13:00:00
quiet_until = 14:00:00
[[people]]
id = "john"
name = "John"
timezone = "America/New_York"
[[people]]
id = "boss"
name = "Boss"
timezone = "UTC"
[[listings]]
id = "l0"
source = "shop"
company = "firm"
responsible = "anna"
escalation = "boss"
[[listings]]
id = "l1"
source = "shop"
company = "firm"
responsible = "olena"
escalation = "boss"
[[listings]]
id = "l2"
source = "shop"
company = "firm"
responsible = "john"
[[listings]]
id = "off"
source = "shop"
company = "firm"
responsible = "anna"
enabled = false
[builtin.escalation]
enabled = false
"""


def build(root: Path, count: int, seed: int = 7) -> Job:
    """Make a home folder with `count` reviews, and let the flows handle them at NOW.

    The first reading, of three weeks before, is history; what comes later is news.
    """
    random = Random(seed)
    root.mkdir(parents=True, exist_ok=True)
    (root / "watchlist.toml").write_text(WATCHLIST, encoding="utf-8")
    (root / "otklik.toml").write_text("[alerts]\nsurge_minimum = 100000\n", encoding="utf-8")
    files: dict[str, list[dict[str, object]]] = {}
    for number in range(count):
        listing = random.choice(("l0", "l0", "l1", "l1", "l2", "off"))
        is_old = number % 10 == 0
        seen = BEGAN if is_old else NOW - timedelta(minutes=random.randrange(1, 13 * 24 * 60))
        posted = seen - timedelta(hours=random.choice((1, 5, 30, 24 * 40)) if is_old else random.choice((1, 5, 30)))
        files.setdefault(f"{seen:%Y-%m-%d}/{listing}", []).append(
            {
                "source": "shop", "listing_id": listing, "review_id": f"r{number:05}",
                "url": f"https://shop.example/r/{number}", "text": _text(random),
                "rating": random.choice((0.0, 0.25, 0.5, 0.75, 1.0, None)), "posted_at": posted.isoformat(),
                "seen_at": seen.isoformat(), **_reply(random, seen),
            }
        )  # fmt: skip
    for name, rows in files.items():
        day, listing = name.split("/")
        path = root / "data" / "landing" / f"night-{day}" / "shop" / f"{listing}.1.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    before = Job.open(root, now=NOW - timedelta(minutes=1))
    with Warehouse.open(before.home.warehouse) as warehouse:
        warehouse.ingest(warehouse.pending_files(before.home.landing), run_id="night", now=before.clock())
        said = [_said(random, review) for review in warehouse.to_judge("m@1", count)]
        warehouse.store_predictions([one for one in said if one is not None], now=before.clock())
    return before


def live(job: Job, seed: int = 7) -> Job:
    """Let cases open, people act on some of them, and alerts be planned at NOW."""
    with Warehouse.open(job.home.warehouse) as warehouse:
        facts = warehouse.case_facts(job.clock())
        changes = [cases.advance(one, watchlist=job.watchlist, settings=job.settings, now=job.clock()) for one in facts]
        warehouse.apply_cases([change for change in changes if change is not None])
    random = Random(seed)
    waiting = sorted(change.case.key for change in changes if change is not None and change.case is not None)
    for key in random.sample(waiting, 60):
        name, arguments = random.choice(
            (
                (ActName.acknowledge, ActArguments()),
                (ActName.snooze, ActArguments(until=NOW + timedelta(days=2))),
                (ActName.dismiss, ActArguments(reason="spam")),
                (ActName.claim, ActArguments()),
                (ActName.assign, ActArguments(person="john")),
            )
        )
        try:
            act(job, "/".join(key), name, arguments, "anna")
        except InputError:  # answered ones need no act
            continue
    final = Job.open(job.home.root, now=NOW)
    ledger = Ledger.begin(final, "deliver")
    handle_cases(final, ledger)
    ledger.finish()
    return final


def _text(random: Random) -> str:
    if random.random() < 0.02:
        return "Одно и то же."
    return " ".join("".join(random.choices("абвгдежзиклмнопрст", k=9)) for _ in range(4))


def _reply(random: Random, seen: datetime) -> dict[str, object]:
    state = random.choice(("none",) * 7 + ("published", "rejected", "unknown"))
    if state != "published":
        return {"reply_state": state}
    return {"reply_state": state, "reply_text": "Спасибо!", "reply_at": (seen - timedelta(minutes=9)).isoformat()}


def _said(random: Random, review: Review) -> Prediction | None:
    p = random.choice((0.01, 0.09, 0.0910, 0.3, 0.6, 0.99))
    if random.random() < 0.03:
        return None
    return Prediction.model_validate(
        {
            "source": review.source, "review_id": review.review_id, "content_hash": review.content_hash,
            "p_negative": p, "p_neutral": 0.0, "p_positive": 1 - p, "label": "negative" if p > 0.5 else "positive",
            "language": "ru", "severity": random.choice(("ordinary", "severe")), "risk": p, "model": "m@1",
            "evidence": [{"start": 0, "end": 5, "p_negative": p}], "scored_at": NOW - timedelta(minutes=1),
        }
    )  # fmt: skip
