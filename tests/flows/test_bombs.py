"""A review bomb is one message and not four hundred, nobody in it is dropped, and waves of praise are flagged."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts import wording
from core.forgotten import Tombstone
from core.records import CaseChange
from core.watchlist import Person
from flows.campaigns import find_campaigns
from flows.casework import handle_cases
from flows.forget import find_person, forget
from flows.job import Job
from flows.ledger import Ledger
from warehouse import Warehouse

NIGHT = datetime(2026, 11, 17, 3, tzinfo=UTC)  # a Tuesday
DAY = timedelta(days=1)
PLACES = 20
BOMB = "Никогда сюда не ходите: вас обманут на кассе и ещё нахамят, лучше обойдите это место стороной"
MORE = ("друзья", "соседи", "коллеги", "люди", "все")


def _watchlist() -> str:
    lines = ['[[companies]]\nid = "firm"\nname = "Firm"']
    lines += [f'[[companies.places]]\nid = "p{n}"\nname = "Place {n}"' for n in range(PLACES)]
    lines += [f'[[people]]\nid = "{name}"\nname = "{name}"\ntimezone = "UTC"' for name in ("anna", "boss")]
    lines += [
        f'[[listings]]\nid = "l{n}"\nsource = "shop"\ncompany = "firm"\nplace = "p{n}"\n'
        'responsible = "anna"\nescalation = "boss"'
        for n in range(PLACES)
    ]
    return "\n".join(lines)


class Firm:
    """A firm of twenty places with a quiet first night, and later nights as the test lays them down."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "watchlist.toml").write_text(_watchlist())
        (root / "otklik.toml").write_text('[alerts]\noperator = "boss"\n')
        old = [self.review(f"old{n}", f"Всё хорошо {n}", NIGHT - n * DAY, place=n, rating=1.0) for n in range(PLACES)]
        self.night(NIGHT, old)

    def review(self, name: str, text: str, posted_at: datetime, *, place: int, **changes: Any) -> dict[str, Any]:
        return {
            "source": "shop",
            "listing_id": f"l{place % PLACES}",
            "review_id": name,
            "text": text,
            "rating": 0.0,
            "posted_at": posted_at.isoformat(),
            "reply_state": "none",
            **changes,
        }

    def bomb(self, first: int, last: int, now: datetime) -> list[dict[str, Any]]:
        return [
            self.review(
                f"bomb{n:03}", f"{BOMB}, {MORE[n % 5]}!", now - n * timedelta(minutes=1), place=n, author_key=f"k{n}"
            )
            for n in range(first, last)
        ]

    def job(self, now: datetime) -> Job:
        return Job.open(self.root, now=now)

    def night(self, now: datetime, reviews: list[dict[str, Any]]) -> Ledger:
        folder = self.root / "data" / "landing" / f"night-{now:%Y%m%dT%H%M}" / "shop"
        folder.mkdir(parents=True)
        for place in range(PLACES):
            own = [one for one in reviews if one["listing_id"] == f"l{place}"]
            lines = [json.dumps({"seen_at": now.isoformat(), **one}) + "\n" for one in own]
            (folder / f"l{place}.1.jsonl").write_text("".join(lines))
        job = self.job(now)
        ledger = Ledger.begin(job, "deliver")
        with Warehouse.open(job.home.warehouse) as warehouse:
            warehouse.ingest(warehouse.pending_files(job.home.landing), run_id=ledger.run_id, now=now)
        handle_cases(job, ledger)
        return ledger

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        with Warehouse.open(self.job(NIGHT).home.warehouse) as warehouse:
            rows: list[tuple[Any, ...]] = warehouse.connection.execute(question).fetchall()
            return rows

    def messages(self, now: datetime, *, person: str = "anna") -> list[wording.Message]:
        job = self.job(now)
        reader = job.watchlist.person(person)
        assert isinstance(reader, Person)
        found = []
        with Warehouse.open(job.home.warehouse) as warehouse:
            while views := warehouse.claim_due(now, "test", 1):
                keys = [view.alert.alert_key for view in views]
                warehouse.record_delivery(keys, "sent", None, None, now)
                if views[0].alert.destination == person:
                    found.append(
                        wording.render(views, person=reader, watchlist=job.watchlist, settings=job.settings, now=now)
                    )
        return found


