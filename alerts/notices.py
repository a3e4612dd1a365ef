"""What is told about no single case: how well was read, what stands out, how the week went, and that nothing waits."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from alerts.calendar import local_date
from alerts.cases import ACTIVE
from alerts.details import (
    CoverageDetails,
    FadeDetails,
    MissedRunDetails,
    QuietDetails,
    Rule,
    SpikeDetails,
    WeekDetails,
)
from alerts.digest import Waiting, worst_first
from alerts.routing import Routing
from alerts.spikes import fades, spikes
from core.base import Record
from core.records import CoverageStatus, History
from core.settings import Settings
from core.signals import ListingWeek, Signals
from core.watchlist import Listing, Person, Watchlist

WEEK = timedelta(days=7)
SHOWN = 3
"""Reviews shown under one number."""


class Notice(NamedTuple):
    """One message about no single case, planned once by its name, and not while one of `unless` is planned."""

    name: str
    rule: Rule
    person: Person
    details: Record
    unless: tuple[str, ...] = ()


class Notices:
    """All notices that are due at one moment."""

    def __init__(
        self,
        signals: Signals,
        waiting: Sequence[Waiting],
        *,
        routing: Routing,
        watchlist: Watchlist,
        settings: Settings,
        history: History,
        now: datetime,
    ) -> None:
        self._signals, self._waiting, self._routing = signals, waiting, routing
        self._watchlist, self._settings, self._history, self._now = watchlist, settings, history, now
        self._states = {state.listing_id: state for state in signals.listings}
        self._enabled = [listing for listing in watchlist.listings if listing.enabled]

    def due(self) -> Iterator[Notice]:
        """Return what is due, also what was planned before: its name tells."""
        yield from self._coverage()
        yield from self._missed_run()
        yield from self._spikes()
        yield from self._fades()
        yield from self._week()
        yield from self._all_quiet()

    def _coverage(self) -> Iterator[Notice]:
        """Tell of a listing that went unread when that begins, and once a week while it lasts."""
        for listing in self._enabled:
            state = self._states.get(listing.id)
            if state is None or state.status in {None, CoverageStatus.ok}:
                continue
            since = state.read_at or self._signals.first_run_at or self._now
            weeks = max(0, (self._now - since) // WEEK)
            last = f"{state.read_at:%Y-%m-%d}" if state.read_at else "never"
            name = f"coverage:{listing.id}:{state.status}:{last}:{weeks}"
            details = CoverageDetails(
                listing_id=listing.id, status=str(state.status), error=state.error, read_at=state.read_at
            )
            for person in self._told(Rule.coverage, ("technical",), listing):
                yield Notice(name, Rule.coverage, person, details)

    def _missed_run(self) -> Iterator[Notice]:
        """Tell that no night ended for too long, and again each day."""
        last = self._signals.last_night_at or (self._signals.first_run_at if self._enabled else None)
        if last is None:
            return
        limit = timedelta(hours=self._settings.alerts.missed_run_hours)
        late = self._now - last - limit
        if late <= timedelta(0):
            return
        name = f"missed_run:{last:%Y-%m-%dT%H:%M}:{late // timedelta(days=1)}"
        details = MissedRunDetails(
            last_night_at=self._signals.last_night_at, hours=int((self._now - last) / timedelta(hours=1))
        )
        for person in self._told(Rule.missed_run, ("operator",)):
            yield Notice(name, Rule.missed_run, person, details)

    def _spikes(self) -> Iterator[Notice]:
        """Tell of a spike once, and of none on the same listing for a week."""
        knobs = self._settings.alerts
        found = spikes(self._signals.complaints, minimum=knobs.spike_minimum, false_alarms=knobs.spike_false_alarms)
        for spike in found:
            listing = self._routing.listing(spike.listing_id)
            if listing is None or not listing.enabled:
                continue
            since = self._now - timedelta(days=spike.days)
            own = [one for one in self._waiting if one.facts.listing_id == listing.id and one.case.opened_at >= since]
            details = SpikeDetails(
                listing_id=listing.id,
                days=spike.days,
                count=spike.count,
                expected=round(spike.expected, 1),
                reviews=tuple((one.case.source, one.case.review_id) for one in sorted(own, key=worst_first)[:SHOWN]),
            )
            names = [f"spike:{listing.id}:{self._now - n * timedelta(days=1):%Y-%m-%d}" for n in range(WEEK.days)]
            for person in self._told(Rule.spike, ("responsible", "escalation"), listing):
                yield Notice(names[0], Rule.spike, person, details, tuple(names))

    def _fades(self) -> Iterator[Notice]:
        """Tell once a checkpoint that a programme fades."""
        programmes = {programme.id: programme for programme in self._watchlist.programmes}
        for check in self._signals.fades:
            programme = programmes.get(check.programme_id)
            if programme is None or not fades(check):
                continue
            details = FadeDetails(
                programme=programme.name,
                months=check.months,
                share=check.complaints / check.reviews,
                first_share=check.first_complaints / check.first_reviews,
                reviews_count=check.reviews,
            )
            for person in self._told(Rule.fade, (programme.owner or "operator",)):
                yield Notice(f"fade:{programme.id}:{check.months}", Rule.fade, person, details)

    def _week(self) -> Iterator[Notice]:
        """Tell the week to whoever stands behind the listings, once it has been read to its end."""
        starts_on = self._signals.week_starts_on
        read_at = max((state.read_at for state in self._signals.listings if state.read_at), default=None)
        if starts_on is None or read_at is None or local_day(read_at, self._settings) < starts_on + WEEK:
            return
        own: dict[str, list[ListingWeek]] = defaultdict(list)
        people: dict[str, Person] = {}
        for week in self._signals.week:
            listing = self._routing.listing(week.listing_id)
            if listing is None or not listing.enabled:
                continue
            for person in self._told(Rule.weekly_summary, ("escalation",), listing):
                people[person.id] = person
                own[person.id].append(week)
        year, number, _ = starts_on.isocalendar()
        for name, weeks in own.items():
            details = self._week_of(weeks)
            if details.reviews_count or details.answered or details.recovered:
                yield Notice(f"weekly:{year}-W{number:02}", Rule.weekly_summary, people[name], details)

    def _week_of(self, weeks: Sequence[ListingWeek]) -> WeekDetails:
        recovered = tuple(dict.fromkeys(key for week in weeks for key in week.recovered))
        praised: dict[str, int] = defaultdict(int)
        for aspect, count in (pair for week in weeks for pair in week.praised):
            praised[aspect] += count
        listings = [self._routing.listing(week.listing_id) for week in weeks]
        mine = {listing.place or listing.id for listing in listings if listing is not None}
        places = [place for place in self._signals.places if place.place in mine and not place.is_grey]
        total = sum(place.reviews for place in places)
        worst = min(places, key=lambda place: (place.satisfied_share, place.place), default=None)
        return WeekDetails(
            starts_on=self._signals.week_starts_on or local_day(self._now, self._settings),
            reviews_count=sum(week.reviews for week in weeks),
            satisfied=sum(week.satisfied for week in weeks),
            complaints=sum(week.complaints for week in weeks),
            answered=sum(week.answered for week in weeks),
            formal=sum(week.formal for week in weeks),
            recovered=len(recovered),
            reviews=recovered[:SHOWN],
            praised=tuple(sorted(praised.items(), key=lambda pair: (-pair[1], pair[0]))[:SHOWN]),
            steady_share=sum(place.reviews * place.satisfied_share for place in places) / total if total else None,
            worst_place=worst.place if worst and len(places) > 1 else None,
            worst_share=worst.satisfied_share if worst and len(places) > 1 else None,
            places=len(places),
        )

    def _all_quiet(self) -> Iterator[Notice]:
        """Tell whoever has nothing that waits so, only where all of their listings were really read."""
        how_often = self._settings.alerts.all_clear
        if how_often == "never":
            return
        busy = {one.person.id for one in self._waiting if one.case.status in ACTIVE}
        busy_listings = {one.facts.listing_id for one in self._waiting if one.case.status in ACTIVE}
        own: dict[str, list[Listing]] = defaultdict(list)
        for listing in self._enabled:
            person = self._routing.responsible(listing)
            if person is not None:
                own[person.id].append(listing)
        for name, listings in own.items():
            person = self._routing.person(name)
            states = [self._states.get(listing.id) for listing in listings]
            read = [one.tried_at for one in states if one is not None and one.status is CoverageStatus.ok]
            if person is None or name in busy or any(one.id in busy_listings for one in listings):
                continue
            if len(read) < len(listings):
                continue  # silence that nobody listened to is no good news
            today = local_date(self._now, person, self._settings)
            last = self._history.last_digest.get(name)
            if how_often == "weekly":
                year, week, _ = today.isocalendar()
                key, is_told = f"quiet:{year}-W{week:02}", last is not None and self._now - last < WEEK
            else:
                key = f"quiet:{today}"
                is_told = last is not None and local_date(last, person, self._settings) == today
            if is_told:
                continue
            read_at = min((one for one in read if one is not None), default=None)
            details = QuietDetails(read=len(read), listings=len(listings), read_at=read_at)
            for one in self._told(Rule.all_quiet, (name,)):
                yield Notice(key, Rule.all_quiet, one, details)

    def _told(self, rule: Rule, usual: tuple[str, ...], listing: Listing | None = None) -> list[Person]:
        """Return who is told of a built-in rule: the usual ones, or whom the watchlist names instead; nobody if off."""
        changed = self._watchlist.builtin_rule(rule)
        if not changed.enabled:
            return []
        person = self._routing.responsible(listing) if listing else None
        return self._routing.resolve(changed.to or usual, listing=listing, person=person)


def local_day(moment: datetime, settings: Settings) -> date:
    """Return the date of a moment in the time zone of the settings."""
    return moment.astimezone(ZoneInfo(settings.timezone)).date()
