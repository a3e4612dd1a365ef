"""Retention, a part of every night: words that were kept long enough are emptied, in the files first."""

from flows.job import Job
from flows.ledger import Ledger
from spiders.engine.forget_texts import empty_lines
from warehouse import Warehouse, compact


def keep_no_longer(job: Job, ledger: Ledger) -> None:
    """Empty what is past `privacy.text_days` and `privacy.gone_text_days`; a second time in a night does nothing.

    The landing files come first: what the warehouse has emptied is not looked for again. Whoever deletes something
    from the warehouse leaves it in free pages of the file, so that is written anew where anything was emptied.
    """
    now, wait, privacy = job.clock(), job.settings.run.lock_wait, job.settings.privacy
    with Warehouse.open(job.home.warehouse, wait=wait) as warehouse:
        due = warehouse.due_for_emptying(now, privacy.text_days, privacy.gone_text_days)
    changed = []
    for name in due.files:
        ledger.beat()
        path = job.home.landing / name
        if path.exists() and empty_lines(path, before=due.text_limit, sightings=due.sightings):
            changed.append(path)
    if not (due.states or changed):
        return
    with Warehouse.open(job.home.warehouse, wait=wait) as warehouse:
        warehouse.note_rewritten(job.home.landing, changed)
        emptied = warehouse.empty_texts(due, now)
    compact(job.home.warehouse, wait)
    ledger.note("retention", emptied=emptied)
