"""Judging, cases and the outbox: what is asked of models and rules, and what is kept of their answers."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.records import (
    Alert,
    Case,
    CaseChange,
    CaseEvent,
    CaseFacts,
    CaseStatus,
    Prediction,
    Review,
    ReviewKey,
    alert_key,
)
from core.watchlist import Watchlist
from warehouse import Warehouse
from warehouse.replaying import recorded

HOUR = timedelta(hours=1)


def say(reviews: Sequence[Review], model: str, landing: Any, p_negative: float = 0.9) -> list[Prediction]:
    return [
        Prediction.model_validate(
            {
                "source": review.source,
                "review_id": review.review_id,
                "content_hash": review.content_hash,
                "p_negative": p_negative,
                "p_neutral": 0.0,
                "p_positive": 1 - p_negative,
                "label": "negative",
                "language": "en",
                "aspects": [{"name": "waiting", "p": 0.8}],
                "evidence": [{"start": 0, "end": 3, "p_negative": 0.9}],
                "model": model,
                "scored_at": landing.night(0),
            }
        )
        for review in reviews
    ]


def judge(warehouse: Warehouse, model: str, landing: Any) -> list[str]:
    reviews = warehouse.to_judge(model, 100)
    warehouse.store_predictions(say(reviews, model, landing), landing.night(0))
    return sorted(review.review_id for review in reviews)


def change(facts: CaseFacts, landing: Any, **fields: Any) -> CaseChange:
    now = landing.night(0)
    given = {"opened_at": now, "due_at": now + 48 * HOUR, **fields}
    case = Case(source=facts.source, review_id=facts.review_id, listing_id=facts.listing_id, **given)
    event = CaseEvent(
        source=facts.source,
        review_id=facts.review_id,
        reopen_no=case.reopen_no,
        event=case.status,
        at=now,
        actor=fields.get("assignee") or "otklik",
        reason="test",
    )
    return CaseChange(
        source=facts.source,
        review_id=facts.review_id,
        content_hash=facts.content_hash,
        opened=True,
        reason="text",
        decided_at=now,
        case=case,
        events=(event,),
    )


def alert(review_id: str, landing: Any, *, number: float = 0, **fields: Any) -> Alert:
    given = {"source": "demo", "rule": "late", "level": 2, "destination": "anna", "reopen_no": 0, **fields}
    key = alert_key(given["source"], review_id, given["reopen_no"], given["rule"], given["level"], given["destination"])
    now = landing.night(number)
    return Alert(alert_key=key, review_id=review_id, planned_at=now, not_before=now, **given)


@pytest.fixture
def opened(warehouse: Warehouse, landing: Any) -> Warehouse:
    """Return a warehouse with open cases of the reviews a, b and c."""
    lines = [{"review_id": name, "text": f"Bad {name}", "rating": 0, "seen_at": landing.night(0)} for name in "abc"]
    landing.write("n0", lines)
    landing.ingest(warehouse)
    judge(warehouse, "m@1", landing)
    warehouse.apply_cases([change(facts, landing) for facts in warehouse.case_facts(landing.night(0))])
    return warehouse


def test_the_same_content_is_judged_once_and_stored_for_all(warehouse: Warehouse, landing: Any) -> None:
    night = landing.night
    landing.write("n0", [{"review_id": name, "seen_at": night(0)} for name in "ab"])
    landing.write("n0", [{"review_id": "c", "seen_at": night(0), "rating": 0.5}])
    landing.ingest(warehouse)
    assert len(warehouse.to_judge("m@1", 1)) == 1
    (first, second) = warehouse.to_judge("m@1", 100)
    assert {first.review_id, second.review_id} == {"a", "c"}
    assert warehouse.store_predictions(say([first, second], "m@1", landing), night(0)) == 3
    landing.write("n1", [{"review_id": "d", "seen_at": night(1)}])
    landing.ingest(warehouse)
    assert warehouse.to_judge("m@1", 100) == []
    stored = warehouse.connection.execute("SELECT review_id, aspects FROM predictions ORDER BY 1").fetchall()
    assert [name for name, _ in stored] == ["a", "b", "c", "d"]
    assert stored[3][1] == [{"name": "waiting", "p": 0.8}]
    assert warehouse.check() == []


def test_a_new_model_judges_what_is_new_or_undecided(warehouse: Warehouse, landing: Any) -> None:
    landing.write("n0", [{"review_id": name, "text": name, "seen_at": landing.night(0)} for name in ("old", "open")])
    landing.ingest(warehouse)
    assert judge(warehouse, "m@1", landing) == ["old", "open"]
    (facts,) = [facts for facts in warehouse.case_facts(landing.night(1)) if facts.review_id == "old"]
    warehouse.apply_cases([change(facts, landing)])
    landing.write("n1", [{"review_id": "new", "text": "new", "seen_at": landing.night(1)}])
    landing.ingest(warehouse)
    assert judge(warehouse, "m@2", landing) == ["new", "open"]
    landing.write("n2", [{"review_id": "old", "text": "edited", "seen_at": landing.night(2)}])
    landing.ingest(warehouse)
    assert judge(warehouse, "m@2", landing) == ["old"]


def test_facts_say_what_the_warehouse_knows(warehouse: Warehouse, landing: Any) -> None:
    night = landing.night
    reply = {"reply_state": "published", "reply_text": "Thanks"}
    landing.write("n0", [{"seen_at": night(0), "rating": 0, "text": "Bad"}])
    landing.write("n1", [{"seen_at": night(1), "rating": 0, "text": "Bad", "reply_at": night(0.5), **reply}])
    landing.write("n2", [{"seen_at": night(2), "rating": 0, "text": "Worse", **reply}])
    landing.write("n3", [{"seen_at": night(3), "rating": 0, "text": "Worse", "reply_state": "rejected"}])
    landing.ingest(warehouse)
    (facts,) = warehouse.case_facts(night(3))
    assert facts.prediction is None
    judge(warehouse, "m@1", landing)
    (facts,) = warehouse.case_facts(night(3))
    assert facts.prediction is not None
    assert facts.prediction.evidence[0].end == 3
    assert (facts.first_seen_at, facts.last_seen_at, facts.content_seen_at) == (night(0), night(3), night(2))
    assert (facts.reply_state, facts.reply_seen_at, facts.reply_at) == ("rejected", None, None)
    assert (facts.reply_removed_at, facts.edited_after_reply_at) == (night(3), night(2))
    assert (facts.decided_hash, facts.case, facts.is_baseline) == (None, None, True)
    assert list(warehouse.case_facts(night(-1))) == []


def test_only_what_can_change_is_looked_at(opened: Warehouse, landing: Any) -> None:
    facts = {entry.review_id: entry for entry in opened.case_facts(landing.night(0))}
    assert set(facts) == {"a", "b", "c"}
    assert all(entry.decided_hash == entry.content_hash and entry.case for entry in facts.values())
    dismissed = change(facts["a"], landing, status="dismissed", dismiss_reason="spam", assignee="anna")
    gone = change(facts["b"], landing, status="resolved", close_reason="gone")
    opened.apply_cases([dismissed, gone])
    opened.apply_cases([dismissed, gone])
    assert opened.connection.execute("SELECT count(*) FROM case_events").fetchone() == (5,)
    left = {entry.review_id: entry for entry in opened.case_facts(landing.night(0))}
    assert set(left) == {"b", "c"}
    landing.write("n1", [{"review_id": "a", "text": "Bad again", "rating": 0, "seen_at": landing.night(1)}])
    landing.ingest(opened)
    (again,) = [entry for entry in opened.case_facts(landing.night(1)) if entry.review_id == "a"]
    assert again.acted_at == landing.night(0)
    assert again.case is not None
    assert again.case.status is CaseStatus.dismissed
    assert opened.check() == []


def test_the_queue_tells_place_wait_and_the_sentence_that_hurts(warehouse: Warehouse, landing: Any) -> None:
    night = landing.night
    places = [{"id": "centre", "name": "Centre"}]
    watched = {
        "companies": [{"id": "acme", "name": "Acme", "places": places}],
        "listings": [{"id": "shop", "source": "demo", "company": "acme", "place": "centre"}],
    }
    warehouse.register(Watchlist.model_validate(watched))
    text = "😀 Все добре. Але хамили! Дякую"
    new = {"review_id": "new", "text": text, "rating": 1, "posted_at": night(-1), "seen_at": night(0)}
    lines = [new, {**new, "review_id": "back"}, {**new, "review_id": "undated", "posted_at": None}]
    lines.append({**new, "review_id": "silent", "text": "", "title": "No words"})
    landing.write("n0", lines)
    landing.ingest(warehouse)
    start = text.index("Але")
    said = []
    for prediction in say(warehouse.to_judge("m@1", 9), "m@1", landing):
        evidence = {"start": start, "end": start + len("Але хамили!"), "p_negative": 0.9}
        said.append(Prediction.model_validate({**prediction.model_dump(), "evidence": [evidence]}))
    warehouse.store_predictions(said, night(0))
    older = {**said[0].model_dump(), "model": "m@0", "scored_at": night(-1), "evidence": []}
    warehouse.store_predictions([Prediction.model_validate(older)], night(0))
    changes = [
        change(facts, landing, opened_at=night(1 if facts.review_id == "back" else 0))
        for facts in warehouse.case_facts(night(0))
    ]
    warehouse.apply_cases(changes)
    warehouse.start_run("deliver", "d", None, night(2))
    query = "SELECT review_id, place, hours_waiting, worst_sentence, first_seen_at FROM case_queue ORDER BY 1"
    assert warehouse.connection.execute(query).fetchall() == [
        ("back", "Centre", 24.0, "Але хамили!", night(0)),
        ("new", "Centre", 72.0, "Але хамили!", night(0)),
        ("silent", "Centre", 72.0, None, night(0)),
        ("undated", "Centre", 48.0, "Але хамили!", night(0)),
    ]
    assert tuple(warehouse.waiting(night(30))) == (4, 4, 0, 0, None, 0)


def test_an_alert_is_planned_once(opened: Warehouse, landing: Any) -> None:
    alerts = [alert("a", landing), alert("a", landing), alert("b", landing, level=1, rule="near_miss")]
    assert opened.plan_alerts(alerts, {}, "n0") == 2
    assert opened.plan_alerts(alerts, {}, "n1") == 0
    history = opened.alert_history(landing.night(0))
    assert history.planned_keys == {entry.alert_key for entry in alerts}
    assert history.immediate == {"anna": (landing.night(0), landing.night(0))}
    assert (history.planned_today, history.nightly_maximum) == (2, 0)
    later = opened.alert_history(landing.night(1))
    assert (later.planned_today, later.nightly_maximum) == (0, 2)
    assert opened.alert_history(landing.night(40)).nightly_maximum == 0


def test_the_outbox_sends_what_is_due_and_remembers_it(opened: Warehouse, landing: Any) -> None:
    now = landing.night(0)
    opened.plan_alerts([alert("a", landing), alert("b", landing, number=1)], {}, "n0")
    (view,) = opened.claim_due(now, "pid 1", 10)
    assert view.review is not None
    assert view.case is not None
    assert view.prediction is not None
    assert (view.alert.review_id, view.attempt, view.possible_repeat) == ("a", 1, False)
    assert (view.review.text, view.first_seen_at, view.listing_id) == ("Bad a", now, "shop")
    opened.record_delivery([view.alert.alert_key], "retry", "500", now + HOUR, now)
    assert opened.waiting(now) == (3, 0, 0, 1, now + HOUR, 0)
    assert opened.claim_due(now, "pid 1", 10) == []
    (again,) = opened.claim_due(now + HOUR, "pid 1", 10)
    assert (again.attempt, again.possible_repeat) == (2, False)
    opened.record_delivery([again.alert.alert_key], "sent", None, None, now + HOUR)
    assert opened.claim_due(now + HOUR, "pid 1", 10) == []
    log = opened.connection.execute("SELECT state, attempts, sent_at FROM alert_log WHERE review_id = 'a'").fetchall()
    assert log == [("sent", 2, now + HOUR)]
    (late,) = opened.claim_due(landing.night(1), "pid 1", 10)
    opened.record_delivery([late.alert.alert_key], "failed", "gone", None, landing.night(1))
    assert opened.claim_due(landing.night(9), "pid 1", 10) == []
    assert opened.check() == []


def test_a_try_that_was_never_recorded_comes_again_as_a_possible_repeat(opened: Warehouse, landing: Any) -> None:
    now = landing.night(0)
    opened.plan_alerts([alert("a", landing)], {}, "n0")
    assert len(opened.claim_due(now, "pid 1", 10)) == 1
    (again,) = opened.claim_due(now, "pid 2", 10)
    assert (again.attempt, again.possible_repeat) == (2, True)
    opened.record_delivery([again.alert.alert_key], "sent", None, None, now)
    tries = opened.connection.execute("SELECT attempt, outcome, possible_repeat FROM deliveries ORDER BY 1").fetchall()
    assert tries == [(1, None, False), (2, "sent", True)]


def test_folded_alerts_of_one_person_are_one_message(opened: Warehouse, landing: Any) -> None:
    now = landing.night(0)
    folded = [alert(name, landing, folded=True) for name in "ab"]
    opened.plan_alerts([*folded, alert("c", landing), alert("c", landing, destination="bob", folded=True)], {}, "n0")
    sizes = []
    while views := opened.claim_due(now, "pid 1", 1):
        sizes.append((views[0].alert.destination, len(views)))
        opened.record_delivery([view.alert.alert_key for view in views], "sent", None, None, now)
    assert sorted(sizes) == [("anna", 1), ("anna", 2), ("bob", 1)]


@pytest.mark.parametrize("status", ["answered", "resolved", "dismissed"])
def test_a_closed_case_sends_nothing(status: str, opened: Warehouse, landing: Any) -> None:
    now = landing.night(0)
    opened.plan_alerts([alert("a", landing), alert("b", landing)], {}, "n0")
    assert len(opened.claim_due(now, "dies", 10)) == 2
    (facts,) = [entry for entry in opened.case_facts(now) if entry.review_id == "a"]
    opened.apply_cases([change(facts, landing, status=status)])
    assert [view.alert.review_id for view in opened.claim_due(now, "pid 1", 10)] == ["b"]
    query = "SELECT state, reason FROM alerts WHERE review_id = 'a'"
    assert opened.connection.execute(query).fetchall() == [("cancelled", f"the case is {status}")]


def test_a_snoozed_case_sends_nothing_until_it_wakes(opened: Warehouse, landing: Any) -> None:
    now = landing.night(0)
    opened.plan_alerts([alert("a", landing)], {}, "n0")
    (facts,) = [entry for entry in opened.case_facts(now) if entry.review_id == "a"]
    opened.apply_cases([change(facts, landing, snoozed_until=now + HOUR)])
    assert opened.claim_due(now, "pid 1", 10) == []
    assert len(opened.claim_due(now + HOUR, "pid 1", 10)) == 1


def test_held_alerts_wait_for_the_operator(opened: Warehouse, landing: Any) -> None:
    now = landing.night(0)
    opened.plan_alerts([alert("a", landing, held=True)], {}, "n0")
    opened.plan_alerts([alert("b", landing)], {}, "n0", held=True)
    assert opened.waiting(now) == (3, 0, 2, 0, None, 0)
    assert opened.claim_due(now, "pid 1", 10) == []
    assert opened.alert_history(now).planned_today == 0
    assert opened.release_held() == 2
    assert len(opened.claim_due(now, "pid 1", 10)) == 2


def test_a_digest_brings_the_cases_that_it_names(opened: Warehouse, landing: Any) -> None:
    digest = alert("digest:2026-11-01", landing, source="otklik", rule="digest", level=0)
    details = json.dumps({"reviews": [["demo", "b"], ["demo", "unknown"], ["demo", "a"]]})
    opened.plan_alerts([digest], {digest.alert_key: details}, "n0")
    (view,) = opened.claim_due(landing.night(0), "pid 1", 10)
    assert (view.details, view.review, view.case) == (details, None, None)
    assert [entry.case.review_id for entry in view.related] == ["b", "a"]
    assert opened.alert_history(landing.night(0)).last_digest == {"anna": landing.night(0)}
    assert opened.check() == []


def test_cases_and_alerts_are_kept_together_or_not_at_all(opened: Warehouse, landing: Any) -> None:
    def fail() -> None:
        with opened.transaction():
            (facts, *_) = opened.case_facts(landing.night(0))
            opened.apply_cases([change(facts, landing, status="answered")])
            opened.plan_alerts([alert("b", landing)], {}, "n0")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert opened.waiting(landing.night(0)) == (3, 0, 0, 0, None, 0)
    assert opened.claim_due(landing.night(0), "pid 1", 10) == []


def test_base_rates_count_each_content_once_and_only_what_was_judged_before(warehouse: Warehouse, landing: Any) -> None:
    night = landing.night
    texts = {"a": "Rude", "b": "Rude", "c": "Lovely"}
    landing.write("n0", [{"review_id": name, "text": text, "seen_at": night(0)} for name, text in texts.items()])
    landing.ingest(warehouse)
    judge(warehouse, "m@1", landing)
    (prediction,) = {one.p_negative for one in say(warehouse.to_judge("m@2", 1), "m@2", landing)}
    assert warehouse.base_rates(night(0)) == {}
    found = warehouse.base_rates(night(1))
    assert list(found) == ["demo"]
    assert found["demo"] == pytest.approx((2 * prediction, 0.0, 2 * (1 - prediction)))
    assert warehouse.base_rates(night(400)) == {}


def test_a_reply_that_its_owner_edited_stands_since_then_for_cases_and_for_the_backtest(
    tmp_path: Path, landing: Any
) -> None:
    night, path = landing.night, tmp_path / "otklik.duckdb"
    looks = ((None, None), ("A", 1), ("A", 1), ("B", 3), (None, 3), (None, None), ("B", 6))
    since = [None if number is None else night(number) for _, number in looks]
    with Warehouse.open(path) as warehouse:
        for number, (reply, _) in enumerate(looks):
            fields = {"reply_state": "none" if reply is None else "published", "reply_text": reply}
            text = "Bad" if number < 2 else "Worse"
            landing.write(f"n{number}", [{"seen_at": night(number), "rating": 0, "text": text, **fields}])
            landing.ingest(warehouse)
            (facts,) = warehouse.facts_of([ReviewKey("demo", "a")], night(9))
            assert facts.reply_seen_at == since[number], number
            assert all(one.reply_seen_at == since[number] for one in warehouse.case_facts(night(9)))
    told = {at: facts.reply_seen_at for at, facts in recorded(path).states}
    assert told == {night(number): since[number] for number in (*range(7),) if night(number) in told}
    assert {night(number) for number in (0, 1, 2, 3, 5, 6)} <= set(told)


def test_a_database_from_before_learns_since_when_the_words_of_replies_stand(tmp_path: Path, landing: Any) -> None:
    path = tmp_path / "otklik.duckdb"
    for number, reply in enumerate(("Thanks", "Sorry")):
        fields = {"reply_state": "published", "reply_text": reply}
        landing.write(f"n{number}", [{"seen_at": landing.night(number), **fields}])
    landing.write("n1", [{"seen_at": landing.night(1), "review_id": "b", "reply_state": "none"}])
    with Warehouse.open(path) as warehouse:
        landing.ingest(warehouse)
        warehouse.connection.execute("ALTER TABLE review_heads DROP COLUMN reply_worded_at")
        warehouse.connection.execute("DELETE FROM migrations WHERE name LIKE '0018%'")
    with Warehouse.open(path) as again:
        found = again.connection.execute("SELECT review_id, reply_worded_at FROM review_heads ORDER BY 1").fetchall()
    assert found == [("a", landing.night(1)), ("b", None)]
