"""A reply that the platform rejects: its people are told, and a case that somebody calls answered is back at once."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from core.acts import ActArguments, ActName
from core.records import ReviewKey
from flows import acts
from flows.ledger import Ledger
from flows.outbox import deliver_due
from tests.flows.small_shop import DAY, HOUR, NOON, SmallShop
from warehouse import Warehouse
from warehouse.replaying import recorded
from warehouse.state import state_hash
from warehouse.statements import folder

REPLY = "Извините нас за очередь: мы открыли вторую кассу."
TOLD = "SELECT reopen_no, rule, destination, state FROM alerts WHERE level >= 1 ORDER BY planned_at, rule"
STANDS = "SELECT reopen_no, status, opened_at FROM latest_cases WHERE review_id = 'a'"


class Shop(SmallShop):
    """A home folder with one case whose review is seen again and again."""

    def look(self, at: Any, reply_state: str) -> None:
        text = REPLY if reply_state in {"pending", "published", "rejected"} else None
        self.see(at, review_id="a", text="Час ждали счёт", reply_state=reply_state, reply_text=text)
        self.handle(at)

    def claim(self, at: Any) -> None:
        acts.act(self.job(at), "shop/a", ActName.claim, ActArguments(), "anna")

    def facts(self) -> Any:
        with Warehouse.open(self.path) as warehouse:
            (found,) = warehouse.facts_of([ReviewKey("shop", "a")], NOON + 30 * DAY)
        return found


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shop = Shop(tmp_path_factory.mktemp("opened"))
    shop.open()
    shop.see(NOON - HOUR, review_id="old", rating=1.0)  # the listing's baseline
    shop.look(NOON, "none")
    return shop.root


@pytest.fixture
def shop(tmp_path: Path, opened: Path) -> Shop:
    shop = Shop(tmp_path)
    shutil.copytree(opened, shop.root, symlinks=True)
    return shop


def test_its_people_are_told_once_of_a_rejected_reply(shop: Shop, capsys: Any) -> None:
    shop.look(NOON + HOUR, "pending")
    assert shop.rows(TOLD) == []
    shop.look(NOON + 2 * HOUR, "rejected")
    assert shop.rows(TOLD) == [(0, "reply_rejected", "anna", "planned")]
    before = state_hash(shop.path)
    shop.handle(NOON + 2 * HOUR)
    assert state_hash(shop.path) == before
    shop.look(NOON + 3 * HOUR, "rejected")
    ledger = Ledger.begin(shop.job(NOON + 3 * HOUR), "deliver")
    deliver_due(shop.job(NOON + 3 * HOUR), ledger)
    assert shop.rows(TOLD) == [(0, "reply_rejected", "anna", "sent")]
    said = capsys.readouterr().out
    assert "отклонил" in said
    assert "Час ждали счёт" in said


def test_each_rejection_is_told(shop: Shop) -> None:
    for hour, state in enumerate(("pending", "rejected", "rejected", "unknown", "rejected", "pending", "rejected")):
        shop.look(NOON + hour * HOUR, state)
        shop.handle(NOON + hour * HOUR)
    assert shop.rows(TOLD) == 2 * [(0, "reply_rejected", "anna", "planned")]
    assert shop.rows("SELECT planned_at FROM alerts WHERE level >= 1 ORDER BY 1") == [
        (NOON + HOUR,),
        (NOON + 6 * HOUR,),
    ]


def test_a_rejection_ends_a_snooze(shop: Shop) -> None:
    shop.look(NOON + HOUR, "pending")
    acts.act(shop.job(NOON + 2 * HOUR), "shop/a", ActName.snooze, ActArguments(until=NOON + 5 * DAY), "anna")
    shop.look(NOON + 3 * HOUR, "pending")
    assert shop.rows(TOLD) == []
    shop.look(NOON + 4 * HOUR, "rejected")
    assert shop.rows(TOLD) == [(0, "reply_rejected", "anna", "planned")]
    (why,) = shop.rows("SELECT reason FROM case_events WHERE event = 'snooze_ended'")
    assert why == ("the source rejected the reply after it was snoozed",)


def test_a_rejected_reply_that_somebody_claims_brings_the_case_back_at_once(shop: Shop) -> None:
    shop.look(NOON + HOUR, "pending")
    shop.claim(NOON + 2 * HOUR)
    assert shop.rows(STANDS) == [(0, "claimed", NOON)]
    shop.look(NOON + 3 * HOUR, "pending")
    assert shop.rows(STANDS) == [(0, "claimed", NOON)]
    shop.look(NOON + 4 * HOUR, "rejected")
    assert shop.rows(STANDS) == [(1, "open", NOON + 4 * HOUR)]
    assert shop.rows(TOLD) == [(1, "reply_rejected", "anna", "planned")], "and no claim is called unseen besides"
    (why,) = shop.rows("SELECT reason FROM case_events WHERE event = 'reopened'")
    assert why == ("the source rejected the claimed reply",)
    shop.look(NOON + 5 * HOUR, "rejected")
    assert shop.rows(STANDS) == [(1, "open", NOON + 4 * HOUR)]


def test_a_claim_after_a_rejection_is_awaited(shop: Shop) -> None:
    shop.look(NOON + HOUR, "rejected")
    shop.claim(NOON + 2 * HOUR)
    shop.look(NOON + 3 * HOUR, "rejected")
    assert shop.rows(STANDS) == [(0, "claimed", NOON)], "the platform says nothing new"
    shop.look(NOON + 4 * HOUR, "pending")
    shop.look(NOON + 5 * HOUR, "unknown")
    shop.look(NOON + 6 * HOUR, "rejected")
    assert shop.rows(STANDS) == [(1, "open", NOON + 6 * HOUR)]


def test_a_claim_made_while_the_source_showed_no_replies_falls_with_the_rejection(shop: Shop) -> None:
    shop.look(NOON + HOUR, "unknown")
    shop.claim(NOON + 2 * HOUR)
    assert shop.rows(STANDS) == [(0, "answered", NOON)]
    shop.look(NOON + 3 * HOUR, "rejected")
    assert shop.rows(STANDS) == [(1, "open", NOON + 3 * HOUR)]


def test_a_claim_on_trust_is_answered_once_the_source_shows_the_reply_and_one_look_without_it_changes_nothing(
    shop: Shop,
) -> None:
    shop.look(NOON + HOUR, "unknown")
    shop.claim(NOON + 2 * HOUR)
    shop.look(NOON + 3 * HOUR, "published")
    shop.look(NOON + 4 * HOUR, "none")
    shop.handle(NOON + 4 * DAY)
    assert shop.rows(STANDS) == [(0, "answered", NOON)], "not awaited any more"
    shop.look(NOON + 5 * DAY, "none")
    assert shop.rows(STANDS) == [(1, "open", NOON + 5 * DAY)], "but a reply that is gone is missed"


@pytest.mark.parametrize("before", ["none", "published"])
def test_a_claim_on_trust_is_awaited_from_the_first_look_that_shows_no_reply(before: str, shop: Shop) -> None:
    for day, reply_state in enumerate((before, "none", "none", "unknown")):
        shop.look(NOON + day * DAY + HOUR, reply_state)
    shop.claim(NOON + 3 * DAY + 2 * HOUR)
    (number, status, _) = shop.rows(STANDS)[0]
    assert status == "answered"
    shop.look(NOON + 4 * DAY, "none")
    assert shop.rows(STANDS)[0][:2] == (number, "claimed")
    shop.handle(NOON + 7 * DAY)
    assert shop.rows(STANDS)[0][:2] == (number + 1, "open")


def test_a_case_whose_replies_were_never_seen_is_chased_whenever_the_source_begins_to_show_them(shop: Shop) -> None:
    shop.see(NOON + HOUR, review_id="dark", text="Час ждали счёт", reply_state="unknown")
    shop.handle(NOON + HOUR)
    stands = "SELECT status FROM latest_cases WHERE review_id = 'dark'"
    assert shop.rows(stands) == [("reply_not_visible",)]
    shop.handle(NOON + 70 * DAY)
    assert shop.rows(stands) == [("reply_not_visible",)]
    shop.see(NOON + 71 * DAY, review_id="dark", text="Час ждали счёт", reply_state="none")
    shop.handle(NOON + 71 * DAY)
    assert shop.rows(stands) == [("open",)]


def test_since_when_a_reply_is_rejected_is_known_the_same_in_any_order_and_to_older_homes(shop: Shop) -> None:
    looks = ("pending", "rejected", "unknown", "rejected")
    for number in (2, 4, 1, 3):
        shop.look(NOON + number * HOUR, looks[number - 1])
    assert shop.facts().reply_rejected_at == NOON + 2 * HOUR
    known = [facts.reply_rejected_at for _, facts in recorded(shop.path).states if facts.review_id == "a"]
    assert known[:2] == [None, None]
    assert set(known[2:]) == {NOON + 2 * HOUR}
    with Warehouse.open(shop.path) as warehouse:
        warehouse.connection.execute("ALTER TABLE review_heads DROP COLUMN reply_rejected_at")
        (step,) = [one for one in folder("migrations") if one.name == "0020_rejected_replies"]
        warehouse.connection.execute(step.text)
    assert shop.facts().reply_rejected_at == NOON + 2 * HOUR
    shop.look(NOON + 5 * HOUR, "published")
    assert shop.facts().reply_rejected_at is None
