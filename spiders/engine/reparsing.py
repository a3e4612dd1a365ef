"""Parsing the raw responses of an earlier run again: a mended parser repairs past nights, at their true times.

Only what reads differently today is landed, as sightings of a run `reparse-<run>-<number>`: with the times at which the
reviews were seen then, and in place of what that run made of them (the warehouse prefers the later parsing of the same
sighting). A second reparse by the same code therefore lands nothing.
"""

import os
import re
import secrets
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import orjson
from pydantic import ValidationError
from scrapy.http import Request, Response, TextResponse

from core.clock import parse_time
from core.errors import InputError
from core.home import Home
from core.records import Coverage, CoverageStatus, Review
from spiders.engine.forget_gate import Gate
from spiders.engine.job import CrawlJob
from spiders.engine.landing import LandingFile, LandingPaths, Quarantined, landing_paths
from spiders.engine.loader import load_spider
from spiders.engine.page import Collected, address_of
from spiders.engine.raw import ASKED, JOB
from spiders.engine.replay import replay
from spiders.engine.secrecy import scrub_url

_TRIED_AGAIN = (401, 408, 420, 429, 500, 502, 503, 504, 522, 524)
PREFIX = "reparse-"
_UNFINISHED = ".part"


@dataclass(frozen=True, slots=True)
class Reparsed:
    """What came of one raw file."""

    source: str
    listing_id: str
    attempt: int
    responses: int = 0
    mended: int = 0
    """Reviews that read differently today."""
    found: int = 0
    """Of these, reviews that the run did not have at all."""
    unchanged: int = 0
    lost: int = 0
    """Reviews of the run that today's parser does not find; what was stored of them stays."""
    quarantined: int = 0
    """Lines that cannot be read today either."""
    problem: str | None = None
    """Why not all of it could be read."""


class _Kept(NamedTuple):
    at: datetime
    response: Response


def reparse_id(home: Home, run_id: str) -> str:
    """Return the id of the next reparse of a run.

    Raises:
        InputError: nothing is kept of that run.
    """
    if not raw_files(home, run_id):
        raise InputError(
            f"no raw responses are kept of run {run_id!r} in {home.raw}: imports have none, and crawls keep theirs for"
            " crawl.raw_days"
        )
    return f"{PREFIX}{run_id}-{len(_earlier(home, run_id)) + 1:03d}"


def sweep(home: Home) -> None:
    """Remove what killed reparses left half-written; none may be running."""
    for leftover in home.landing.glob(f"{PREFIX}*/.*{_UNFINISHED}"):
        leftover.unlink(missing_ok=True)


def raw_files(home: Home, run_id: str) -> list[Path]:
    """Return the raw files of a run, in the order of their names."""
    folder = landing_paths(home.root, run_id, "-", "-").raw.parents[1]
    return sorted(folder.glob("*/*.warc.gz"))


def reparse_file(home: Home, warc: Path, run_id: str, into: str, secret: bytes) -> Reparsed:
    """Parse one raw file of a run again and land what reads differently under the run `into`.

    All or nothing: the landing file gets its name when it is whole.
    """
    source, (listing_id, _, attempt) = warc.parent.name, warc.name.removesuffix(".warc.gz").rpartition(".")
    job, kept, problem = _opened(home, warc, secret)
    if job is None:
        return Reparsed(source, listing_id, int(attempt), problem=problem)
    pages, coverage = _parsed(job, kept, warc)
    gate = Gate.of(_Bearer(job))
    known, refused = _known(home, job, run_id)
    mended, found, unchanged = [], 0, 0
    seen: set[str] = set()
    for review in (review for page in pages for review in gate.reviews(page.reviews)):
        seen.add(review.review_id)
        before = known[review.review_id].popleft() if known.get(review.review_id) else None
        own = review.model_copy(update={"seen_at": before.seen_at}) if before else review
        if own == before:
            unchanged += 1
            continue
        found += before is None
        mended.append(own)
    quarantined = [line for page in pages for line in gate.quarantined(page.quarantined)]
    fresh = [line for line in quarantined if (line.reason, line.fragment) not in refused]
    if mended or fresh:
        paths = landing_paths(home.root, into, job.listing.source, job.listing.id, job.attempt)
        _land(paths, mended, fresh)
    is_whole = problem is None and coverage.status not in (CoverageStatus.failed, CoverageStatus.blocked)
    return Reparsed(
        job.listing.source,
        job.listing.id,
        job.attempt,
        responses=sum(map(len, kept.values())),
        mended=len(mended),
        found=found,
        unchanged=unchanged,
        lost=len(known.keys() - seen),
        quarantined=len(quarantined),
        problem=None if is_whole else problem or coverage.error,
    )


class _Bearer:
    """What `Gate.of` wants of a spider."""

    def __init__(self, job: CrawlJob) -> None:
        self.job = job


