"""How fast a listing is read, beside a plain Scrapy spider, the same under our settings, and a hand-written loop.

`python -m benchmarks.crawl [--pages 1000] [--rounds 3] [--memory]` serves a listing of 20 reviews a page, as JSON and
as HTML, from a process of its own on the loopback, and reads it in five ways, each in a fresh process, one by one:

- ours: the engine as a night runs it: guard, access, validation, watermark, quarantine, landing file flushed a page,
  raw responses as WARC, progress;
- default: a plain Scrapy spider with Scrapy's own settings, an item a review, written by its JSON Lines feed; by
  default Scrapy logs every item, here into nowhere;
- quiet: the same without that log (LOG_LEVEL = INFO);
- settings: the same spider under our settings, an item a page, without our pipelines and middlewares, writing nothing;
- loop: asyncio and aiohttp by hand, writing JSON Lines.

All of them ask for one page after another, because each page names the next; none waits between them. All but the last
make the same validated record of every review by the same parser; the loop, which is the limit,
makes a dictionary of the same fields without any check. Rates are given by the clock and by the reader's own processor
seconds, which do not suffer from a busy machine; the server's are not counted. The bars, for both shapes: ours /
default >= 2.5, ours / settings >= 0.7. `--memory` reads 100,000 reviews our way and shows the resident memory.

Measured on two quiet cores, 1,000 pages, two rounds, by the clock (and by processor seconds): JSON 429 pages/s, 1.91
(1.98) times the default and 0.62 (0.62) of the same settings; HTML 248 pages/s, 1.67 (1.70) and 0.78 (0.78). So the
first bar is not met, the second for HTML only. Memory over 300,000 reviews: JSON 91 to 130 MiB, HTML 99
to 138 MiB, which is about 150 bytes a review: the ids that a listing's reading must know.
"""

import argparse
import asyncio
import hashlib
import hmac
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Unpack

import scrapy
from lxml import html
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Request, Response
from scrapy.settings import Settings

from benchmarks.crawl_site import PER_PAGE
from core.records import Review
from core.settings import CrawlSettings
from core.watchlist import Listing
from spiders.engine import child
from spiders.engine import settings as engine_settings
from spiders.engine.document import Batch, Document, has
from spiders.engine.job import CrawlJob
from spiders.engine.mapping import Fields
from spiders.engine.markup import cut
from spiders.engine.page import Page
from spiders.engine.parsing import Raw, Sighting
from spiders.engine.source import SourceInfo
from spiders.engine.spider import ReviewSpider

SECRET = bytes.fromhex("00ff")
PARTS = {
    "id": "@data-id", "author": ".author@data-id", "rating": ".stars@data-value", "text": ".text",
    "date": "time.posted@datetime", "reply": ".reply .text-of-reply", "replied": ".reply time@datetime",
}  # fmt: skip


# Our way: a source as any other, one for each shape.

SOURCE = SourceInfo(
    name="benchmark", title="Benchmark", access="robots", legal_basis="Our own site.", kinds=("json", "html")
)
FIELDS = Fields(
    source="benchmark", review_id="id", author="author", rating="rating", text="text", posted_at="date",
    reply_text="reply", reply_at="replied", reply_known=True,
)  # fmt: skip
_is_review = has("id", "author", "rating", "replied")


def find(document: Document) -> Iterator[Batch]:
    """Yield the reviews of a page of either shape."""
    if document.kind == "json":
        yield from document.batches(_is_review)
    else:
        yield Batch([cut(item, PARTS) for item in document.html.cssselect("article.review")])


def parse_review(raw: Raw, **sighting: Unpack[Sighting]) -> Review:
    """Read one review."""
    return FIELDS.review(raw, sighting)


class BenchmarkSpider(ReviewSpider, source=SOURCE):
    """`target` is the shape."""

    def first_request(self) -> Request:
        """Ask for the first page."""
        return Request(f"{self.base_url}/{self.listing.target}/1")

    def parse_page(self, response: Response) -> Page:
        """Read one page."""
        if self.listing.target == "json":
            payload = self.json(response)
            following = payload["next"]
            return Page(reviews=payload["reviews"], next=response.follow(following) if following else None)
        (batch,) = self.batches(response)
        following = response.css('a[rel="next"]::attr(href)').get()
        return Page(reviews=list(batch.raws), next=response.follow(following) if following else None)


def ours(shape: str, address: str, folder: Path, on_start: Callable[[Any], None] | None = None) -> int:
    """Read the listing as a night does and return the number of reviews in the landing file."""
    listing = Listing(id="listing", source="benchmark", company="firm", target=shape, base_url=address)
    crawl = CrawlSettings(delay=0, max_pages=10**6, timeout=3600)
    job = CrawlJob(home_root=folder, run_id="run", listing=listing, crawl=crawl, secret=SECRET.hex())

    class Watched(BenchmarkSpider):
        """Tells of itself before it starts."""

        def begin(self) -> Iterator[Request]:
            """Begin, and let the memory be watched."""
            if on_start is not None:
                on_start(self)
            yield from super().begin()

    spider, reason = child.run_spider(Watched, job)
    coverage = spider.reading.coverage(spider.clock())
    assert (reason, coverage.status) == ("finished", "ok"), (reason, coverage)
    (landed,) = folder.glob("data/landing/run/benchmark/*.jsonl")
    return landed.read_bytes().count(b"\n")


