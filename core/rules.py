"""Rules of one's own: which waiting cases somebody wants to hear about, by which steps; and the built-in ones.

A rule is an AND of conditions, a list of values is an OR. It tells of nothing that opened before the rule (or its
conditions as they stand) was first seen by a run, nor before `active_from`.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Annotated, Final, Literal, Self

from pydantic import AwareDatetime, BeforeValidator, Field, field_validator, model_validator

from core.aspects import Aspect
from core.entries import Entry, Slug

ROLES: Final = ("responsible", "department", "escalation", "technical", "operator")
"""Destinations that depend on the case: who answers, whose aspect it is, who hears when nobody does, ..."""

RuleName = Literal[
    "digest", "backlog", "near_miss", "late", "escalation", "severe", "unacknowledged", "edited_after_reply",
    "reply_removed", "reply_rejected", "discloses", "spike", "fade", "coverage", "missed_run", "weekly_summary",
    "all_quiet", "wave", "praise_wave", "woken", "dispute_reminder", "branch_question", "branch_overdue",
    "claim_not_seen",
]  # fmt: skip
"""The built-in rules that can be switched off or sent elsewhere; a surge is always told."""

_DELAY = re.compile(r"(\d{1,4}(?:\.\d+)?)([hd])")


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Names = Annotated[tuple[Slug, ...], BeforeValidator(_listed)]
Stars = Annotated[float, Field(ge=1, le=5)]
Hours = Annotated[float, Field(ge=0)]


class Step(Entry):
    """One step of a rule's ladder."""

    level: int = Field(ge=1, le=9, description="Each step has its own; a higher one speaks for the case.")
    after: str = Field("0h", description="Delay from the opening of the case, such as 4h or 2d.")
    clock: Literal["business", "calendar"] = Field(
        "business", description="Business days and hours by the person's calendar and quiet hours, or plain time."
    )
    to: Names = Field((), description="People, shared channels, departments or roles; the rule's people if empty.")

    @field_validator("after")
    @classmethod
    def _is_a_delay(cls, value: str) -> str:
        if _DELAY.fullmatch(value) is None:
            raise ValueError('expected hours or days, such as "4h" or "2d"')
        return value

    @property
    def delay(self) -> tuple[float, Literal["h", "d"]]:
        """The delay as a number and its unit."""
        number, unit = _DELAY.fullmatch(self.after).groups()  # type: ignore[union-attr]  # the validator matched it
        return float(number), "d" if unit == "d" else "h"

    @property
    def calendar_delay(self) -> timedelta:
        """The delay in plain time."""
        number, unit = self.delay
        return timedelta(hours=number) if unit == "h" else timedelta(days=number)


class WatchRule(Entry):
    """One rule of the watchlist."""

    id: Slug
    title: str | None = Field(None, max_length=120, description="What its messages are called.")
    enabled: bool = True
    active_from: AwareDatetime | None = Field(None, description="Cases that opened before this are never told.")
    source: Names = ()
    listing: Names = ()
    place: Names = ()
    language: Annotated[tuple[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")], ...], BeforeValidator(_listed)] = Field(
        (), description="ISO 639-1, as detected; und where it cannot be told."
    )
    aspect: Annotated[tuple[Aspect, ...], BeforeValidator(_listed)] = ()
    severity: Literal["ordinary", "severe"] | None = None
    stars: tuple[Stars, Stars] | None = Field(None, description="From and to, of five: [1, 2].")
    keyword: Annotated[tuple[str, ...], BeforeValidator(_listed)] = Field(
        (), description="Words or phrases; one that ends in * matches any ending: отрав*."
    )
    pattern: str | None = Field(
        None, min_length=1, max_length=1000, description="A regular expression of RE2, whose time is bounded."
    )
    age_hours: tuple[Hours, Hours] | None = Field(None, description="From and to, of the customer's wait.")
    status: Annotated[
        tuple[Literal["open", "acknowledged", "waiting_for_branch", "disputed"], ...], BeforeValidator(_listed)
    ] = ()
    doubtful: bool = Field(False, description="Also cases that the model is not sure of.")
    people: Names = Field(("responsible",), min_length=1)
    ladder: tuple[Step, ...] = Field(min_length=1)

    @field_validator("stars", "age_hours")
    @classmethod
    def _in_order(cls, value: tuple[float, float] | None) -> tuple[float, float] | None:
        if value is not None and value[0] > value[1]:
            raise ValueError("expected [from, to] with from not above to")
        return value

    @field_validator("keyword")
    @classmethod
    def _has_letters(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            if not any(character.isalnum() for character in one):
                raise ValueError(f"{one!r} has no letter or digit to look for")
        return value

    @model_validator(mode="after")
    def _levels_differ(self) -> Self:
        levels = [step.level for step in self.ladder]
        if len(set(levels)) != len(levels):
            raise ValueError("ladder: each step needs a level of its own")
        return self

    @property
    def conditions_hash(self) -> str:
        """Hash of the conditions: a rule whose conditions change is a new rule, which begins anew."""
        said = self.model_dump_json(exclude={"id", "title", "enabled", "active_from", "people", "ladder"})
        return sha256(said.encode()).hexdigest()[:16]

    def recipients(self, step: Step) -> tuple[str, ...]:
        """Return whom a step tells: names and roles, each once."""
        return tuple(dict.fromkeys(step.to or self.people))


class Builtin(Entry):
    """What is changed of one built-in rule."""

    enabled: bool = True
    to: Names = Field((), description="People, shared channels, departments or roles instead of the usual ones.")


def problems(
    rules: Collection[WatchRule], builtin: Mapping[str, Builtin], known: Mapping[str, Collection[str]]
) -> list[str]:
    """Return one line for each name that a rule uses and nobody knows.

    Args:
        rules: The rules of the watchlist.
        builtin: Changes of built-in rules by name.
        known: The names by what they are: source, listing, place, destination.
    """
    return [*_own_problems(rules, known), *_builtin_problems(builtin, known)]


def _own_problems(rules: Collection[WatchRule], known: Mapping[str, Collection[str]]) -> Iterator[str]:
    for rule in rules:
        for kind in ("source", "listing", "place"):
            yield from _unknown(f"rules.{rule.id}.{kind}", kind, getattr(rule, kind), known[kind])
        yield from _unknown(f"rules.{rule.id}.people", "destination", rule.people, known["destination"])
        for step in rule.ladder:
            yield from _unknown(f"rules.{rule.id}.ladder.{step.level}.to", "destination", step.to, known["destination"])


def _builtin_problems(builtin: Mapping[str, Builtin], known: Mapping[str, Collection[str]]) -> Iterator[str]:
    for name, entry in builtin.items():
        yield from _unknown(f"builtin.{name}.to", "destination", entry.to, known["destination"])


def _unknown(where: str, kind: str, names: Collection[str], known: Collection[str]) -> Iterator[str]:
    for name in names:
        if name not in known:
            yield f"{where}: no {kind} {name!r}; known are: {', '.join(sorted(known)) or 'none'}"