def _opened(home: Home, warc: Path, secret: bytes) -> tuple[CrawlJob | None, dict[str, deque[_Kept]], str | None]:
    """Read a raw file: the job, the responses by the address that was asked for, and why it is not whole."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    job, problem = None, None
    kept: dict[str, deque[_Kept]] = defaultdict(deque)
    with warc.open("rb") as file:
        try:
            for record in ArchiveIterator(file, check_digests=True):
                headers = record.rec_headers
                url, body = headers.get_header("WARC-Target-URI"), record.content_stream().read()
                if not record.digest_checker.passed:
                    problem = "the raw file was torn by a kill"
                    break
                if url == JOB:
                    job = _job(home, body, secret)
                    continue
                status = int(record.http_headers.get_statuscode())
                pairs = [
                    (name.encode("latin-1"), value.encode("latin-1")) for name, value in record.http_headers.headers
                ]
                response = TextResponse(url, status=status, headers=dict(pairs), body=body)
                kept[headers.get_header(ASKED) or url].append(
                    _Kept(parse_time(headers.get_header("WARC-Date")), response)
                )
        except (ArchiveLoadFailed, EOFError, OSError, ValueError, AttributeError) as error:
            problem = f"the raw file is damaged: {error}"
    if job is None:
        problem = "it does not say what was asked for (written before that was kept, or erased)"
    return job, kept, problem


def _job(home: Home, body: bytes, secret: bytes) -> CrawlJob | None:
    try:
        return CrawlJob.model_validate({**orjson.loads(body), "home_root": home.root, "secret": secret.hex()})
    except (ValidationError, orjson.JSONDecodeError, TypeError):
        return None


def _parsed(job: CrawlJob, kept: dict[str, deque[_Kept]], warc: Path) -> tuple[list[Collected], Coverage]:
    """Drive the spider over what is kept, each response at its own time; what is missing ends it as failed."""
    spider = load_spider(job.listing.source)(job=job)
    spider.is_run_by_engine = True

    def answer(request: Request) -> Response:
        responses = kept.get(scrub_url(address_of(request)))
        while responses and len(responses) > 1 and responses[0].response.status in _TRIED_AGAIN:
            responses.popleft()
        if not responses:
            raise InputError(f"{warc.name} holds no further response of {scrub_url(request.url)}")
        found = responses.popleft()
        if job.now is None:
            spider.clock = lambda: found.at
        return found.response

    pages: list[Collected] = []
    try:
        for page in replay(spider, answer):
            pages.append(page)
    except InputError as error:
        spider.reading.fail(CoverageStatus.failed, str(error))
    return pages, spider.reading.coverage(spider.clock())


def _earlier(home: Home, run_id: str) -> list[str]:
    """Return the reparses of a run, the oldest first."""
    named = re.compile(re.escape(f"{PREFIX}{run_id}-") + r"\d{3}")
    return sorted(path.name for path in home.landing.glob(f"{PREFIX}*") if named.fullmatch(path.name))


def _known(home: Home, job: CrawlJob, run_id: str) -> tuple[dict[str, deque[Review]], set[tuple[str, str]]]:
    """Return what is known of that night: the sightings of each review in their order, and the lines set aside."""
    states: dict[str, dict[datetime, Review]] = {}
    refused: set[tuple[str, str]] = set()
    for run in (run_id, *_earlier(home, run_id)):
        paths = landing_paths(home.root, run, job.listing.source, job.listing.id, job.attempt)
        for line in _lines(paths.reviews):
            try:
                review = Review.model_validate_json(line)
            except ValidationError:
                continue  # the warehouse has it in quarantine
            states.setdefault(review.review_id, {})[review.seen_at] = review
        for line in _lines(paths.quarantine):
            try:
                aside = Quarantined.model_validate_json(line)
            except ValidationError:
                continue
            refused.add((aside.reason, aside.fragment))
    return {key: deque(seen[at] for at in sorted(seen)) for key, seen in states.items()}, refused


def _lines(path: Path) -> Iterator[bytes]:
    if path.exists():
        yield from path.read_bytes().split(b"\n")[:-1]


def _land(paths: LandingPaths, reviews: list[Review], quarantined: list[Quarantined]) -> None:
    """Write the files whole under other names, then give them theirs; the reviews last, for which readers look."""
    folder = paths.reviews.parents[1]
    folder.mkdir(parents=True, exist_ok=True)
    paths.reviews.parent.mkdir(exist_ok=True)
    token = f".{os.getpid()}-{secrets.token_hex(4)}"
    parts = paths._replace(
        reviews=folder / f"{token}{_UNFINISHED}",
        quarantine=folder / f"{token}-q{_UNFINISHED}",
        coverage=paths.coverage,
    )
    try:
        with LandingFile(parts) as file:
            file.write(reviews, quarantined)
        for made, name in ((parts.quarantine, paths.quarantine), (parts.reviews, paths.reviews)):
            if made.exists():
                made.replace(name)
    finally:
        for part in (parts.reviews, parts.quarantine):
            part.unlink(missing_ok=True)
