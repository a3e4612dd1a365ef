"""The town of the simulation: five sources, twenty places, the people who answer, and its own reckoning of their time.

Nothing here uses the product's calendars: days, quiet hours and deadlines are counted anew, on the wall clock.
"""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
QUIET_FROM, QUIET_UNTIL = time(21), time(9)
PLACES = 20


@dataclass(frozen=True)
class Source:
    """What a site of the town can do."""

    name: str
    shows_replies: bool = True
    shows_reply_time: bool = True
    tells_deletions: bool = True
    window: int = 0
    """Only so many of the newest reviews are shown; 0 shows all."""
    is_unstable: bool = False


SOURCES = (
    Source("alpha"),
    Source("beta", shows_reply_time=False),
    Source("gamma", shows_replies=False, tells_deletions=False),
    Source("delta", tells_deletions=False, window=12),
    Source("epsilon", is_unstable=True),
)


@dataclass(frozen=True)
class Person:
    """Somebody who is told."""

    id: str
    zone: str
    is_quiet: bool = True
    calendar: str | None = None

    def local(self, moment: datetime) -> datetime:
        """Return the moment on this person's wall clock."""
        return moment.astimezone(ZoneInfo(self.zone))

    def sleeps(self, moment: datetime) -> bool:
        """Tell whether the wall clock shows quiet hours."""
        clock = self.local(moment).time()
        return self.is_quiet and (clock >= QUIET_FROM or clock < QUIET_UNTIL)


@dataclass(frozen=True)
class Town:
    """One town: where its clocks stand, who lives there, and when the simulation begins."""

    zone: str
    people: tuple[Person, ...]
    free: frozenset[date]
    """Free days of the calendar `own`."""
    worked: frozenset[date]
    first_day: date

    @classmethod
    def of(cls, seed: int) -> "Town":
        """Draw a town; most begin shortly before the clocks of Kyiv change."""
        chance = random.Random(f"{seed}/town")
        anchors = (date(2026, 10, 25), date(2027, 3, 28), date(2026, 10, 25), date(2027, 3, 28), date(2026, 7, 1))
        before = chance.randint(1, 12)
        first = anchors[seed % len(anchors)] - before * DAY
        people = (
            Person("anna", "Europe/Moscow"),
            Person("bohdan", "Europe/Kyiv", calendar="own"),
            Person("vira", "Europe/Kyiv"),
            Person("boss", chance.choice(("Europe/Kyiv", "Europe/Moscow"))),
            Person("duty", "Europe/Kyiv", is_quiet=False),
        )
        days = [first + n * DAY for n in range(40)]
        free = frozenset(chance.sample([day for day in days if day.weekday() < 5], 2))
        worked = frozenset(chance.sample([day for day in days if day.weekday() == 5], 1))
        return cls(chance.choice(("Europe/Kyiv", "Europe/Moscow")), people, free, worked, first)

    def person(self, name: str) -> Person:
        """Return the person of that id."""
        return next(one for one in self.people if one.id == name)

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """Return a moment of the town's wall clock in UTC."""
        return datetime.combine(day, time(hour, minute), ZoneInfo(self.zone)).astimezone(UTC)

    def works(self, day: date, person: Person) -> bool:
        """Tell whether a person works on a day."""
        if person.calendar == "own" and (day in self.free or day in self.worked):
            return day in self.worked
        return day.weekday() < 5

    def later(self, start: datetime, days: float, person: Person) -> datetime:
        """Return the same wall clock `days` worked days later; a free day counts from its end on."""
        local = person.local(start)
        day, clock = local.date(), local.replace(tzinfo=None) - datetime.combine(local.date(), time())
        if not self.works(day, person):
            clock = timedelta()
            while not self.works(day, person):
                day += DAY
        whole = int(days)
        clock += (days - whole) * DAY
        if clock >= DAY:
            whole, clock = whole + 1, clock - DAY
        while whole:
            day += DAY
            whole -= self.works(day, person)
        return max(start, (datetime.combine(day, time()) + clock).replace(tzinfo=ZoneInfo(person.zone)).astimezone(UTC))

    def near(self, start: datetime, days: float, share: float, person: Person) -> datetime:
        """Return when `share` of so many worked days is over."""
        return self.later(start, days * share, person)

    def attended(self, start: datetime, hours: int, person: Person) -> datetime:
        """Return when so many hours of a person's worked days outside quiet hours are over: counted in minutes."""
        left, moment = hours * 60, start
        while left:
            local = person.local(moment)
            if not self.works(local.date(), person) or person.sleeps(moment):
                moment += timedelta(minutes=1) if moment.second == moment.microsecond == 0 else timedelta(seconds=1)
                continue
            moment += timedelta(minutes=1)
            left -= 1
        return moment

    def responsible(self, place: int) -> Person:
        """Return who answers for a place."""
        return self.people[place % 3]

    def watchlist(self) -> str:
        """Return the town as `watchlist.toml`."""
        days = {name: ", ".join(sorted(map(str, some))) for name, some in (("free", self.free), ("work", self.worked))}
        lines = ['[[companies]]\nid = "net"\nname = "Кофейня"']
        lines += [f'[[companies.places]]\nid = "p{n}"\nname = "Кофейня {n}"' for n in range(PLACES)]
        lines.append(f"[calendars.own]\nfree_days = [{days['free']}]\nworking_days = [{days['work']}]")
        for one in self.people:
            quiet = f"quiet_from = {QUIET_FROM}\nquiet_until = {QUIET_UNTIL}\n" if one.is_quiet else ""
            calendar = f'calendar = "{one.calendar}"\n' if one.calendar else ""
            channel = f'channels = ["json://{one.id}.example/"]\n'
            lines.append(
                f'[[people]]\nid = "{one.id}"\nname = "{one.id}"\ntimezone = "{one.zone}"\n{quiet}{calendar}{channel}'
            )
        for n in range(PLACES):
            lines.append(
                f'[[listings]]\nid = "{listing_of(n)}"\nsource = "{source_of(n).name}"\ncompany = "net"\n'
                f'place = "p{n}"\nresponsible = "{self.responsible(n).id}"\nescalation = "boss"'
            )
        return "\n".join(lines) + "\n"


def listing_of(place: int) -> str:
    """Return the listing of a place."""
    return f"l{place}"


def source_of(place: int) -> Source:
    """Return the site on which a place stands."""
    return SOURCES[place % len(SOURCES)]
