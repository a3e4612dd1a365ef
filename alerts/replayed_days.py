"""What a replay found, counted by person and day."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Final

from alerts.calendar import local_date
from alerts.planning import OWN_SOURCE
from alerts.replaying import Replayed, Told
from core.settings import Settings
from core.watchlist import Watchlist

FIVE_STARS: Final = 0.9
"""Rating from which a review counts as one of five stars."""


@dataclass(frozen=True, slots=True)
class PersonDay:
    """What one person would have got on one day, by the calendar where they are."""

    person: str
    day: date
    single: int
    """Messages about one case each."""
    folded: int
    """Messages that hold several alerts, the digest among them."""
    alerts: int
    """Alerts in all these messages."""
    five_stars: int
    """Alerts among them about a review of five stars."""
    overdue: int
    """Cases of this person whose SLA ended on this day without a reply."""
    after_due: int
    """Alerts sent when the SLA was over."""

    @property
    def messages(self) -> int:
        """All messages of the day."""
        return self.single + self.folded


def by_person_and_day(
    found: Replayed, watchlist: Watchlist, settings: Settings, rule: str | None = None
) -> list[PersonDay]:
    """Return the days on which somebody would have been told something, or was late; ordered by day and person.

    Args:
        found: What a replay found.
        watchlist: Where people are.
        settings: The zone of those who name none.
        rule: Only alerts of this rule, by its stored name.
    """
    people = {person.id: person for person in (*watchlist.people, *watchlist.channels)}

    def day(name: str, at: datetime) -> tuple[date, str]:
        return local_date(at, people[name], settings), name

    sent = [one for one in found.told if one.sent_at is not None and rule in {None, one.alert.rule}]
    told: dict[tuple[date, str], list[Told]] = defaultdict(list)
    for one in sent:
        if one.sent_at is not None:
            told[day(one.alert.destination, one.sent_at)].append(one)
    overdue = Counter(day(one.person, one.due_at) for one in found.overdue if one.person is not None)
    result = []
    for key in sorted({*told, *overdue} if rule is None else told):
        alerts = told.get(key, [])
        folded = sorted(one.sent_at for one in alerts if one.alert.folded and one.sent_at is not None)
        result.append(
            PersonDay(
                person=key[1],
                day=key[0],
                single=sum(not one.alert.folded for one in alerts),
                folded=len(list(groupby(folded))),
                alerts=len(alerts),
                five_stars=sum(one.rating is not None and one.rating >= FIVE_STARS for one in alerts),
                overdue=overdue[key],
                after_due=sum(one.late for one in alerts),
            )
        )
    return result


def about_reviews(told: Iterable[Told]) -> list[Told]:
    """Return what would have been sent about single reviews."""
    return [one for one in told if one.sent_at is not None and one.alert.source != OWN_SOURCE]
