from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from core.records import Case, CaseFacts, Prediction, ReplyState
from core.settings import Settings
from core.watchlist import Calendar, Company, Listing, Person, Place, Sla, Watchlist

START = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)  # a Monday


@pytest.fixture
def start() -> datetime:
    return START


@pytest.fixture
def settings() -> Settings:
    return Settings(alerts={"operator": "boss"})


@pytest.fixture
def watchlist() -> Watchlist:
    return Watchlist(
        companies=(
            Company(id="cafe", name="Кофейня", places=(Place(id="lenina", name="На Ленина", city="Воронеж"),)),
            Company(id="apteka", name="Аптека"),
        ),
        people=(
            Person(id="anna", name="Anna", timezone="Europe/Moscow"),
            Person(
                id="olena", name="Olena", timezone="Europe/Kyiv", language="uk", calendar="ua", sla=Sla(ordinary_days=1)
            ),
            Person(id="sova", name="Sova", quiet_from=time(22), quiet_until=time(9), timezone="Europe/Moscow"),
            Person(id="boss", name="Boss", language="en", timezone="UTC"),
        ),
        listings=(
            Listing(id="l1", source="site", company="cafe", place="lenina", responsible="anna", escalation="boss"),
            Listing(id="l2", source="site", company="apteka", responsible="olena"),
            Listing(id="l3", source="site", company="cafe", responsible="sova"),
            Listing(id="l4", source="site", company="cafe"),
        ),
        calendars={"ua": Calendar(free_days=(date(2026, 11, 17),))},
    )


@pytest.fixture
def make_facts() -> Callable[..., CaseFacts]:
    """Facts of a one-star review without a reply, seen at START, with what the test changes."""

    def make(**changes: Any) -> CaseFacts:
        seen = changes.pop("seen", START)
        values: dict[str, Any] = {
            "source": "site",
            "review_id": "r1",
            "listing_id": "l1",
            "rating": 0.0,
            "posted_at": seen - timedelta(hours=5),
            "first_seen_at": seen,
            "last_seen_at": seen,
            "content_hash": "h1",
            "content_seen_at": seen,
            "is_baseline": False,
            "reply_state": ReplyState.none,
        }
        return CaseFacts(**{**values, **changes})

    return make


@pytest.fixture
def make_prediction() -> Callable[..., Prediction]:
    def make(p_negative: float, content_hash: str = "h1", **changes: Any) -> Prediction:
        rest = 1 - p_negative
        values: dict[str, Any] = {
            "source": "site",
            "review_id": "r1",
            "content_hash": content_hash,
            "p_negative": p_negative,
            "p_neutral": rest / 2,
            "p_positive": rest / 2,
            "label": "negative" if p_negative > 0.5 else "positive",
            "language": "ru",
            "risk": p_negative,
            "model": "m@1",
            "scored_at": START,
        }
        return Prediction(**{**values, **changes})

    return make


@pytest.fixture
def make_case() -> Callable[..., Case]:
    def make(**changes: Any) -> Case:
        values: dict[str, Any] = {
            "source": "site",
            "review_id": "r1",
            "listing_id": "l1",
            "opened_at": START,
            "due_at": START + timedelta(days=2),
            "risk": 0.9,
        }
        return Case(**{**values, **changes})

    return make