# The others.


def record(raw: dict[str, Any]) -> dict[str, Any]:
    """Make of a raw review what our record holds, as one would by hand: without checks of what came."""
    return {
        "source": "benchmark",
        "listing_id": "listing",
        "review_id": raw["id"],
        "author_key": hmac.new(SECRET, raw["author"].encode(), hashlib.sha256).hexdigest()[:32],
        "rating": (float(raw["rating"]) - 1) / 4,
        "text": raw["text"],
        "posted_at": datetime.fromisoformat(raw["date"]).astimezone(UTC).isoformat(),
        "reply_state": "published" if raw["reply"] else "none",
        "reply_text": raw["reply"],
        "reply_at": datetime.fromisoformat(raw["replied"]).astimezone(UTC).isoformat() if raw["replied"] else None,
        "seen_at": datetime.now(UTC).isoformat(),
    }


class PlainSpider(scrapy.Spider):
    """What a tutorial teaches: parse, yield an item a review, follow the next page."""

    name = "plain"
    an_item_a_page = False

    def parse(self, response: Response, **_: Any) -> Iterator[Any]:
        """Read one page."""
        if "/json/" in response.url:
            payload = response.json()
            raws, following = payload["reviews"], payload["next"]
        else:
            raws = [
                {
                    "id": item.attrib["data-id"],
                    "author": item.css(".author::attr(data-id)").get(),
                    "rating": item.css(".stars::attr(data-value)").get(),
                    "text": item.css(".text::text").get(),
                    "date": item.css("time.posted::attr(datetime)").get(),
                    "reply": item.css(".reply .text-of-reply::text").get(),
                    "replied": item.css(".reply time::attr(datetime)").get(),
                }
                for item in response.css("article.review")
            ]
            following = response.css('a[rel="next"]::attr(href)').get()
        sighting = Sighting(listing_id="listing", seen_at=datetime.now(UTC), secret=SECRET)
        reviews = [parse_review(raw, **sighting) for raw in raws]
        self.found = getattr(self, "found", 0) + len(reviews)
        if self.an_item_a_page:
            yield {"reviews": reviews}
        else:
            yield from (review.model_dump(mode="json") for review in reviews)
        if following:
            yield response.follow(following)


class PagesSpider(PlainSpider):
    """The same, with an item a page."""

    an_item_a_page = True


def default(shape: str, address: str, folder: Path) -> int:
    """Read with Scrapy's own settings and return the number of lines of the feed."""
    return _fed(shape, address, folder, {"LOG_FILE": os.devnull})


def quiet(shape: str, address: str, folder: Path) -> int:
    """The same, where the log says nothing of single items."""
    return _fed(shape, address, folder, {"LOG_FILE": os.devnull, "LOG_LEVEL": "INFO"})


def _fed(shape: str, address: str, folder: Path, own: dict[str, Any]) -> int:
    feed = folder / "reviews.jsonl"
    settings = Settings({"FEEDS": {str(feed): {"format": "jsonlines"}}, **own})
    _run(PlainSpider, settings, f"{address}/{shape}/1")
    return feed.read_bytes().count(b"\n")


def with_settings(shape: str, address: str, folder: Path) -> int:  # noqa: ARG001  it writes nothing
    """Read under our settings without our pipelines and middlewares; nothing is written."""
    settings = Settings()
    settings.setmodule(engine_settings, priority="project")
    kept = {
        name: place
        for name, place in engine_settings.DOWNLOADER_MIDDLEWARES_BASE.items()
        if not name.startswith("spiders.")
    }
    own = {
        "DOWNLOADER_MIDDLEWARES_BASE": kept,
        "ITEM_PIPELINES": {},
        "DOWNLOAD_DELAY": 0,
        "AUTOTHROTTLE_ENABLED": False,
    }
    own["TWISTED_DNS_RESOLVER"] = "scrapy.resolver.CachingThreadedResolver"
    settings.setdict(own, priority="cmdline")
    crawler = _run(PagesSpider, settings, f"{address}/{shape}/1")
    return int(crawler.spider.found)


def _run(spider: type[scrapy.Spider], settings: Settings, start: str) -> Any:
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(spider)
    process.crawl(crawler, start_urls=[start])
    process.start()
    assert crawler.stats.get_value("finish_reason") == "finished"
    return crawler


