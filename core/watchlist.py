"""The watchlist: whom we watch and who answers. Data in `watchlist.toml`, checked here as a whole.

A mistake is reported with file, key and what was expected; nothing is guessed.
"""

import tomllib
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.errors import ConfigurationError, describe_validation
from core.settings import TimeZone

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Entry(BaseModel):
    """Base of a watchlist entry: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Calendar(Entry):
    """Which days count as business days."""

    weekend: tuple[Weekday, ...] = ("sat", "sun")
    country: str | None = Field(None, description="ISO country whose public holidays are free days, where known.")
    free_days: tuple[date, ...] = Field((), description="Own free days; needed for Ukraine, whose list is empty now.")
    working_days: tuple[date, ...] = Field((), description="Days that are worked although they look free.")


class Sla(Entry):
    """Deadlines that differ from the settings' defaults."""

    ordinary_days: Annotated[float, Field(gt=0)] | None = None


class Person(Entry):
    """Somebody who receives alerts."""

    id: Slug
    name: str
    channels: tuple[str, ...] = Field(
        ("terminal://",),
        min_length=1,
        description="`terminal://` or apprise URLs; `${NAME}` is taken from the environment.",
    )
    language: Literal["ru", "uk", "en"] | None = None
    timezone: TimeZone | None = None
    quiet_from: time | None = Field(None, description="Local time from which nothing is sent...")
    quiet_until: time | None = Field(None, description="...until this local time.")
    calendar: Slug | None = None
    sla: Sla = Sla()
    content: Literal["redacted", "full"] = "redacted"

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


class Listing(Entry):
    """A company or place on one source."""

    id: Slug
    source: Slug = Field(description="Name of the spider, or of the importer for a drop folder.")
    company: Slug
    place: Slug | None = None
    target: str = Field("", description="What the source calls it: an app id, a slug, a forum's address.")
    base_url: str | None = Field(None, description="Address of the site where it is not the source's usual one.")
    options: dict[str, str | int | float | bool] = Field({}, description="Options of the source's spider.")
    responsible: Slug | None = Field(None, description="Person who answers; none means nobody is alerted.")
    escalation: Slug | None = Field(None, description="Person who is told when nobody answers.")
    enabled: bool = True
    timezone: TimeZone | None = Field(None, description="Zone of naive times in imported files.")


class Watchlist(Entry):
    """The whole watchlist."""

    companies: tuple[Company, ...] = ()
    people: tuple[Person, ...] = ()
    listings: tuple[Listing, ...] = ()
    calendars: dict[Slug, Calendar] = {}

    @model_validator(mode="after")
    def _references_hold(self) -> Self:
        problems = [
            *_twice("companies", [company.id for company in self.companies]),
            *_twice("people", [person.id for person in self.people]),
            *_twice("listings", [listing.id for listing in self.listings]),
            *_twice("places", [place.id for company in self.companies for place in company.places]),
        ]
        people = {person.id for person in self.people}
        places = {company.id: {place.id for place in company.places} for company in self.companies}
        for person in self.people:
            if person.calendar is not None and person.calendar not in self.calendars:
                problems.append(
                    f"people.{person.id}.calendar: no calendar {person.calendar!r}; {_known(self.calendars)}"
                )
        for listing in self.listings:
            where = f"listings.{listing.id}"
            if listing.company not in places:
                problems.append(f"{where}.company: no company {listing.company!r}; {_known(places)}")
            elif listing.place is not None and listing.place not in places[listing.company]:
                problems.append(f"{where}.place: no place {listing.place!r}; {_known(places[listing.company])}")
            for role in ("responsible", "escalation"):
                name = getattr(listing, role)
                if name is not None and name not in people:
                    problems.append(f"{where}.{role}: no person {name!r}; {_known(people)}")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def listing(self, listing_id: str) -> Listing | None:
        """Return the listing of that id, or None for one that only an import knows."""
        return next((listing for listing in self.listings if listing.id == listing_id), None)

    def company_of(self, listing_id: str) -> Company | None:
        """Return the company of a listing, or None for a listing that only an import knows."""
        listing = self.listing(listing_id)
        return next((company for company in self.companies if listing and company.id == listing.company), None)

    def person(self, person_id: str) -> Person | None:
        """Return the person of that id, or None."""
        return next((person for person in self.people if person.id == person_id), None)

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
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: not valid TOML: {error}") from error
    try:
        return Watchlist.model_validate(values)
    except ValidationError as error:
        raise ConfigurationError(describe_validation(error, str(path))) from error
