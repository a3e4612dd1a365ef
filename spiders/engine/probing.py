"""Does a key open what the watchlist names? The first page of the list says so; where it is empty, the next one."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scrapy.http import Request, TextResponse

from core.errors import OtklikError
from core.watchlist import Listing
from spiders.engine.client import ApiClient
from spiders.engine.job import CrawlJob
from spiders.engine.loader import load_spider
from spiders.engine.page import Page
from spiders.engine.refusals import ApiError
from spiders.engine.secrecy import scrub
from spiders.engine.source import sources


def probe(listing: Listing, environment: Mapping[str, str], home: Path) -> str:
    """Ask for the first page of a listing's reviews, write nothing, and return what came, in one line.

    Args:
        listing: of a source that needs keys.
        environment: where its keys are.
        home: root of the home folder; its quotas are counted there.

    Raises:
        OtklikError: the key is missing or refused, or the answer is none; the message says what that means.
    """
    source = sources()[listing.source]
    client = ApiClient.of(source, listing, environment, home)
    spider = load_spider(source.name)(job=CrawlJob(home_root=home, run_id="doctor", listing=listing))
    page = _page(client, spider, spider.first_request())
    if not (page.reviews or page.details) and page.next is not None:
        page = _page(client, spider, page.next)
    listed = len(page.reviews) + len(page.details)
    count = f"{page.total} reviews" if page.total is not None else f"{listed} reviews on the first page"
    absent = [f"{name} ({what})" for name, what in client.absent.items()]
    return f"{source.title} answers: {count}{'; not set: ' * bool(absent)}{', '.join(absent)}"


def _page(client: ApiClient, spider: Any, request: Request) -> Page:
    body = json.loads(request.body) if request.body else None
    try:
        answer = client.send(request.method, request.url, json=body)
    except ApiError as error:
        hint = ": check the listing's target" if error.status in (404, 410) else ""
        raise ApiError(f"{error}{hint}", error.status) from None
    response = TextResponse(request.url, body=json.dumps(answer).encode(), encoding="utf-8", request=request)
    try:
        page: Page = spider.parse_page(response)
    except OtklikError as error:
        raise OtklikError(f"{client.source.title}: {scrub(str(error))}") from error
    return page


def account_of(listing: Listing) -> tuple[str, str]:
    """Return what tells the keys of a listing from those of others: its source and account."""
    return listing.source, str(listing.options.get("account", ""))