def shown(message: wording.Message) -> list[dict[str, Any]]:
    """Return the cases that a message shows."""
    found: Any = message.payload["cases"]
    return list(found)


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    return Firm(tmp_path)


ALERTS = "SELECT rule, destination, state, count(*)::INT FROM alerts WHERE level >= 1 GROUP BY ALL ORDER BY ALL"


def test_a_bomb_over_twenty_places_is_one_message_a_step_and_all_stay_unanswered(firm: Firm) -> None:
    night = NIGHT + DAY
    ledger = firm.night(night, firm.bomb(0, 400, night))
    assert ledger.counts["opened"] == 400
    assert ledger.counts["covered"] == 399
    assert firm.ask(ALERTS) == [("wave", "anna", "covered", 399), ("wave", "anna", "planned", 1)]
    (campaign,) = firm.ask("SELECT kind, reviews, voices, waiting, places FROM campaigns")
    assert campaign == ("wave", 400, 400, 400, PLACES)
    assert firm.ask("SELECT count(*) FROM unanswered WHERE is_complaint") == [(400,)]
    wave, digest = firm.messages(night + timedelta(hours=6))
    assert [case["alike"] for case in shown(wave)] == [399]
    assert wave.payload["rules"] == ["wave"]
    assert [case["alike"] for case in shown(digest)] == [399]  # shown once, counted four hundred times
    assert "400" in digest.title
    assert firm.night(night + timedelta(hours=1), []).counts["planned"] == 0
    firm.night(night + 3 * DAY, [])
    firm.night(night + 9 * DAY, [])
    assert [row for row in firm.ask(ALERTS) if row[2] == "planned"] == [
        ("escalation", "boss", "planned", 1),
        ("late", "anna", "planned", 1),
    ]


def test_those_who_join_later_are_covered_and_the_growth_is_told(firm: Firm) -> None:
    for number, last in enumerate((6, 7, 8, 30, 31), start=1):
        now = NIGHT + DAY + number * timedelta(hours=1)
        firm.night(now, firm.bomb(0, last, NIGHT + DAY))
    assert firm.ask(ALERTS) == [("wave", "anna", "covered", 29), ("wave", "anna", "planned", 2)]
    carriers = set(firm.ask("SELECT alert_key FROM alerts WHERE state = 'planned' AND rule = 'wave'"))
    assert set(firm.ask("SELECT DISTINCT covered_by FROM alerts WHERE state = 'covered'")) <= carriers


def test_when_the_one_that_speaks_is_answered_or_snoozed_another_one_speaks(firm: Firm) -> None:
    night = NIGHT + DAY
    firm.night(night, firm.bomb(0, 8, night))
    speaking = "SELECT review_id FROM alerts WHERE rule = 'wave' AND state = 'planned'"
    ((first,),) = firm.ask(speaking)
    answered = [one for one in firm.bomb(0, 8, night) if one["review_id"] == first]
    reply = {"reply_state": "published", "reply_text": "Просим прощения, разберёмся.", "reply_at": night.isoformat()}
    firm.night(night + timedelta(hours=1), [{**one, **reply} for one in answered])
    with Warehouse.open(firm.job(night).home.warehouse) as warehouse:
        assert warehouse.claim_due(night - DAY, "test", 9) == []  # nothing is due, but covers are settled
        ((second,),) = warehouse.connection.execute(speaking).fetchall()
        assert second != first
        facts = {fact.review_id: fact for fact in warehouse.case_facts(night)}
        case = facts[second].case
        assert case is not None
        snoozed = case.model_copy(update={"snoozed_until": night + 2 * DAY})
        warehouse.apply_cases([CaseChange(source="shop", review_id=second, case=snoozed)])
    (wave, _) = firm.messages(night + timedelta(hours=6))
    assert shown(wave)[0]["review_id"] not in {first, second}
    assert [(case["alike"]) for case in shown(wave)] == [6]
    assert firm.ask("SELECT waiting, answered FROM campaigns") == [(7, 1)]
    assert firm.ask("SELECT state, count(*)::INT FROM alerts WHERE rule = 'wave' GROUP BY ALL ORDER BY ALL") == [
        ("cancelled", 1),
        ("covered", 5),
        ("planned", 1),  # the snoozed one, for when it wakes
        ("sent", 1),
    ]


