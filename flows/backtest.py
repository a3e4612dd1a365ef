"""What a rule, a threshold or a model would have sent over the stored history. Reads only, and sends nothing."""

import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from alerts import replaying
from alerts.details import OWN_PREFIX, Rule
from alerts.replayed_days import FIVE_STARS, PersonDay, about_reviews, by_person_and_day
from alerts.replaying import Replayed
from alerts.rules import check as check_rules
from core.errors import ConfigurationError, InputError, describe_validation
from core.home import Home
from core.rules import WatchRule
from core.settings import Settings
from core.watchlist import Watchlist
from flows.job import Job
from warehouse.replaying import Recorded, recorded

NOT_REPLAYED = ("coverage", "missed_run", "fade", "weekly_summary", "all_quiet", "discloses", "praise_wave")
"""Rules that do not follow from single cases alone."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is tried before it goes live."""

    rules: Path | None = None
    """A fragment of a watchlist with [[rules]]; one of a known id stands in place of the known one."""
    threshold: float | None = None
    """Probability from which a review is a complaint."""
    model: str | None = None
    """Whose stored predictions count: name, or name@revision."""

    @property
    def is_empty(self) -> bool:
        """Whether all stays as it is."""
        return self.rules is None and self.threshold is None and self.model is None


@dataclass(frozen=True, slots=True)
class Backtest:
    """What would have been sent."""

    since: datetime
    until: datetime
    looks: int
    """Hours of the span in which something was read."""
    reviews: int
    unjudged: int
    opened: int
    """Cases that would have opened or come back."""
    opened_now: int | None
    """The same with the present settings; None where nothing was proposed."""
    five_star_opened: int
    cases_told: int
    """Reviews about which somebody would have been told something at once."""
    alerts: dict[str, int]
    """Sent, by rule."""
    messages: int
    five_star_share: float | None
    """Of the alerts about single reviews, those about five stars; None where there are none."""
    cancelled: int
    covered: int
    held: int
    """Alerts that would have waited for the operator's release."""
    overdue: int
    """Cases whose SLA ended without a reply."""
    after_due: int
    """Alerts sent when the SLA of their case was over."""
    refused_acts: int
    busiest: PersonDay | None
    days: tuple[PersonDay, ...]


def database(home: Home) -> Path:
    """Return the published copy, which nobody waits for; the warehouse where nothing is published yet.

    Raises:
        InputError: there is neither.
    """
    for path in (home.published / "otklik.duckdb", home.warehouse):
        if path.exists():
            return path
    raise InputError(f"{home.warehouse}: there is no warehouse yet; run `otklik nightly` or `otklik import` first")


def backtest(
    job: Job, since: Callable[[datetime], datetime], *, proposal: Proposal | None = None, rule: str | None = None
) -> Backtest:
    """Replay the stored history.

    Args:
        job: The home folder; its clock ends the replay, if the last look was not earlier.
        since: From the end of the replay, where the span begins.
        proposal: What is tried.
        rule: Only alerts of this rule: a built-in one, or the id of one of the watchlist or the proposal.

    Raises:
        InputError: nothing is stored, or no such rule or model.
        ConfigurationError: the proposed rules cannot be used.
    """
    proposal = proposal or Proposal()
    watchlist = job.watchlist if proposal.rules is None else with_rules(job.watchlist, proposal.rules)
    settings = job.settings if proposal.threshold is None else _with_threshold(job.settings, proposal.threshold)
    name = None if rule is None else _stored_name(rule, watchlist)
    path = database(job.home)
    told = recorded(path, proposal.model)
    if not told.looks:
        raise InputError(f"{path}: no review was seen yet; there is nothing to replay")
    until = min(job.clock(), told.looks[-1])
    start = since(until)
    if start >= until:
        raise InputError(f"--since: {start:%Y-%m-%d %H:%M} UTC is not before the end of the history, {until:%Y-%m-%d}")
    found = _replay(told, watchlist, settings, start, until)
    opened_now = None
    if not proposal.is_empty:
        before = told if proposal.model is None else recorded(path)
        opened_now = len(_replay(before, job.watchlist, job.settings, start, until).opened)
    looks = sum(start <= at <= until for at in told.looks)
    return _report(found, watchlist, settings, name, start, until, looks, opened_now)


