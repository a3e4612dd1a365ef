from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest

from alerts.acts import apply_act
from alerts.cases import advance, apply
from alerts.details import LEVEL_OF, Rule
from alerts.planning import plan
from alerts.wording import render
from core.acts import Act, ActArguments, ActName
from core.records import (
    Alert,
    AlertView,
    Case,
    CaseFacts,
    CaseStatus,
    CaseView,
    History,
    Prediction,
    ReplyState,
    Review,
)
from core.settings import Settings
from core.watchlist import Calendar, Company, Listing, Person, Place, Sla, Watchlist

START = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)  # a Monday
NOW = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


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


@pytest.fixture
def make_review(start):
    def make(**changes):
        values = {
            "source": "flamp",
            "listing_id": "l1",
            "review_id": "r1",
            "url": "https://flamp.example/review/1",
            "rating": 0.0,
            "text": "Кофе хороший. Ждали заказ час, администратор нагрубила. Больше не придём.",
            "posted_at": start - 5 * HOUR,
            "reply_state": ReplyState.none,
            "seen_at": NOW - HOUR,
        }
        return Review(**{**values, **changes})

    return make


@pytest.fixture
def make_view(make_review, make_case, make_prediction, start):
    def make(rule=Rule.late, review=None, case=None, prediction=None, details=None, related=(), person="anna", **more):
        review = review or make_review()
        folded = more.pop("folded", False)
        alert = Alert(
            alert_key=f"{rule}-{review.review_id}",
            source="otklik" if details else review.source,
            review_id=str(rule) if details else review.review_id,
            rule=rule,
            level=LEVEL_OF[rule],
            destination=person,
            planned_at=NOW,
            not_before=NOW,
            folded=folded,
        )
        if details is not None:
            return AlertView(alert=alert, details=details.model_dump_json(), related=related, **more)
        case = case or make_case(source=review.source, review_id=review.review_id, listing_id=review.listing_id)
        return AlertView(alert=alert, case=case, review=review, first_seen_at=start, prediction=prediction, **more)

    return make


@pytest.fixture
def related(make_review, make_case, start):
    def make(review_id, status=CaseStatus.open, **changes):
        review = make_review(review_id=review_id, **changes)
        case = make_case(source="flamp", review_id=review_id, listing_id=review.listing_id, status=status)
        return CaseView(case=case, review=review, first_seen_at=start)

    return make


@pytest.fixture
def show(watchlist, settings):
    def run(*views, language="ru", content="redacted", now=NOW):
        person = Person(id="anna", name="Anna", language=language, timezone="Europe/Moscow", content=content)
        return render(views, person=person, watchlist=watchlist, settings=settings, now=now)

    return run


@pytest.fixture
def world(watchlist, settings, start, make_facts):
    class World:
        """One case and its clock."""

        def __init__(self) -> None:
            self.settings = settings
            self.watchlist = watchlist
            self.now = start
            self.facts = make_facts()
            self.events: list[Any] = []
            self.look()

        def look(self, **changes: Any) -> "World":
            self.facts = self.facts.model_copy(update=changes)
            change = advance(self.facts, watchlist=self.watchlist, settings=settings, now=self.now)
            self.facts = apply(self.facts, change)
            self.events += change.events if change else ()
            assert advance(self.facts, watchlist=self.watchlist, settings=settings, now=self.now) is None
            return self

        def later(self, span: timedelta) -> "World":
            self.now += span
            return self

        def do(self, name: str, by: str = "anna", **arguments: Any) -> "World":
            act = Act(
                act_id=uuid4().hex,
                at=self.now,
                by=by,
                source="site",
                review_id="r1",
                reopen_no=self.case.reopen_no,
                act=ActName(name),
                args=ActArguments(**arguments),
            )
            change = apply_act(self.facts, act, watchlist=self.watchlist, settings=settings)
            self.facts = apply(self.facts, change)
            self.events += change.events
            assert change.events[0].actor == by
            return self

        @property
        def case(self) -> Any:
            assert self.facts.case is not None
            return self.facts.case

        def told(self, known: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
            result = plan(
                [self.facts], watchlist=self.watchlist, settings=settings, now=self.now,
                history=History(planned_keys=known),
            )  # fmt: skip
            return [(alert.rule, alert.destination) for alert in result.alerts if alert.level >= 1]

        def keys(self) -> frozenset[str]:
            result = plan(
                [self.facts], watchlist=self.watchlist, settings=settings, now=self.now, history=History()
            )  # fmt: skip
            return frozenset(alert.alert_key for alert in result.alerts)

    return World()
