"""Which cases a rule of the watchlist catches, and from when on each step of its ladder is due.

Patterns run on RE2, whose time grows with the text alone, so that no review can hold a run up.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from alerts.calendar import BusinessTime
from alerts.cases import ACTIVE, has_standing_reply
from alerts.digest import Waiting
from alerts.routing import ABOUT, Routing
from core.errors import ConfigurationError
from core.records import CaseFacts
from core.rules import Step, WatchRule
from core.settings import Settings
from core.watchlist import Person, Watchlist

_WORD = re.compile(r"[^\W_]+")
_CLASS_NAMES = {"w": r"\pL\pM\pN_", "d": r"\p{Nd}", "s": r"\pZ\t\n\r\f\v"}
_TINY = 1e-6


def matches(rule: WatchRule, one: Waiting, *, watchlist: Watchlist, now: datetime) -> bool:
    """Tell whether all conditions of a rule hold for a waiting case; a condition of which nothing is known does not."""
    facts, case = one.facts, one.case
    listing, prediction = watchlist.listing(facts.listing_id), facts.prediction
    wait = (now - one.waiting_since) / timedelta(hours=1)
    stars = None if facts.rating is None else 1 + 4 * facts.rating
    about = {said.name for said in prediction.aspects if said.p >= ABOUT} if prediction else set()
    return all(
        (
            not rule.source or facts.source in rule.source,
            not rule.listing or facts.listing_id in rule.listing,
            not rule.place or (listing is not None and listing.place in rule.place),
            not rule.language or (prediction is not None and prediction.language in rule.language),
            not rule.aspect or not about.isdisjoint(rule.aspect),
            rule.severity is None or case.severity == rule.severity,
            rule.stars is None or (stars is not None and rule.stars[0] - _TINY <= stars <= rule.stars[1] + _TINY),
            rule.age_hours is None or rule.age_hours[0] <= wait <= rule.age_hours[1],
            not rule.status or case.status in rule.status,
            not (rule.keyword or rule.pattern) or _says(rule, f"{facts.title or ''}\n{facts.text}"),
        )
    )


def may_fire(rule: WatchRule, facts: CaseFacts, *, active_since: datetime, now: datetime) -> bool:
    """Tell whether a rule may tell of a case at all: it waits, is news, younger than the rule, and not snoozed."""
    case = facts.case
    return (
        rule.enabled
        and case is not None
        and case.status in ACTIVE
        and not case.is_baseline
        and (rule.doubtful or not case.needs_check)
        and case.opened_at >= max(active_since, rule.active_from or active_since)
        and facts.gone_at is None
        and not has_standing_reply(facts)
        and not (case.snoozed_until is not None and case.snoozed_until > now)
    )


def due_at(step: Step, opened_at: datetime, person: Person, watchlist: Watchlist, settings: Settings) -> datetime:
    """Return from when on a step is due: its delay after the opening, on its own clock."""
    number, unit = step.delay
    if step.clock == "calendar" or not number:
        return opened_at + step.calendar_delay
    business = BusinessTime.of(person, watchlist, settings)
    return business.add(opened_at, number) if unit == "d" else business.attended(opened_at, number, person)


def caught(
    rule: WatchRule, facts: Sequence[CaseFacts], *, watchlist: Watchlist, settings: Settings, now: datetime
) -> list[CaseFacts]:
    """Return the waiting cases that a rule would tell of, were all of them younger than the rule."""
    routing = Routing(watchlist, settings, now)
    found = []
    for fact in facts:
        person = routing.answering(fact)
        if fact.case is None or person is None or not may_fire(rule, fact, active_since=fact.case.opened_at, now=now):
            continue
        if matches(rule, Waiting(fact, fact.case, person), watchlist=watchlist, now=now):
            found.append(fact)
    return found


def check(watchlist: Watchlist, where: str) -> None:
    """Compile the patterns of all rules.

    Raises:
        ConfigurationError: names `where`, the rule, and what is wrong with its pattern.
    """
    for rule in watchlist.rules:
        if rule.pattern is not None:
            try:
                _pattern(rule.pattern)
            except ValueError as error:
                raise ConfigurationError(f"{where}: rules.{rule.id}.pattern: {error} (got {rule.pattern!r})") from error


def _says(rule: WatchRule, text: str) -> bool:
    words = _WORD.findall(_folded(text)) if rule.keyword else []
    has_word = not rule.keyword or any(_has_phrase(words, phrase) for phrase in rule.keyword)
    return has_word and (rule.pattern is None or _pattern(rule.pattern).search(text) is not None)


def _has_phrase(words: Sequence[str], phrase: str) -> bool:
    wanted = [(word, is_stem) for part in phrase.split() for word, is_stem in _stems(part)]
    last = len(words) - len(wanted)
    return any(
        all(
            words[start + n].startswith(word) if is_stem else words[start + n] == word
            for n, (word, is_stem) in enumerate(wanted)
        )
        for start in range(last + 1)
    )


def _stems(part: str) -> list[tuple[str, bool]]:
    words = _WORD.findall(_folded(part))
    return [(word, part.endswith("*") and n == len(words) - 1) for n, word in enumerate(words)]


def _folded(text: str) -> str:
    return text.casefold().replace("ё", "е")


@lru_cache(maxsize=64)
def _pattern(pattern: str) -> Any:
    import re2  # here, because most watchlists have no pattern

    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    try:
        return re2.compile(_of_all_scripts(pattern), options)
    except re2.error as error:
        words = error.args[0]
        raise ValueError(words.decode(errors="replace") if isinstance(words, bytes) else str(words)) from error


def _of_all_scripts(pattern: str) -> str:
    r"""Return a pattern whose \w, \d and \s mean the letters, digits and spaces of all scripts, not of ASCII alone.

    Raises:
        ValueError: for \b and \B, which RE2 only knows for ASCII.
    """
    result, in_class, position = [], False, 0
    while position < len(pattern):
        character = pattern[position]
        if character != "\\":
            in_class = character == "[" or (in_class and character != "]")
            result.append(character)
            position += 1
            continue
        name = pattern[position + 1 : position + 2]
        if name in {"b", "B"} and not in_class:
            raise ValueError(r"\b knows ASCII letters alone: write (^|\PL) before a word and (\PL|$) after it")
        if name and name.lower() in _CLASS_NAMES:
            inside = _CLASS_NAMES[name.lower()]
            if in_class and name.isupper():
                raise ValueError(f"\\{name} cannot stand inside [...]; write [^...] of the others")
            result.append(inside if in_class else f"[{'^' if name.isupper() else ''}{inside}]")
        else:
            result.append(pattern[position : position + 2])
        position += 2
    return "".join(result)
