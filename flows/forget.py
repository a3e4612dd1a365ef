"""Forgetting a person: tombstones first, then everything that is stored, the warehouse and its copies last.

What is erased is found by the tombstones alone, so an erasure that was killed is finished by any later one, and by the
next night.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from core.errors import InputError
from core.forgotten import Tombstone, add_tombstones
from core.journal import journal_file
from core.records import ReviewKey
from flows.forget_acts import Mentions, erase_journal
from flows.forget_backups import erase_backups
from flows.job import REBUILDING, RESTORING, Job
from flows.locks import exclusive
from spiders.engine.forgetting import Trail, erase_landing, phrases, sweep_unfinished
from spiders.engine.forgetting_files import CannotEraseError, erase_file, still_there
from spiders.engine.forgetting_raw import erase_raw
from spiders.engine.parsing import author_key
from warehouse import Warehouse, compact
from warehouse.forgetting import Found

SHARED_NAME = 20
"""Reviews from which an author that nobody named is rather a name that many share, such as "Anonymous"."""
_OWN = {"landing", "raw", "inbox", "published", "locks", "prefect", "backups", "graphs"}
_DATABASE = (".duckdb", ".wal", ".parquet", ".db", ".db-wal", ".db-shm", ".sqlite")


@dataclass(frozen=True)
class Person:
    """Who is to be erased: the reviews that are stored, and the tombstones that will keep them away."""

    reviews: tuple[Found, ...]
    tombstones: tuple[Tombstone, ...]
    copies: tuple[ReviewKey, ...] = ()
    """Reviews of others in the very same words; they stay unless they are named, too."""


@dataclass
class ForgetReport:
    """What an erasure did."""

    rows: dict[str, int] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    """Files that were rewritten or removed, under the home folder."""
    left: list[str] = field(default_factory=list)
    """Files that a person has to look into, each with the reason."""


def find_person(
    job: Job,
    *,
    url: str | None = None,
    source: str | None = None,
    author: str | None = None,
    review: str | None = None,
    only_review: bool = False,
) -> Person:
    """Find what is stored of a person, by a review's address, an author's name or id, or a review's id at its source.

    Where the author of a review is known, all that they wrote at that source goes, unless `only_review`.

    Raises:
        InputError: nothing has that address, or the author seems to be a name that many share.
    """
    with Warehouse.open(job.home.warehouse, wait=job.settings.run.lock_wait) as warehouse:
        if url is not None:
            seed = warehouse.find_by_url(url)
            if not seed:
                raise InputError(f"{url}: no stored review has this address; try --source with --author or --review")
            named = [Tombstone("review", found.source, found.review_id) for found in seed]
        elif source is not None and author is not None:
            key = author_key(job.home.secret(job.settings.secret), source, author.strip())
            named = [Tombstone("author", source, key)] if key else []
            seed = warehouse.find_by_author(source, key) if key else []
        elif source is not None and review is not None:
            seed = warehouse.describe_reviews([ReviewKey(source, review)])
            named = [Tombstone("review", source, review)]
        else:
            raise InputError("say whom to forget: --url, or --source with --author or with --review")
        if not named:
            raise InputError("--author: expected a name or an id")
        authors = {(found.source, key) for found in seed for key in found.author_keys}
        if url is not None and len(authors) > 1:
            raise InputError(f"{url}: {len(authors)} people stand at this address; name one: --source with --review")
        reviews = {found.key: found for found in seed}
        if author is None and not only_review:
            for where, key in sorted(authors):
                others = warehouse.find_by_author(where, key)
                if len(others) > SHARED_NAME:
                    raise InputError(
                        f"the author of this review has {len(others)} reviews here, and may be a name that many share;"
                        " --only-review erases this one, --author all of that name"
                    )
                named.append(Tombstone("author", where, key))
                reviews |= {found.key: found for found in others}
        named += [Tombstone("review", *key) for key in reviews]
        copies = warehouse.copies_of(list(reviews))
    return Person(tuple(reviews.values()), tuple(dict.fromkeys(named)), tuple(copies))


def forget(job: Job, person: Person) -> ForgetReport:
    """Erase a person everywhere under the home folder and keep them away from now on.

    Raises:
        NotBegunError: while a crawl or a delivery runs on this home folder; nothing was erased.
    """
    with _alone(job):
        secret = job.home.secret(job.settings.secret)
        _marker(job).parent.mkdir(parents=True, exist_ok=True)
        _marker(job).write_text(json.dumps(sorted({one.source for one in person.tombstones} | _begun(job))))
        add_tombstones(job.home, secret, person.tombstones, job.clock())
        return _sweep(job)


def forget_again(job: Job) -> ForgetReport:
    """Erase whoever the tombstones cover from a home that nobody else knows yet: one that is being restored."""
    return _sweep(job)


def finish_forgetting(job: Job) -> ForgetReport | None:
    """Finish an erasure that was killed; None where there is none. The caller holds the lock of crawls."""
    return _sweep(job) if _marker(job).exists() else None


def _sweep(job: Job) -> ForgetReport:
    report = ForgetReport()
    forgotten = job.forgotten
    wait = job.settings.run.lock_wait
    for folder in (job.home.landing, job.home.raw, job.home.inbox):
        sweep_unfinished(folder)
    for folder in (job.home.root / RESTORING, job.home.data / REBUILDING):
        shutil.rmtree(folder, ignore_errors=True)
    with Warehouse.open(job.home.warehouse, wait=wait) as warehouse:
        warehouse.ingest(
            warehouse.pending_files(job.home.landing), run_id="forget", now=job.clock(), forgotten=forgotten
        )
        found = warehouse.find_forgotten(forgotten)
        words = warehouse.words_of([one.key for one in found])
    trail = Trail(forgotten, frozenset(_begun(job) | {one.source for one in found}), phrases(words))
    _erase_files(job, trail, report)
    shorter = list(erase_landing(job.home.landing, trail))
    report.files += [_name(job, path) for path, _ in shorter]
    with Warehouse.open(job.home.warehouse, wait=wait) as warehouse:
        warehouse.note_rewritten(job.home.landing, [path for path, _ in shorter])
        report.rows = warehouse.erase_reviews([one.key for one in found], Mentions(trail))
    compact(job.home.warehouse, wait)
    _publish_anew(job)
    report.left += [f"{_name(job, path)}: still holds their words" for path in _others(job) if still_there(path, trail)]
    _marker(job).unlink(missing_ok=True)
    return report


def _erase_files(job: Job, trail: Trail, report: ForgetReport) -> None:
    from spiders.imports.forget_inbox import erase_inbox

    for path, _ in erase_raw(job.home.raw, trail):
        report.files.append(_name(job, path))
    sources = {listing.id: listing.source for listing in job.watchlist.listings}
    inbox = erase_inbox(job.home, trail, sources, job.clock())
    backups = erase_backups(job.home.data / "backups", trail, job.forgotten)
    for path, _, problem in chain(inbox, backups):
        if problem is None:
            report.files.append(_name(job, path))
        else:
            report.left.append(f"{_name(job, path)}: {problem}")
    if erase_journal(job.home, trail):
        report.files.append(_name(job, journal_file(job.home)))
    for path in _others(job):
        if (
            path == journal_file(job.home)
            or path == job.home.forgotten
            or path == _marker(job)
            or path.name == "secret"
        ):
            continue
        try:
            if erase_file(path, trail):
                report.files.append(_name(job, path))
        except CannotEraseError as error:
            report.left.append(f"{_name(job, path)}: {error}")


def _others(job: Job) -> Iterator[Path]:
    """Yield the stored files that no other step looks after: the journal, and what channels wrote."""
    for path in sorted(job.home.data.rglob("*")):
        top = path.relative_to(job.home.data).parts[0]
        is_ours = top in _OWN or path.name.endswith(_DATABASE)
        if path.is_file() and not path.is_symlink() and not is_ours:
            yield path


def _publish_anew(job: Job) -> None:
    parquet = job.settings.run.parquet or (job.home.published / "parquet").exists()
    with Warehouse.open(job.home.warehouse, wait=job.settings.run.lock_wait) as warehouse:
        if job.home.published.exists():
            warehouse.publish(job.home.published, f"forget-{job.clock():%Y%m%dT%H%M%S}", keep=1, parquet=parquet)


def _marker(job: Job) -> Path:
    return job.home.data / "forgetting.unfinished"


def _begun(job: Job) -> set[str]:
    """Return the sources of an erasure that is under way."""
    return set(json.loads(_marker(job).read_text())) if _marker(job).exists() else set()


def _name(job: Job, path: Path) -> str:
    return path.relative_to(job.home.root).as_posix()


@contextmanager
def _alone(job: Job) -> Iterator[None]:
    wait = job.settings.run.lock_wait
    with (
        exclusive(job.home, "crawl", wait=wait, holder="an erasure"),
        exclusive(job.home, "deliver", wait=wait, holder="an erasure"),
    ):
        yield