def test_forgetting_the_one_that_speaks_silences_nobody_and_leaves_no_trace(firm: Firm) -> None:
    night = NIGHT + DAY
    firm.night(night, firm.bomb(0, 8, night))
    ((first,),) = firm.ask("SELECT review_id FROM alerts WHERE rule = 'wave' AND state = 'planned'")
    job = firm.job(night + timedelta(hours=1))
    forget(job, find_person(job, source="shop", review=first))
    assert job.forgotten.has(Tombstone("review", "shop", first))
    for left in ("FROM alerts", "FROM review_sketches", "FROM campaign_members"):
        assert first not in str(firm.ask(left))
    assert firm.ask(ALERTS) == [("wave", "anna", "covered", 6), ("wave", "anna", "planned", 1)]
    firm.night(night + timedelta(hours=2), [])
    assert firm.ask("SELECT voices FROM campaigns") == [(7,)]


def test_a_burst_without_words_is_one_message_and_a_usual_trickle_is_none(firm: Firm) -> None:
    night = NIGHT + 40 * DAY
    usual = [
        firm.review(f"u{n}", "Ужас", night - n * timedelta(hours=12), place=0, seen_at=night.isoformat())
        for n in range(60)
    ]
    firm.night(night, usual)
    assert firm.ask("SELECT * FROM campaigns") == []
    later = night + DAY
    firm.night(later, [firm.review(f"e{n}", "", later - n * timedelta(minutes=5), place=n) for n in range(60)])
    assert firm.ask("SELECT kind, reviews FROM campaigns") == [("wave", 60)]
    waves = [row for row in firm.ask(ALERTS) if row[0] == "wave"]
    assert waves == [("wave", "anna", "covered", 59), ("wave", "anna", "planned", 1)]


def test_a_wave_of_empty_five_stars_is_flagged_told_to_the_operator_once_and_stays(firm: Firm) -> None:
    night = NIGHT + DAY
    fives = [
        firm.review(f"five{n}", "", night - n * timedelta(minutes=7), place=3, rating=1.0, author_key=f"f{n}")
        for n in range(25)
    ]
    ledger = firm.night(night, fives[:15])
    assert ledger.counts["praise_waves"] == 1
    assert firm.night(night + timedelta(hours=1), fives).counts["praise_waves"] == 0
    assert firm.ask("SELECT kind, reviews, listing_ids FROM campaigns") == [("praise", 25, ["l3"])]
    assert firm.ask("SELECT rule, destination FROM alerts WHERE level = 0") == [("praise_wave", "boss")]
    assert firm.ask("SELECT count(*) FROM reviews WHERE rating = 1 AND listing_id = 'l3'") == [(26,)]
    (message,) = firm.messages(night + timedelta(hours=6), person="boss")
    assert "Place 3" in "".join(line for block in message.blocks for line in block.lines)


def test_campaigns_do_not_depend_on_the_order_in_which_reviews_came(firm: Firm, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    late = Firm(other)
    night = NIGHT + DAY
    bomb = [{**one, "seen_at": night.isoformat()} for one in firm.bomb(0, 12, night)]
    firm.night(night, bomb)
    late.night(night, bomb[6:])
    late.night(night + timedelta(hours=1), bomb[:6])
    members = "SELECT * FROM campaign_members ORDER BY ALL"
    assert firm.ask(members) == late.ask(members)
    job = late.job(night)
    with Warehouse.open(job.home.warehouse) as warehouse:
        find_campaigns(job, warehouse)
    assert firm.ask(members) == late.ask(members)
