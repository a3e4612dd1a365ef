"""What `otklik doctor` says of the watchlist's rules: what each would catch now; and when the last night ended."""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from alerts import rules
from core.clock import system_clock
from core.errors import OtklikError
from core.home import Home
from core.settings import Settings
from core.watchlist import Watchlist

_SHOWN = 3


class RuleFinding(NamedTuple):
    """What was found of one rule, as a check-up tells it."""

    what: str
    verdict: str
    advice: str


def examine_rules(home: Home, settings: Settings, watchlist: Watchlist) -> Iterator[RuleFinding]:
    """Yield what each rule would catch in the present queue, and whether nights are missed; nothing is planned."""
    try:
        rules.check(watchlist, str(home.root / "watchlist.toml"))
    except OtklikError as error:
        yield RuleFinding("rules", "mend", str(error))
        return
    if home.warehouse.exists():
        yield from _in_the_queue(home, settings, watchlist)
    else:
        for rule in watchlist.rules:
            yield RuleFinding(f"rule {rule.id}", "fine", "nothing was read yet" if rule.enabled else "switched off")


def _in_the_queue(home: Home, settings: Settings, watchlist: Watchlist) -> Iterator[RuleFinding]:
    from warehouse import Warehouse

    now = system_clock()
    try:
        with Warehouse.open(home.warehouse, wait=5) as warehouse:
            known = warehouse.case_facts(now) if watchlist.rules else ()
            facts = [one for one in known if one.case is not None]
            nights = warehouse.signals(now, settings.timezone, whole=False)
    except OtklikError as error:
        yield RuleFinding("rules", "note", str(error))
        return
    for rule in watchlist.rules:
        if not rule.enabled:
            yield RuleFinding(f"rule {rule.id}", "fine", "switched off")
            continue
        found = rules.caught(rule, facts, watchlist=watchlist, settings=settings, now=now)
        names = ", ".join(f"{fact.source}/{fact.review_id}" for fact in found[:_SHOWN])
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        shown = f": {names}{more}" if found else ""
        yield RuleFinding(f"rule {rule.id}", "fine", f"would catch {len(found)} of the waiting cases now{shown}")
    limit = timedelta(hours=settings.alerts.missed_run_hours)
    last = nights.last_night_at
    if last is not None and now - last > limit:
        hours = int((now - last) / timedelta(hours=1))
        yield RuleFinding("nightly", "mend", f"no night ended for {hours} hours; is `otklik nightly` still scheduled?")
