"""Cases from the landing to the reader: severe ones are told at once, and so are replies that disclose."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.records import CaseChange, CaseEvent, Prediction, Review
from flows.job import Job
from flows.ledger import Ledger
from flows.outbox import deliver_due
from flows.retention import keep_no_longer
from tests.flows.small_shop import HOUR, NOON, SmallShop
from warehouse import Warehouse
from warehouse.state import state_hash


def _said(review: Review, severity: str, at: datetime) -> Prediction:
    p_negative = 0.01 if review.rating == 1.0 else 0.9
    return Prediction.model_validate(
        {
            "source": review.source,
            "review_id": review.review_id,
            "content_hash": review.content_hash,
            "p_negative": p_negative,
            "p_neutral": 0.0,
            "p_positive": 1 - p_negative,
            "label": "negative",
            "language": "ru",
            "severity": severity,
            "risk": p_negative,
            "model": "m@1",
            "scored_at": at,
        }
    )


class Shop(SmallShop):
    """A home folder with one listing, whose nights are imported and whose severity is said by the test."""

    def judge(self, at: datetime, severity: str) -> None:
        with Warehouse.open(self.path) as warehouse:
            said = [_said(review, severity, at) for review in warehouse.to_judge("m@1", 10)]
            warehouse.store_predictions(said, at)

    def deliver(self, at: datetime) -> None:
        job = Job.open(self.root, now=at)
        ledger = Ledger.begin(job, "deliver")
        deliver_due(job, ledger)
        ledger.finish()

    def steps(self) -> list[tuple[Any, ...]]:
        return self.rows(
            "SELECT rule, destination, state FROM alerts WHERE level >= 1 ORDER BY planned_at, rule, destination"
        )


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = Shop(tmp_path)
    shop.open()
    shop.see(NOON - 2 * HOUR, review_id="old", rating=1.0)  # the listing's baseline
    shop.handle(NOON - 2 * HOUR)
    return shop


def test_a_severe_case_is_told_at_once_and_goes_up_where_nobody_takes_it(shop: Shop, capsys: Any) -> None:
    shop.see(NOON, review_id="r1", text="Отравились вашим салатом")
    shop.judge(NOON, "severe")
    shop.handle(NOON)
    before = state_hash(shop.path)
    shop.handle(NOON)
    assert state_hash(shop.path) == before
    shop.deliver(NOON)
    assert "Серьёзный негативный отзыв: Кофейня" in capsys.readouterr().out
    assert shop.rows("SELECT severity, severe_at, due_at FROM cases") == [("severe", NOON, NOON + 24 * HOUR)]
    assert shop.steps() == [("severe", "anna", "sent")]
    shop.handle(NOON + 3 * HOUR)
    assert len(shop.steps()) == 1
    shop.handle(NOON + 4 * HOUR)
    assert shop.steps()[1:] == [("unacknowledged", "boss", "planned")]


def test_a_human_act_is_an_acknowledgement(shop: Shop) -> None:
    shop.see(NOON, review_id="r1", text="Отравились вашим салатом")
    shop.judge(NOON, "severe")
    shop.handle(NOON)
    act = CaseEvent(
        source="shop", review_id="r1", reopen_no=0, event="acknowledged", at=NOON + HOUR, actor="anna", reason="mine"
    )
    with Warehouse.open(shop.path) as warehouse:
        warehouse.apply_cases([CaseChange(source="shop", review_id="r1", events=(act,))])
    shop.handle(NOON + 6 * HOUR)
    assert shop.steps() == [("severe", "anna", "planned")]


def test_an_edit_that_makes_a_case_severe_starts_the_shorter_clock(shop: Shop) -> None:
    shop.see(NOON, review_id="r1", text="Невкусно")
    shop.judge(NOON, "ordinary")
    shop.handle(NOON)
    assert shop.steps() == []
    edited = NOON + 5 * HOUR
    shop.see(edited, review_id="r1", text="Отравились, вызвали скорую")
    shop.judge(edited, "severe")
    shop.handle(edited)
    assert shop.rows("SELECT severity, severe_at, due_at FROM cases") == [("severe", edited, edited + 24 * HOUR)]
    assert shop.steps() == [("severe", "anna", "planned")]


SECRET = "Здравствуйте! Извините. Вы были у нас на приёме 12 мая, ваш диагноз гастрит подтверждён."


def replied(shop: Shop, at: datetime, reply: str) -> None:
    times = {"reply_state": "published", "reply_at": at.isoformat(), "reply_at_kind": "exact"}
    shop.see(at, review_id="r1", text="Нагрубили", reply_text=reply, **times)
    shop.handle(at)


def test_a_reply_that_discloses_is_told_at_once_and_judged_once(shop: Shop, capsys: Any) -> None:
    shop.see(NOON, review_id="r1", text="Нагрубили")
    shop.judge(NOON, "ordinary")
    shop.handle(NOON)
    replied(shop, NOON + HOUR, SECRET)
    quality = "SELECT status, reply_quality FROM cases WHERE review_id = 'r1'"
    assert shop.rows(quality) == [("answered", "discloses")]
    assert shop.steps() == [("discloses", "anna", "planned"), ("discloses", "boss", "planned")]
    before = state_hash(shop.path)
    shop.handle(NOON + HOUR)
    assert state_hash(shop.path) == before
    with Warehouse.open(shop.path) as warehouse:
        assert warehouse.replies_to_check() == []
    shop.deliver(NOON + HOUR)
    said = capsys.readouterr().out
    assert said.count("Ответ раскрывает лишнее") == 2
    assert "гастрит" not in said
    assert {state for _, _, state in shop.steps()} == {"sent"}


def test_a_disclosure_that_was_mended_in_time_is_not_told(shop: Shop, capsys: Any) -> None:
    shop.see(NOON, review_id="r1", text="Нагрубили")
    shop.judge(NOON, "ordinary")
    shop.handle(NOON)
    replied(shop, NOON + HOUR, SECRET)
    replied(shop, NOON + 2 * HOUR, "Извините за грубость администратора: мы поговорили с ним и сменили его на входе.")
    assert shop.rows("SELECT reply_quality FROM cases WHERE review_id = 'r1'") != [("discloses",)]
    shop.deliver(NOON + 2 * HOUR)
    assert "раскрывает" not in capsys.readouterr().out
    assert {state for rule, _, state in shop.steps() if rule == "discloses"} == {"cancelled"}


def test_quotes_of_a_reply_leave_with_its_words(shop: Shop) -> None:
    shop.see(NOON, review_id="r1", text="Нагрубили")
    shop.judge(NOON, "ordinary")
    shop.handle(NOON)
    replied(shop, NOON + HOUR, SECRET)
    quotes = "SELECT reply_quality, len(reply_quotes) > 0 FROM cases WHERE review_id = 'r1'"
    assert shop.rows(quotes) == [("discloses", True)]
    late = NOON + timedelta(days=731)
    job = Job.open(shop.root, now=late)
    ledger = Ledger.begin(job, "nightly")
    keep_no_longer(job, ledger)
    ledger.finish()
    shop.handle(late)
    assert shop.rows(quotes) == [("discloses", None)]


def test_a_reply_that_its_owner_edits_answers_what_the_customer_edited(shop: Shop) -> None:
    shop.see(NOON, review_id="r1", text="Нагрубили")
    shop.judge(NOON, "ordinary")
    shop.handle(NOON)
    told = {"reply_state": "published", "rating": 0.0}
    for hours, text, reply in ((1, "Нагрубили", "Извините."), (2, "Опять нагрубили", "Извините.")):
        shop.see(NOON + hours * HOUR, review_id="r1", text=text, reply_text=reply, **told)
        shop.handle(NOON + hours * HOUR)
    status = "SELECT reopen_no, status FROM latest_cases WHERE review_id = 'r1'"
    assert shop.rows(status) == [(1, "open")]
    shop.see(NOON + 3 * HOUR, review_id="r1", text="Опять нагрубили", reply_text="Извините и за второй раз.", **told)
    shop.handle(NOON + 3 * HOUR)
    assert shop.rows(status) == [(1, "answered")]
