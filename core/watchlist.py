"""The watchlist: whom we watch and who answers. Data in `watchlist.toml`, checked here as a whole.

A mistake is reported with file, key and what was expected; nothing is guessed.
"""

import tomllib
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from core import rules
from core.aspects import Aspect
from core.channel import TERMINAL, Channel, ChannelEntry, Content
from core.entries import Entry, Slug
from core.errors import ConfigurationError, describe_validation
from core.remedies import RemedyLimit
from core.rules import ROLES, Builtin, RuleName, WatchRule
from core.settings import TimeZone

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Calendar(Entry):
    """Which days count as business days."""

    weekend: tuple[Weekday, ...] = ("sat", "sun")
    country: str | None = Field(None, description="ISO country whose public holidays are free days, where known.")
    free_days: tuple[date, ...] = Field((), description="Own free days; needed for Ukraine, whose list is empty now.")
    working_days: tuple[date, ...] = Field((), description="Days that are worked although they look free.")


class Sla(Entry):
    """Deadlines that differ from the settings' defaults."""

    ordinary_days: Annotated[float, Field(gt=0)] | None = None


class Away(Entry):
    """Days on which somebody is away, both included."""

    first: date
    last: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError("expected last not before first")
        return self


class Person(Entry):
    """Somebody who receives alerts."""

    id: Slug
    name: str
    channels: tuple[ChannelEntry, ...] = Field(
        (Channel(url=TERMINAL),), min_length=1, description="Addresses, each a string or a table."
    )
    language: Literal["ru", "uk", "en"] | None = None
    timezone: TimeZone | None = None
    quiet_from: time | None = Field(None, description="Local time from which nothing is sent...")
    quiet_until: time | None = Field(None, description="...until this local time.")
    quiet_free_days: bool = Field(False, description="Also send nothing on free days of the person's calendar.")
    channel_use: Literal["first", "all"] = Field(
        "first", description="The first channel that takes a message, or all of them."
    )
    max_immediate: Annotated[int, Field(ge=0)] | None = Field(
        None, description="Single alerts in a day, if not as in the settings."
    )
    deputy: Slug | None = Field(None, description="Who is told in their place on days of `away`.")
    away: tuple[Away, ...] = ()
    calendar: Slug | None = None
    sla: Sla = Sla()
    remedies: dict[Literal["ordinary", "severe"], RemedyLimit] = Field(
        {}, description="What this person may offer to a customer, by the severity of the case; nothing if absent."
    )
    content: Content | None = Field(None, description="For channels that say nothing; by default without names.")

    @model_validator(mode="after")
    def _both_ends_of_quiet(self) -> Self:
        if (self.quiet_from is None) != (self.quiet_until is None):
            raise ValueError("quiet_from and quiet_until belong together")
        return self


class Place(Entry):
    """A branch, shop or product line of a company."""

    id: Slug
    name: str
    city: str | None = None
    region: str | None = None
    brand: str | None = None
    opened: date | None = None
    closed: date | None = None
    responsible: Slug | None = Field(None, description="Person who answers where a listing names nobody.")


class Voice(Entry):
    """How a company answers reviews: what drafts of replies may say."""

    signature: str | None = None
    contact: str | None = Field(None, description="Whom to reach, by name, and how: a phone, an e-mail, a messenger.")
    address_form: Literal["Вы", "вы"] | None = Field(None, description="Learnt from the company's replies if absent.")
    promises: tuple[Literal["look_into", "call_back"], ...] = Field(
        ("look_into",), description="What a draft may promise."
    )


class Company(Entry):
    """A company that is watched."""

    id: Slug
    name: str
    kind: Literal["own", "competitor"] = "own"
    places: tuple[Place, ...] = ()
    vertical: Literal["clinic", "bank", "other"] | None = Field(
        None, description="Under medical or bank secrecy no reply may even confirm that the author is a customer."
    )
    voice: Voice = Voice()
    replies: bool = Field(False, description="Whether `otklik reply` may post replies on its listings.")
    approval: bool = Field(False, description="A reply is posted only when a second person approves it.")


