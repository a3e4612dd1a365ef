"""One page, asked for as politely as a crawl asks: robots.txt first, our own name, and no private address."""

import logging
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Request, Response
from scrapy.settings import Settings

from core.errors import ConfigurationError, InputError
from core.settings import CrawlSettings
from spiders.engine import settings as engine_settings
from spiders.engine.page import Page
from spiders.engine.settings import job_settings
from spiders.engine.source import SourceInfo
from spiders.engine.spider import ReviewSpider


class Fetched(NamedTuple):
    """A page as it came."""

    url: str
    content_type: str
    body: bytes


class _OnePageSpider(
    ReviewSpider,
    source=SourceInfo(name="page", title="One page", access="robots", legal_basis="One page, where robots.txt allows."),
):
    """`target` is the address."""

    fetched: Fetched | None = None

    def first_request(self) -> Request:
        """Ask for the page."""
        return Request(self.listing.target)

    def parse_page(self, response: Response) -> Page:
        """Keep the page as it is."""
        kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
        self.fetched = Fetched(response.url, kind, response.body)
        return Page(total=0)


def fetch(url: str, *, contact: str = "", allow_private: bool = False) -> Fetched:
    """Fetch one page. Starts Scrapy's reactor, so a process can do it once.

    Args:
        url: its address.
        contact: how the site's owner can reach whoever asks.
        allow_private: also ask a host in one's own network.

    Raises:
        ConfigurationError: no address of a page.
        InputError: it is refused, private, or does not come.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError(f"{url!r}: expected an address such as https://reviews.example/shop")
    settings = Settings()
    settings.setmodule(engine_settings, priority="project")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    settings.setdict(
        {
            **job_settings(CrawlSettings(contact=contact)),
            "LOG_LEVEL": "ERROR",
            "OTKLIK_ALLOWED_PLACES": [f"{parts.hostname}:{port}"] if allow_private else [],
        },
        priority="cmdline",
    )
    process = AsyncCrawlerProcess(settings)
    logging.getLogger("scrapy").setLevel("ERROR")
    crawler = process.create_crawler(_OnePageSpider)
    process.crawl(crawler, target=url, listing_id="page", base_url=f"{parts.scheme}://{parts.netloc}")
    process.start()
    spider: Any = crawler.spider
    if spider is None or spider.fetched is None:
        why = spider.reading.coverage(spider.clock()).error if spider is not None else None
        advice = "save the page in a browser and name it with --file; --allow-private asks a host of one's own network"
        raise InputError(f"{url}: {why or 'it did not come'}; {advice}")
    fetched: Fetched = spider.fetched
    return fetched
