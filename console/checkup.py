"""`otklik doctor`: does everything that the settings and the watchlist name exist and work?"""

import asyncio
import os
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from console.rule_preview import examine_rules
from core.clock import system_clock
from core.errors import OtklikError
from core.home import Home
from core.journal import read_journal
from core.settings import Settings, load_settings
from core.watchlist import Listing, Watchlist, load_watchlist

_SPACE_GIB = 2.0


class Finding(NamedTuple):
    """One thing that was looked at: fine, note (works, but look) or mend (does not work)."""

    what: str
    verdict: str
    advice: str


def examine(home: Home, *, offline: bool = False) -> list[Finding]:
    """Look at everything and return what was found; nothing is sent.

    Only the APIs whose keys are the owner's are asked, for one page each, and not even these where `offline`.
    """
    findings: list[Finding] = []
    settings: Settings | None = None
    watchlist: Watchlist | None = None
    try:
        settings = load_settings(home.root)
        findings.append(_origin(home))
    except OtklikError as error:
        findings.append(Finding("otklik.toml", "mend", str(error)))
    try:
        watchlist = load_watchlist(home.root)
        findings.append(_watchlist_finding(home, watchlist))
    except OtklikError as error:
        findings.append(Finding("watchlist.toml", "mend", str(error)))
    if watchlist is not None:
        findings.extend(_listings(home, watchlist))
        findings.extend(_people(watchlist))
        if not offline:
            findings.extend(_apis(home, watchlist))
    if settings is not None and watchlist is not None:
        findings.extend(_settings(settings, watchlist))
        findings.append(_model(settings))
        findings.extend(_llm(home, settings, offline=offline))
        findings.append(_schedule(home, settings))
        findings.extend(Finding(*finding) for finding in examine_rules(home, settings, watchlist))
    findings.extend(_data(home, settings))
    return findings


def _origin(home: Home) -> Finding:
    """Say where the settings come from; never with a value, for one of them is the secret."""
    given = sorted(
        name
        for name in os.environ
        if name.upper().startswith("OTKLIK_") and name[7:].lower().partition("__")[0] in Settings.model_fields
    )
    told = [
        *([] if (home.root / "otklik.toml").exists() else ["no file" if given else "no file: all defaults"]),
        *([f"the environment sets {', '.join(given)}"] if given else []),
    ]
    return Finding("otklik.toml", "fine", "; ".join(told))


def _watchlist_finding(home: Home, watchlist: Watchlist) -> Finding:
    if not (home.root / "watchlist.toml").exists():
        return Finding("watchlist.toml", "mend", f"{home.root} has none; `otklik init` writes one to begin with")
    enabled = sum(listing.enabled for listing in watchlist.listings)
    advice = "" if enabled else "no listing is enabled: nothing will be read"
    return Finding("watchlist.toml", "fine" if enabled else "note", advice)


def _listings(home: Home, watchlist: Watchlist) -> Iterator[Finding]:
    from flows.collect import is_crawled
    from spiders.engine.crawl import sources
    from spiders.imports import FORMATS

    known = sources()
    for listing in watchlist.listings:
        name = f"listing {listing.id}"
        if listing.source not in known and listing.source not in FORMATS:
            names = ", ".join(sorted({*known, *FORMATS}))
            yield Finding(name, "mend", f"source {listing.source!r} is neither a spider nor a format; known: {names}")
        elif not is_crawled(listing, known):
            folder = home.inbox / listing.id
            yield Finding(name, "fine" if folder.is_dir() else "note", f"drop folder: lay files into {folder}")
        elif listing.responsible is None and not _has_people(watchlist, listing):
            yield Finding(name, "note", "nobody is responsible: its complaints are the operator's, if there is one")
        else:
            yield Finding(name, "fine", "" if listing.enabled else "switched off")


def _apis(home: Home, watchlist: Watchlist) -> Iterator[Finding]:
    """Ask each API that the watchlist names, with each of its keys, for one page."""
    from spiders.engine.source import sources

    known = sources()
    asked: set[tuple[str, str]] = set()
    for listing in watchlist.listings:
        if not listing.enabled or listing.source not in known or not known[listing.source].secret:
            continue
        from flows.credentials import stored_credentials
        from spiders.engine.probing import account_of, probe

        if account_of(listing) in asked:
            continue
        asked.add(account_of(listing))
        stored = asyncio.run(stored_credentials(known[listing.source], listing))
        what = f"key of {' '.join(filter(None, account_of(listing)))}"
        try:
            yield Finding(what, "fine", probe(listing, {**stored, **os.environ}, home.root))
        except OtklikError as error:
            yield Finding(what, "mend", str(error))