def with_rules(watchlist: Watchlist, file: Path) -> Watchlist:
    """Return the watchlist with the rules of a fragment; all of them are on and hold from the start of the span.

    Raises:
        InputError: the file cannot be read.
        ConfigurationError: names the file, the key and what was expected.
    """
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file}: not valid TOML: {error}") from error
    unknown = sorted(values.keys() - {"rules"})
    if unknown or not isinstance(values.get("rules"), list):
        raise ConfigurationError(f"{file}: expected [[rules]] and nothing else; got {', '.join(unknown) or 'none'}")
    try:
        fresh = [WatchRule.model_validate(entry) for entry in values["rules"]]
        ids = {one.id for one in fresh}
        kept = [one for one in watchlist.rules if one.id not in ids]
        parts = {part: getattr(watchlist, part) for part in Watchlist.model_fields}
        result = Watchlist.model_validate({**parts, "rules": (*kept, *fresh)})
    except ValidationError as error:
        raise ConfigurationError(describe_validation(error, str(file))) from error
    check_rules(result, str(file))
    return result


def _with_threshold(settings: Settings, threshold: float) -> Settings:
    if not 0 < threshold < 1:
        raise InputError(f"--threshold {threshold:g}: expected a probability between 0 and 1")
    judging = settings.judging.model_copy(update={"complaint_threshold": threshold})
    return settings.model_copy(update={"judging": judging})


def _stored_name(rule: str, watchlist: Watchlist) -> str:
    own = [one.id for one in watchlist.rules]
    if rule in own:
        return f"{OWN_PREFIX}{rule}"
    known = [str(one) for one in Rule if one is not Rule.own and one not in NOT_REPLAYED]
    if rule not in known:
        why = "it is not replayed" if rule in NOT_REPLAYED else "no such rule"
        raise InputError(f"--rule {rule}: {why}; known are: {', '.join((*own, *known))}")
    return rule


def _replay(told: Recorded, watchlist: Watchlist, settings: Settings, since: datetime, until: datetime) -> Replayed:
    awake = watchlist.model_copy(
        update={"rules": tuple(one.model_copy(update={"active_from": None}) for one in watchlist.rules)}
    )
    return replaying.replay(
        told.states,
        told.predictions,
        told.acts,
        watchlist=awake,
        settings=settings,
        looks=told.looks,
        since=since,
        until=until,
        members=told.members,
    )


def _report(
    found: Replayed,
    watchlist: Watchlist,
    settings: Settings,
    rule: str | None,
    since: datetime,
    until: datetime,
    looks: int,
    opened_now: int | None,
) -> Backtest:
    days = by_person_and_day(found, watchlist, settings, rule)
    wanted = [one for one in found.told if rule in {None, one.alert.rule}]
    sent = [one for one in wanted if one.sent_at is not None]
    about = about_reviews(wanted)
    five = sum(one.rating is not None and one.rating >= FIVE_STARS for one in about)
    return Backtest(
        since=since,
        until=until,
        looks=looks,
        reviews=found.reviews,
        unjudged=found.unjudged,
        opened=len(found.opened),
        opened_now=opened_now,
        five_star_opened=sum(rating is not None and rating >= FIVE_STARS for rating in found.opened.values()),
        cases_told=len({(one.alert.source, one.alert.review_id) for one in about}),
        alerts=dict(Counter(one.alert.rule for one in sent).most_common()),
        messages=sum(one.messages for one in days),
        five_star_share=five / len(about) if about else None,
        cancelled=sum(one.cancelled is not None for one in wanted),
        covered=sum(one.covered for one in wanted),
        held=sum(one.alert.held and not one.covered for one in wanted),
        overdue=len(found.overdue),
        after_due=sum(one.late for one in sent),
        refused_acts=found.refused_acts,
        busiest=max(days, key=lambda one: (one.messages, one.alerts), default=None),
        days=tuple(days),
    )
