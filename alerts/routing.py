"""Who is told: people by role, place and aspect; a deputy for whoever is away; and nobody's case is the operator's."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.calendar import BusinessTime, first_allowed, local_date
from core.records import CaseFacts
from core.settings import Settings
from core.watchlist import Department, Listing, Person, Watchlist

ABOUT = 0.5
"""Probability from which a text is said to speak about an aspect."""

_LONGEST_REST = 400


class Routing:
    """The watchlist's people at one moment."""

    def __init__(self, watchlist: Watchlist, settings: Settings, now: datetime) -> None:
        self._watchlist, self._settings, self._now = watchlist, settings, now
        self._people = {person.id: person for person in (*watchlist.people, *watchlist.channels)}
        self._departments = {one.id: one for one in watchlist.departments}
        self._listings = {listing.id: listing for listing in watchlist.listings}
        self._own = {company.id for company in watchlist.companies if company.kind == "own"}
        self.operator = self._people.get(settings.alerts.operator or "")

    def listing(self, listing_id: str) -> Listing | None:
        """Return the listing of that id, or None."""
        return self._listings.get(listing_id)

    def answering(self, facts: CaseFacts) -> Person | None:
        """Return who answers a case: who took it, its department's person, the listing's, the place's; or None."""
        department, listing = self.department(facts), self._listings.get(facts.listing_id)
        names = (facts.case.assignee if facts.case else None, department.person if department else None)
        found = next((self._people[name] for name in names if name in self._people), None)
        return found or (self.responsible(listing) if listing else None)

    def is_unrouted(self, facts: CaseFacts) -> bool:
        """Tell whether the watchlist names nobody for a case of one's own company: then it is the operator's."""
        listing = self._listings.get(facts.listing_id)
        if listing is None or listing.company not in self._own:
            return False
        place = self._watchlist.place_of(listing.id)
        department = self.department(facts)
        named = (
            facts.case.assignee if facts.case else None,
            department.person if department else None,
            listing.responsible,
            place.responsible if place else None,
        )
        return not any(name in self._people for name in named)

    def department(self, facts: CaseFacts) -> Department | None:
        """Return the department that fits best: one that names the place, then the surest of its aspects."""
        listing = self._listings.get(facts.listing_id)
        if listing is None or not self._departments:
            return None
        prediction = facts.prediction
        sure = {one.name: one.p for one in prediction.aspects if one.p >= ABOUT} if prediction else {}
        found: list[tuple[bool, float, Department]] = []
        for department in self._departments.values():
            said = max((sure[aspect] for aspect in department.aspects if aspect in sure), default=0.0)
            if (said or not department.aspects) and (listing.place in department.places or not department.places):
                found.append((bool(department.places), said, department))
        return max(found, key=lambda one: one[:2])[2] if found else None

    def responsible(self, listing: Listing) -> Person | None:
        """Return who answers for a listing: its own person, its place's, or the operator for a company of one's own."""
        place = self._watchlist.place_of(listing.id)
        names = (listing.responsible, place.responsible if place else None)
        found = next((self._people[name] for name in names if name in self._people), None)
        return found or (self.operator if listing.company in self._own else None)

    def resolve(
        self,
        names: Sequence[str],
        *,
        listing: Listing | None = None,
        facts: CaseFacts | None = None,
        person: Person | None = None,
    ) -> list[Person]:
        """Return the people behind names and roles, each once; a role that nobody has falls to `person`.

        Args:
            names: People, shared channels, departments and roles.
            listing: What it is about, if about one.
            facts: The case, if it is about one.
            person: Who answers; else the operator.
        """
        found = [self._one(name, listing, facts, person) or person or self.operator for name in names]
        return list({one.id: one for one in found if one is not None}.values())

    def _one(self, name: str, listing: Listing | None, facts: CaseFacts | None, person: Person | None) -> Person | None:
        match name:
            case "responsible":
                return person or (self.responsible(listing) if listing else None)
            case "operator":
                return self.operator
            case "escalation":
                return self._people.get(listing.escalation or "") if listing else None
            case "technical":
                return self.technical(listing) if listing else self.operator
            case "department":
                department = self.department(facts) if facts else None
            case _:
                department = self._departments.get(name)
        return self._people.get(department.person if department else name)

    def technical(self, listing: Listing) -> Person | None:
        """Return who is told when a listing cannot be read."""
        return self._people.get(listing.technical or "") or self.operator

    def person(self, name: str | None) -> Person | None:
        """Return the person or shared channel of that id, or None."""
        return self._people.get(name or "")

    def stand_in(self, person: Person) -> Person:
        """Return who is told in place of `person`: themselves, or a deputy on days of absence.

        The day is that of the first minute at which they might be told. Where all deputies are away too, it is
        `person` again: a message is never lost.
        """
        one, seen = person, {person.id}
        while self._is_away(one):
            deputy = self._people.get(one.deputy or "")
            if deputy is None or deputy.id in seen:
                return person
            seen.add(deputy.id)
            one = deputy
        return one

    def _is_away(self, person: Person) -> bool:
        day = local_date(self.allowed(person), person, self._settings)
        return any(absence.first <= day <= absence.last for absence in person.away)

    def allowed(self, person: Person) -> datetime:
        """Return the first moment from now on at which `person` may be told: no quiet hours, no quiet free day."""
        moment = first_allowed(self._now, person, self._settings)
        if not person.quiet_free_days:
            return moment
        business = BusinessTime.of(person, self._watchlist, self._settings)
        for _ in range(_LONGEST_REST):
            day = local_date(moment, person, self._settings)
            if business.is_worked(day):
                return moment
            midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), business.zone)
            moment = first_allowed(midnight, person, self._settings)
        return moment