class Listing(Entry):
    """A company or place on one source."""

    id: Slug
    source: Slug = Field(description="Name of the spider, or of the importer for a drop folder.")
    company: Slug
    place: Slug | None = None
    target: str = Field("", description="What the source calls it: an app id, a slug, a forum's address.")
    base_url: str | None = Field(None, description="Address of the site where it is not the source's usual one.")
    private: bool = Field(False, description="The site's name may lead to an address inside a private network.")
    options: dict[str, str | int | float | bool] = Field({}, description="Options of the source's spider.")
    responsible: Slug | None = Field(
        None, description="Person who answers; else the place's person, else the operator for a company of one's own."
    )
    escalation: Slug | None = Field(None, description="Person who is told when nobody answers.")
    technical: Slug | None = Field(None, description="Person who is told when it cannot be read; else the operator.")
    enabled: bool = True
    timezone: TimeZone | None = Field(None, description="Zone of naive times in imported files.")
    replies: bool | None = Field(None, description="Whether `otklik reply` may post there, if not as its company says.")
    approval: bool = Field(False, description="A reply is posted only when a second person approves it.")


class Department(Entry):
    """Who is asked about some aspects, or in some places: the kitchen, deliveries, the workshop of one town."""

    id: Slug
    name: str
    person: Slug
    aspects: tuple[Aspect, ...] = Field((), description="What a case must be about; anything if empty.")
    places: tuple[Slug, ...] = Field((), description="Where it must have happened; anywhere if empty.")


class Programme(Entry):
    """A programme that was to make something better: a training, a new process, a new menu."""

    id: Slug
    name: str
    start: date
    places: tuple[Slug, ...] = Field((), description="Where it runs; everywhere if empty.")
    owner: Slug | None = Field(None, description="Person who is told when it fades; else the operator.")