def loop(shape: str, address: str, folder: Path) -> int:
    """Read with aiohttp, parse with lxml and write JSON Lines, and return the number of lines."""
    import aiohttp

    path = folder / "reviews.jsonl"

    async def read() -> None:
        following = f"/{shape}/1"
        async with aiohttp.ClientSession() as session:
            with path.open("w", encoding="utf-8") as out:
                while following:
                    async with session.get(address + following) as response:
                        body = await response.read()
                    raws, following = _parsed(shape, body)
                    out.writelines(json.dumps(record(raw), ensure_ascii=False) + "\n" for raw in raws)
                    out.flush()

    asyncio.run(read())
    return path.read_bytes().count(b"\n")


def _parsed(shape: str, body: bytes) -> tuple[list[dict[str, Any]], str]:
    if shape == "json":
        payload = json.loads(body)
        return payload["reviews"], payload["next"]
    tree = html.document_fromstring(body, parser=html.HTMLParser(encoding="utf-8"))
    raws = [cut(item, PARTS) for item in tree.cssselect("article.review")]
    return raws, tree.cssselect('a[rel="next"]')[0].get("href") or ""


WAYS: dict[str, Callable[[str, str, Path], int]] = {
    "ours": ours,
    "default": default,
    "quiet": quiet,
    "settings": with_settings,
    "loop": loop,
}


def measure(way: str, shape: str, address: str) -> None:
    """Read the listing in one way in this process and print what it took as JSON, last on standard error."""
    with tempfile.TemporaryDirectory(prefix="otklik-crawl-") as folder:
        wall, cpu = time.perf_counter(), time.process_time()
        reviews = WAYS[way](shape, address, Path(folder))
        took = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "reviews": reviews}
    sys.stderr.write(f"\n{json.dumps(took)}\n")


def memory(shape: str, address: str) -> None:
    """Read the listing our way and print the resident memory each time another tenth of the reviews came."""
    watched: list[Any] = []
    shown: list[str] = []

    def watch() -> None:
        while True:
            time.sleep(0.01)
            if watched and watched[0].reading.collected >= (len(shown) + 1) * 10_000:
                pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
                mebibytes = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
                shown.append(f"{watched[0].reading.collected:>8,} reviews: {mebibytes:6.1f} MiB")

    threading.Thread(target=watch, daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="otklik-crawl-") as folder:
        ours(shape, address, Path(folder), watched.append)
    sys.stderr.write("\n" + json.dumps({"memory": shown}) + "\n")


def in_process(*arguments: str) -> dict[str, Any]:
    """Run this module in a fresh process and return what it measured."""
    command = [sys.executable, "-m", "benchmarks.crawl", *arguments]
    done = subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    result: dict[str, Any] = json.loads(done.stderr.strip().splitlines()[-1])
    return result


def compare(shape: str, address: str, pages: int, rounds: int) -> None:
    """Read a shape in all ways, round by round, and print medians of the rates and of the ratios in one round."""
    rates: dict[str, dict[str, list[float]]] = {way: {"wall": [], "cpu": []} for way in WAYS}
    for _ in range(rounds):
        for way in WAYS:
            took = in_process("--way", way, "--shape", shape, "--address", address)
            assert took["reviews"] == pages * PER_PAGE, (way, took)
            for clock, known in rates[way].items():
                known.append(pages / took[clock])
    print(f"{shape}: {pages:,} pages of {PER_PAGE} reviews, median of {rounds}")
    for way, known in rates.items():
        wall, cpu = median(known["wall"]), median(known["cpu"])
        rate = f"{wall:7.0f} pages/s, {wall * PER_PAGE:8,.0f} reviews/s by the clock"
        print(f"{way:>10}: {rate}; {cpu:7.0f} pages a processor second")
    for clock in ("wall", "cpu"):
        for other, bar in (("default", 2.5), ("quiet", None), ("settings", 0.7), ("loop", None)):
            ratio = median(mine / its for mine, its in zip(rates["ours"][clock], rates[other][clock], strict=True))
            told = "" if bar is None else f" (bar {bar}: {'met' if ratio >= bar else 'NOT met'})"
            print(f"   ours / {other} by {clock}: {ratio:.2f}{told}")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", action="store_true", help="read 100,000 reviews and show the memory")
    for inner in ("--way", "--shape", "--address"):
        parser.add_argument(inner, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.way == "memory":
        memory(given.shape, given.address)
    elif given.way:
        measure(given.way, given.shape, given.address)
    else:
        told(given.pages if not given.memory else 100_000 // PER_PAGE, given.rounds, is_memory=given.memory)


def told(pages: int, rounds: int, *, is_memory: bool) -> None:
    """Start the server, measure and print."""
    machine = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    print(f"{machine}, Python {platform.python_version()}, Scrapy {scrapy.__version__}")
    command = [sys.executable, "-m", "benchmarks.crawl_site", str(pages)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            address = f"http://127.0.0.1:{int(server.stdout.readline())}"
            for shape in ("json", "html"):
                if is_memory:
                    print(
                        shape,
                        *in_process("--way", "memory", "--shape", shape, "--address", address)["memory"],
                        sep="\n",
                    )
                else:
                    compare(shape, address, pages, rounds)
        finally:
            server.kill()


if __name__ == "__main__":
    main()
