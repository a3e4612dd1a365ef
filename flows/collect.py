"""Collecting: crawl the listings of the watchlist in parallel, read the drop folders, ingest what landed."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from core.errors import ConfigurationError, InputError
from core.records import Coverage, CoverageStatus
from core.watchlist import Listing
from flows.credentials import stored_credentials
from flows.job import Job
from flows.ledger import Ledger
from flows.runner import Runner
from spiders.engine.crawl import CrawlJob, OpenReview, Progress, SourceInfo, crawl, sources
from warehouse import Warehouse, Window


class CrawlFailedError(Exception):
    """A crawl that failed in a way that another try may mend. Carries what it did collect."""

    def __init__(self, coverage: Coverage) -> None:
        super().__init__(f"{coverage.listing_id}: {coverage.error}")
        self.coverage = coverage


def crawled_listings(job: Job, only: Sequence[str] = ()) -> list[Listing]:
    """Return the enabled listings that have a spider, or those named in `only`.

    Raises:
        InputError: for a name that the watchlist does not know, or a source without a spider or switched off.
        ConfigurationError: `crawl.off` names a source that does not exist.
    """
    known, off = sources(), job.settings.crawl.off
    if unknown := [name for name in off if name not in known]:
        raise ConfigurationError(f"crawl.off: no source {unknown[0]!r}; see `otklik sources`")
    for name in only:
        listing = job.watchlist.listing(name)
        if listing is None:
            ids = ", ".join(entry.id for entry in job.watchlist.listings) or "none"
            raise InputError(f"no listing {name!r} in watchlist.toml; known are: {ids}")
        if not is_crawled(listing, known):
            raise InputError(f"listing {name!r}: {listing.source!r} is only imported; see `otklik sources`")
        if listing.source in off:
            raise InputError(f"listing {name!r}: {listing.source!r} is switched off (crawl.off in otklik.toml)")
    chosen = [entry for entry in job.watchlist.listings if (entry.id in only if only else entry.enabled)]
    return [entry for entry in chosen if is_crawled(entry, known) and entry.source not in off]


async def crawl_all(
    job: Job, runner: Runner, ledger: Ledger, listings: Sequence[Listing], *, pulse: bool
) -> list[Coverage]:
    """Crawl the listings, several at a time but only one a host. A failing one never stops the others."""
    known = sources()
    places = asyncio.Semaphore(job.settings.crawl.parallel)
    hosts: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
    free_at: dict[str, float] = {}
    secret = job.home.secret(job.settings.secret).hex()

    async def one(listing: Listing) -> Coverage:
        state = ledger.states.get(listing.id)
        attempt = _next_attempt(job, ledger.run_id, listing)

        def tell(progress: Progress) -> None:
            job.listener.progress(f"crawl {listing.id}", progress.collected, progress.expected)

        async def once() -> Coverage:
            nonlocal attempt
            request = CrawlJob(
                home_root=job.home.root,
                run_id=ledger.run_id,
                attempt=attempt,
                listing=listing,
                crawl=job.settings.crawl,
                now=job.frozen,
                watermark=state.watermark if state else None,
                open_reviews=tuple(
                    OpenReview(review_id=row.review_id, posted_at=row.posted_at, url=row.url)
                    for row in (state.open_reviews if state else ())
                ),
                pulse=pulse,
                secret=secret,
                credentials=await stored_credentials(known[listing.source], listing),
            )
            attempt += 1
            coverage = await crawl(request, tell)
            if coverage.status == CoverageStatus.failed:
                raise CrawlFailedError(coverage)
            return coverage

        host = _host(listing, known[listing.source])
        async with hosts[host], places:
            # The delay also lies between the last request of one crawl and the first of the next.
            await asyncio.sleep(max(0.0, free_at.get(host, 0.0) - time.monotonic()))
            job.listener.stage("crawl", f"{listing.id}: reading {listing.source}")
            try:
                coverage = await runner.network(f"crawl-{listing.id}", once, retries=0 if pulse else 1, delay=5)
            except CrawlFailedError as error:
                coverage = error.coverage
            finally:
                free_at[host] = time.monotonic() + job.settings.crawl.delay
        suffix = f": {coverage.error}" if coverage.error else ""
        ledger.read_now.add(listing.id)
        job.listener.stage("crawl", f"{listing.id}: {coverage.status}, {coverage.collected} reviews{suffix}")
        return coverage

    async with ledger.alive():
        return list(await asyncio.gather(*(one(listing) for listing in listings)))


def read_inbox(job: Job, ledger: Ledger) -> None:
    """Turn new files of the drop folders into landing files. One that cannot be read is a problem of the report."""
    from spiders.imports import inbox, read, remember, write_landing

    files = 0
    for found in inbox(job.home, job.watchlist.listings, now=job.clock()):
        ledger.beat()
        if found.problem is not None or found.listing_id is None:
            ledger.problems.append(f"{found.path}: {found.problem}")
            continue
        try:
            imported = read(
                found.path,
                format=found.format,
                listing_id=found.listing_id,
                seen_at=None,
                tz=found.tz or job.settings.timezone,
                now=job.clock(),
                secret=job.home.secret(job.settings.secret),
                columns=found.columns,
                source=found.source,
            )
            write_landing(imported, home=job.home, run_id=ledger.run_id, attempt=1, now=job.clock())
        except InputError as error:
            ledger.problems.append(str(error))
            remember(job.home, found, now=job.clock(), error=str(error))
            continue
        remember(job.home, found, now=job.clock())
        ledger.read_now.add(found.listing_id)
        files += 1
        job.listener.stage("inbox", f"{found.path.name}: read as {imported.format}")
    ledger.note("inbox", files=files)


def stale_folders(job: Job, ledger: Ledger) -> None:
    """Record every drop folder in which nothing came for too long: silence of a file is no news of a shop."""
    known = sources()
    folders = [entry.id for entry in job.watchlist.listings if entry.enabled and not is_crawled(entry, known)]
    with Warehouse.open(job.home.warehouse, wait=job.settings.run.lock_wait) as warehouse:
        warehouse.record_stale(
            folders, run_id=ledger.run_id, now=job.clock(), after=timedelta(days=job.settings.crawl.stale_days)
        )


def watch_coverage(job: Job, ledger: Ledger) -> None:
    """Judge how whole the readings of this run are, by themselves and by what the listings gave before."""
    windows = {name: Window(info.window_days, info.window_reviews) for name, info in sources().items()}
    with Warehouse.open(job.home.warehouse, wait=job.settings.run.lock_wait) as warehouse:
        problems = warehouse.watch_coverage(ledger.run_id, job.clock(), windows)
    for problem in problems:
        job.listener.stage("coverage", f"{problem.listing_id}: {problem.rule}: {problem.message}")


def ingest_pending(job: Job, ledger: Ledger) -> None:
    """Bring all landing files that are not yet, or not wholly, in the warehouse into it."""
    with Warehouse.open(job.home.warehouse, wait=job.settings.run.lock_wait) as warehouse:
        files = warehouse.pending_files(job.home.landing)
        report = warehouse.ingest(files, run_id=ledger.run_id, now=job.clock(), forgotten=job.forgotten)
    ledger.note("ingest", lines=report.lines, quarantined=report.quarantined)


def is_crawled(listing: Listing, known: Mapping[str, SourceInfo]) -> bool:
    """Tell whether a spider reads this listing; else it is a drop folder.

    A source that refuses robots at its usual address can be read from a mirror that the listing names.
    """
    info = known.get(listing.source)
    return info is not None and (info.live or bool(info.base_url and listing.base_url))


def _host(listing: Listing, source: SourceInfo) -> str:
    address = listing.base_url or source.base_url
    return urlsplit(address).netloc if address else f"{listing.source}:{listing.id}"


def _next_attempt(job: Job, run_id: str, listing: Listing) -> int:
    """Return the first number that no try of this run took: a killed one may have left no more than its log."""
    folder = job.home.landing / run_id / listing.source
    numbers = (path.name.split(".")[1] for path in folder.glob(f"{listing.id}.*"))
    return max((int(number) for number in numbers if number.isdigit()), default=0) + 1