class Watchlist(Entry):
    """The whole watchlist."""

    companies: tuple[Company, ...] = ()
    people: tuple[Person, ...] = ()
    channels: tuple[Person, ...] = Field((), description="Shared rooms that are told like a person: a team's chat.")
    listings: tuple[Listing, ...] = ()
    calendars: dict[Slug, Calendar] = Field({}, description="Business calendars by name.")
    departments: tuple[Department, ...] = ()
    programmes: tuple[Programme, ...] = ()
    rules: tuple[WatchRule, ...] = ()
    builtin: dict[RuleName, Builtin] = Field({}, description="Built-in rules that are off or go elsewhere.")

    @model_validator(mode="after")
    def _references_hold(self) -> Self:
        problems = [
            *_twice("companies", [company.id for company in self.companies]),
            *_twice("people", [person.id for person in self.people]),
            *_twice("listings", [listing.id for listing in self.listings]),
            *_twice("places", [place.id for company in self.companies for place in company.places]),
        ]
        problems += _twice("rules", [rule.id for rule in self.rules])
        problems += _twice("programmes", [programme.id for programme in self.programmes])
        problems += _twice("people, channels, departments and roles", self._destinations)
        places = {company.id: {place.id for place in company.places} for company in self.companies}
        for listing in self.listings:
            where = f"listings.{listing.id}"
            if listing.company not in places:
                problems.append(f"{where}.company: no company {listing.company!r}; {_known(places)}")
            elif listing.place is not None and listing.place not in places[listing.company]:
                problems.append(f"{where}.place: no place {listing.place!r}; {_known(places[listing.company])}")
        problems += self._unknown_people()
        everywhere = {place for own in places.values() for place in own}
        in_places = {
            **{f"departments.{one.id}": one.places for one in self.departments},
            **{f"programmes.{one.id}": one.places for one in self.programmes},
        }
        problems += [
            f"{where}.places: no place {name!r}; {_known(everywhere)}"
            for where, names in in_places.items()
            for name in names
            if name not in everywhere
        ]
        known = {
            "source": {listing.source for listing in self.listings},
            "listing": {listing.id for listing in self.listings},
            "place": everywhere,
            "destination": set(self._destinations),
        }
        problems += rules.problems(self.rules, {str(name): entry for name, entry in self.builtin.items()}, known)
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def _destinations(self) -> list[str]:
        return [*ROLES, *(entry.id for group in (self.people, self.channels, self.departments) for entry in group)]

    def _unknown_people(self) -> list[str]:
        people = {person.id for person in (*self.people, *self.channels)}
        named: list[tuple[str, str | None]] = [
            *((f"departments.{one.id}.person", one.person) for one in self.departments),
            *((f"programmes.{one.id}.owner", one.owner) for one in self.programmes),
            *((f"people.{one.id}.deputy", one.deputy) for one in self.people),
            *(
                (f"places.{place.id}.responsible", place.responsible)
                for company in self.companies
                for place in company.places
            ),
            *(
                (f"listings.{listing.id}.{role}", getattr(listing, role))
                for listing in self.listings
                for role in ("responsible", "escalation", "technical")
            ),
        ]
        return [
            *(
                f"people.{person.id}.calendar: no calendar {person.calendar!r}; {_known(self.calendars)}"
                for person in (*self.people, *self.channels)
                if person.calendar is not None and person.calendar not in self.calendars
            ),
            *(
                f"{where}: no person {name!r}; {_known(people)}"
                for where, name in named
                if name is not None and name not in people
            ),
        ]

    def listing(self, listing_id: str) -> Listing | None:
        """Return the listing of that id, or None for one that only an import knows."""
        return next((listing for listing in self.listings if listing.id == listing_id), None)

    def company_of(self, listing_id: str) -> Company | None:
        """Return the company of a listing, or None for a listing that only an import knows."""
        listing = self.listing(listing_id)
        return next((company for company in self.companies if listing and company.id == listing.company), None)

    def may_reply(self, listing_id: str) -> bool:
        """Tell whether replies may be posted on a listing: as it says itself, else as its company does."""
        listing, company = self.listing(listing_id), self.company_of(listing_id)
        if listing is None or company is None or company.kind != "own":
            return False
        return company.replies if listing.replies is None else listing.replies

    def needs_approval(self, listing_id: str) -> bool:
        """Tell whether a reply there needs a second person."""
        listing, company = self.listing(listing_id), self.company_of(listing_id)
        return bool((listing and listing.approval) or (company and company.approval))

    def person(self, person_id: str) -> Person | None:
        """Return the person or shared channel of that id, or None."""
        return next((person for person in (*self.people, *self.channels) if person.id == person_id), None)

    def place_of(self, listing_id: str) -> Place | None:
        """Return the place of a listing, or None."""
        listing, company = self.listing(listing_id), self.company_of(listing_id)
        return (
            next((place for place in company.places if listing and place.id == listing.place), None)
            if company
            else None
        )

    def builtin_rule(self, name: str) -> Builtin:
        """Return what is changed of a built-in rule; nothing for one that the watchlist does not name."""
        return next((entry for known, entry in self.builtin.items() if known == name), Builtin())

    def calendar_of(self, person: Person | None) -> Calendar:
        """Return the calendar by which a person works: Monday to Friday where none is named."""
        if person is None or person.calendar is None:
            return Calendar()
        return self.calendars[person.calendar]


def _twice(kind: str, ids: list[str]) -> list[str]:
    return [f"{kind}: the id {name!r} stands twice" for name in sorted({i for i in ids if ids.count(i) > 1})]


def _known(names: Any) -> str:
    return f"known are: {', '.join(sorted(names)) or 'none'}"


def load_watchlist(home: Path) -> Watchlist:
    """Read `watchlist.toml` of `home`; an absent file is an empty watchlist.

    Raises:
        ConfigurationError: with the file, the key and what was expected.
    """
    path = home / "watchlist.toml"
    if not path.exists():
        return Watchlist()
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: not valid TOML: {error}") from error
    return parse_watchlist(text, str(path))


def parse_watchlist(text: str, where: str) -> Watchlist:
    """Read the text of a watchlist; `where` names it in errors.

    Raises:
        ConfigurationError: with the file, the key and what was expected.
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{where}: not valid TOML: {error}") from error
    try:
        return Watchlist.model_validate(values)
    except ValidationError as error:
        raise ConfigurationError(describe_validation(error, where)) from error
