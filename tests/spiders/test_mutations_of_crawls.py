"""Each spider against a site that misbehaves in every way that sites do: what its coverage says is what happened.

The site answers from the source's own recordings. All crawls run in one process (see `many_crawls`).
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from core.records import Coverage, CoverageStatus, UtcTime
from core.settings import CrawlSettings
from core.watchlist import Listing
from spiders.engine.job import CrawlJob, OpenReview
from spiders.engine.source import sources
from tests.spiders.loopback import Answer, Outcome, Site, paths_of, serve
from tests.spiders.mutating import Key
from tests.spiders.mutating_forms import JsonPayload

RECORDED = Path(__file__).resolve().parents[1] / "recorded"
MANY = 10_000
HUGE = "ten thousand"
BAD = {CoverageStatus.failed, CoverageStatus.blocked, CoverageStatus.short}


@dataclass
class Case:
    """One crawl: what the site answers to each address (the last answer is repeated), and what must come of it."""

    name: str
    source: str
    meta: dict[str, Any]
    script: dict[str, list[Answer]]
    coverage: Any = None
    outcome: Any = None


def crawled_recordings() -> dict[str, tuple[str, dict[str, Any], dict[str, list[Answer]]]]:
    """Return, for each source with a spider, its richest recording of a crawl: its meta and the answers by address."""
    found: dict[str, tuple[int, str, dict[str, Any], dict[str, list[Answer]]]] = {}
    for path in sorted(RECORDED.glob("*/*/meta.json")):
        meta = json.loads(path.read_text(encoding="utf-8"))
        if "answers" not in meta or sources()[path.parent.parent.name].secret:
            continue  # a source with keys is asked in tests of its own
        script: dict[str, list[Answer]] = {}
        for address, given in meta["answers"]:
            body = (
                Answer("", given) if isinstance(given, int) else Answer(json.loads((path.parent / given).read_bytes()))
            )
            script.setdefault(address, []).append(body)
        source = path.parent.parent.name
        if source not in found or len(meta["answers"]) > found[source][0]:
            found[source] = (len(meta["answers"]), source, meta, script)
    return {source: (name, meta, script) for source, (_, name, meta, script) in found.items()}


SOURCES = crawled_recordings()


def lists_of(source: str, script: dict[str, list[Answer]]) -> tuple[str, list[Key], Any]:
    """Return the first address whose answer lists reviews, where the reviews stand in it, and that answer."""
    keys = {"amo": ("results",), "steam": ("response", "reviews"), "app_store": ("feed", "entry"), "odrs": ()}
    for address, answers in script.items():
        body: Any = answers[-1].body
        at: Any = body
        for step in keys.get(source, ("topic_list", "topics")):
            at = at.get(step) if isinstance(at, dict) else None
        if source == "steam" and at is None and isinstance(body, dict):
            keys["steam"], at = ("reviews",), body.get("reviews")
        if isinstance(at, list) and at:
            return address, [(*keys.get(source, ("topic_list", "topics")), number) for number in range(len(at))], body
    raise AssertionError(source)


def value_at(body: Any, key: Key) -> Any:
    for step in key:
        body = body[step]
    return body


def is_kept(raw: Any) -> bool:
    """Tell whether an entry of a list is a review that stands."""
    return not any(raw.get(flag) for flag in ("date_deleted", "is_deleted", "is_developer_reply", "user_skey"))


def mutations(source: str) -> Iterator[Case]:
    """Yield the crawls of one source."""
    _, meta, script = SOURCES[source]
    address, records, body = lists_of(source, script)
    payload = JsonPayload(body)
    record, entry = next((key, raw) for key in reversed(records) if is_kept(raw := value_at(body, key)))

    def case(name: str, *answers: Answer, **others: Any) -> Case:
        changed = deepcopy(script)
        if answers:
            changed[address] = list(answers)
        return Case(name, source, {**meta, **others}, changed)

    def page(data: bytes | None) -> Answer:
        return Answer(json.loads(data or b"null"))

    text = json.dumps(body, ensure_ascii=False)
    yield case("as recorded", Answer(body))
    for number, name in enumerate(entry if isinstance(entry, dict) else ()):
        how = ("missing", "null", "number", "text", "list", "object")[number % 6]
        yield case(f"field {how} {name}", page(payload.changed((*record, name), how)))
    yield case("field extra", page(payload.changed(record, "extra")))
    yield case("truncated", Answer(text[: len(text) // 2], headers={"Content-Type": "application/json"}))
    yield case("empty body", Answer("", headers={"Content-Type": "application/json"}))
    yield case("error in 200", Answer({"error": {"code": 500}, "message": "try later"}))
    yield case("captcha in 200", Answer("<html><head><title>Are you a robot?</title></head><body>x</body></html>"))
    yield case("shell in 200", Answer("<html><body><div id=app></div><script src=/a.js></script></body></html>"))
    yield case("429 then 200", Answer("slow", 429, {"Retry-After": "0"}), Answer(body))
    yield case("500 then 200", Answer("oh", 500), Answer(body))
    yield case("403", Answer("no", 403))
    yield case("429 for ever", Answer("slow", 429, {"Retry-After": "0"}))
    yield case("500 for ever", Answer("oh", 500))
    yield case("404", Answer("nothing", 404))
    yield case("all records gone", page(payload.without(*records)))
    if source != "discourse":  # there each review is a request of its own
        yield case(HUGE, page(payload.repeated(record, MANY, numbered)))
    pages = [key for key in script if re.search(r"page=|cursor", key)][:2]
    if len(pages) == 2 and source != "discourse":
        for name, body_of_second in (("repeated page", Answer(body)), ("empty page", page(payload.without(*records)))):
            other = case(name)
            other.script[pages[1]] = [body_of_second]
            yield other
    yield case("cp1251", Answer(text.encode("cp1251", "replace")))


def numbered(text: str, number: int) -> str:
    """Return one raw review with an id of its own."""
    raw = json.loads(text)
    name = next(name for name in ("recommendationid", "review_id", "id") if name in raw)
    own = 10_000_000 + number
    raw[name] = {"label": str(own)} if isinstance(raw[name], dict) else type(raw[name])(own)
    return json.dumps(raw, ensure_ascii=False)


CASES = {f"{source}: {one.name}": one for source in SOURCES for one in mutations(source)}


def crawl_all(jobs: list[CrawlJob]) -> list[Coverage]:
    """Run many crawls in one process."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.spiders.many_crawls"],
        input="\n".join(job.model_dump_json() for job in jobs),
        capture_output=True,
        text=True,
        timeout=300,
        cwd=Path(__file__).resolve().parents[2],
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [Coverage.model_validate_json(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def crawls(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Case]:
    """Run all crawls against one loopback server, each under a path of its own."""
    site = Site()
    server = serve(site)
    home = tmp_path_factory.mktemp("home")
    jobs = []
    for number, one in enumerate(CASES.values()):
        prefix = f"/case-{number}"
        site.script.update({f"{prefix}{address}": answers for address, answers in one.script.items()})
        jobs.append(job_of(one, home, f"{site.base_url}{prefix}", number))
    # The huge ones apart: while one is parsed, the others of its process wait for their answers.
    groups = [
        [pair for pair in zip(CASES.values(), jobs, strict=True) if (pair[0].name == HUGE) is huge]
        for huge in (False, True)
    ]
    for group in groups:
        for (one, job), coverage in zip(group, crawl_all([job for _, job in group]), strict=True):
            one.coverage, one.outcome = coverage, Outcome(coverage, paths_of(job), [])
    server.shutdown()
    server.server_close()
    return CASES


def job_of(one: Case, home: Path, base_url: str, number: int) -> CrawlJob:
    told = {
        "id": f"case-{number}",
        "source": one.source,
        "company": "firm",
        **one.meta["listing"],
        "base_url": base_url,
    }
    return CrawlJob(
        home_root=home,
        run_id="nightly-20261122",
        listing=Listing.model_validate(told),
        crawl=CrawlSettings(delay=0, timeout=900, retries=1, raw_days=0, max_pages=one.meta.get("max_pages", 20)),
        now=TypeAdapter(UtcTime).validate_python(one.meta["now"]),
        watermark=TypeAdapter(UtcTime | None).validate_python(one.meta.get("watermark")),
        open_reviews=TypeAdapter(tuple[OpenReview, ...]).validate_python(one.meta.get("open_reviews", ())),
        secret="00",
    )


def read_by(one: Case) -> dict[str, dict[str, Any]]:
    """Return what a crawl landed by id, without the name and the address of its case."""
    rows = (
        json.loads(re.sub(r"case-\d+|127\.0\.0\.1:\d+", "-", review.model_dump_json()))
        for review in one.outcome.reviews
    )
    return {row["review_id"]: row for row in rows}


def texts(reviews: dict[str, dict[str, Any]]) -> list[str]:
    return [row["text"] for row in reviews.values()]


@pytest.mark.parametrize("name", CASES)
def test_what_the_coverage_says_is_what_happened(name: str, crawls: dict[str, Case]) -> None:
    one = crawls[name]
    base = crawls[f"{one.source}: as recorded"]
    coverage, what = one.coverage, one.name
    ours, theirs = read_by(one), read_by(base)
    lost = theirs.keys() - ours.keys()
    assert base.coverage.collected > 1, base.coverage.error
    assert base.coverage.status not in (CoverageStatus.failed, CoverageStatus.blocked)
    assert coverage.collected == len(one.outcome.reviews)
    assert coverage.quarantined == len(one.outcome.quarantine)
    if what in ("as recorded", "429 then 200", "500 then 200", "field extra"):
        assert ours == theirs
        assert coverage.status == base.coverage.status
    elif what.startswith("field "):
        kept = coverage.status in BAD or bool(coverage.gone_ids)
        assert len(lost) <= max(0, coverage.quarantined - base.coverage.quarantined) or kept, (coverage.error, lost)
        changed = [key for key in ours.keys() & theirs.keys() if ours[key] != theirs[key]]
        assert len(changed) <= 1, changed
        assert len(ours.keys() - theirs.keys()) <= 1
    elif what == HUGE:
        assert coverage.collected + coverage.quarantined >= MANY, coverage.error
        assert ours.keys() >= theirs.keys() or coverage.quarantined >= MANY
    elif what in ("repeated page", "empty page"):
        assert coverage.status in BAD or coverage.expected in (None, len(ours) + coverage.quarantined)
        assert ours.items() <= theirs.items()
    elif what == "cp1251":
        assert coverage.status in BAD or texts(ours) == texts(theirs)
    elif what == "all records gone":
        assert coverage.status in BAD or coverage.expected == 0 or base.source in ("odrs", "app_store")
    else:
        blocked = what in ("403", "429 for ever", "captcha in 200", "shell in 200")
        assert (
            coverage.status is CoverageStatus.blocked if blocked and what != "shell in 200" else coverage.status in BAD
        )
        assert coverage.error
        assert not lost or coverage.watermark is None


def test_every_source_with_a_spider_is_mutated() -> None:
    from spiders.engine.loader import SourceLoader

    assert SOURCES.keys() >= {name for name in SourceLoader().list() if not sources()[name].secret}
    for source in SOURCES:
        assert sum(one.source == source for one in CASES.values()) >= 15