def _has_people(watchlist: Watchlist, listing: Listing) -> bool:
    place = watchlist.place_of(listing.id)
    return bool(place and place.responsible) or bool(watchlist.departments)


def _people(watchlist: Watchlist) -> Iterator[Finding]:
    from alerts.calendar import problems as problems_of_calendars

    for line in problems_of_calendars(watchlist):
        yield Finding("calendars", "mend", line)
    for person in (*watchlist.people, *watchlist.channels):
        missing = [
            name
            for channel in person.channels
            for name in re.findall(r"\$\{(\w+)\}", f"{channel.url} {channel.secret}")
            if name not in os.environ
        ]
        if missing:
            yield Finding(f"person {person.id}", "mend", f"not set in the environment: {', '.join(missing)}")
            continue
        from alerts.channels import problem_with

        problems = [problem for channel in person.channels if (problem := problem_with(channel, os.environ))]
        yield Finding(f"person {person.id}", "mend" if problems else "fine", "; ".join(problems))


def _settings(settings: Settings, watchlist: Watchlist) -> Iterator[Finding]:
    if not settings.crawl.contact:
        yield Finding("crawl.contact", "note", "empty: sites that are read cannot reach you")
    operator = settings.alerts.operator
    if operator is None:
        yield Finding("alerts.operator", "note", "nobody is told about broken sources and held alerts")
    elif watchlist.person(operator) is None:
        yield Finding("alerts.operator", "mend", f"no person {operator!r} in watchlist.toml")


def _model(settings: Settings) -> Finding:
    import models

    try:
        return Finding("model", "fine", models.model_id(settings))
    except OtklikError as error:
        return Finding("model", "mend", str(error))


def _llm(home: Home, settings: Settings, *, offline: bool) -> Iterator[Finding]:
    """Ask the language model for one word, and tell how often it was of use."""
    if settings.llm.base_url:
        from flows.drafting import endpoint_of, problem_with, told

        try:
            endpoint = endpoint_of(settings.llm, home.root)
            problem = None if offline or endpoint is None else problem_with(endpoint)
            yield Finding("llm", "mend" if problem else "fine", problem or told(home))
        except OtklikError as error:
            yield Finding("llm", "mend", str(error))


def _schedule(home: Home, settings: Settings) -> Finding:
    from flows.prefect_runner import quiet_environment
    from flows.schedule import cron_problems

    if os.access(home.root, os.W_OK):
        quiet_environment(home.root)
    problems = cron_problems(settings.run)
    return Finding("schedule", "mend" if problems else "fine", "; ".join(problems))


def _data(home: Home, settings: Settings | None) -> Iterator[Finding]:
    folder = home.data if home.data.exists() else home.root
    if not os.access(folder, os.W_OK):
        yield Finding("data folder", "mend", f"{folder} cannot be written")
        return
    free = shutil.disk_usage(folder).free / 2**30
    yield Finding("disk", "fine" if free > _SPACE_GIB else "mend", f"{free:.1f} GiB free in {folder}")
    problems = read_journal(home).problems
    yield Finding("journal", "note" if problems else "fine", "; ".join(problems))
    if settings is not None and home.warehouse.exists():
        from warehouse import Warehouse, ask

        try:
            with Warehouse.open(home.warehouse, wait=5) as warehouse:
                broken = warehouse.check()
                dead = warehouse.dead_runs(system_clock() - timedelta(minutes=settings.run.lease_minutes))
        except OtklikError as error:
            yield Finding("warehouse", "note", str(error))
            return
        yield Finding("warehouse", "mend" if broken else "fine", "; ".join(str(row) for row in broken))
        lost = [f"{run.run_id} (no sign of life since {run.heartbeat_at:%Y-%m-%d %H:%M} UTC)" for run in dead]
        advice = f"ended without a word, run them again: {', '.join(lost)}" if lost else ""
        yield Finding("runs", "mend" if lost else "fine", advice)
        failed = ask.run(home.warehouse, "alert_log", {"state": "failed", "limit": "1000"}).to_pylist()
        names = ", ".join(sorted({row["destination"] for row in failed}))
        advice = (
            f"{len(failed)} could not be sent to {names}; `otklik deliver --dead` tries once more" if failed else ""
        )
        yield Finding("alerts", "mend" if failed else "fine", advice)
