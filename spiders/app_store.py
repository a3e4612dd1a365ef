"""The App Store: Apple's customer reviews feed, 10 pages of 50 reviews a country, and what public scrapers make of it.

- feed: JSON whose leaves are {"label": ...} and Atom XML; `entry` is a list, one object, or absent; the first one may
  be the app. It never shows the developer's answer.
- MZStore `userReviewsRow` JSON, and the store page's own API (`attributes` of type user-reviews), as app-store-scraper
  reads it; they may show an answer.
- app-store-scraper: Python (date in UTC without a zone, review, developerResponse; no ids) and Node (id, score, text);
  app-store-web-scraper (the fields of its records; no answers).
- tidy archives: review_id, rating, text, review_date, store = "appstore".

Apple's own robots.txt refuses `/*/rss/*` to everybody, so at the usual address a crawl ends as blocked; it can run only
where the robots.txt of the listing's `base_url` allows it, such as a mirror of one's own. Not verified: the feed's
terms, whether it still answers today, and the wrapping of the store page's API (its `attributes` are).
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Unpack

from scrapy.http import Request, Response

from core.errors import ConfigurationError
from core.records import Review
from spiders.engine.dates import aware_or_none
from spiders.engine.document import Batch, Document, has
from spiders.engine.mapping import Fields, at, first
from spiders.engine.page import Page
from spiders.engine.parsing import Raw, Sighting, author_key
from spiders.engine.source import SourceInfo
from spiders.engine.spider import ReviewSpider
from spiders.engine.values import made_id

SOURCE = SourceInfo(
    name="app_store",
    title="App Store",
    tier="verified",
    access="robots",
    live=False,
    terms_url="https://www.apple.com/legal/internet-services/itunes/",
    legal_basis="Imported; crawled only from a mirror whose robots.txt allows it, because Apple's refuses the feed.",
    shows_reply=True,
    shows_reply_time=True,
    incremental="newest first, up to the watermark",
    limits="10 pages of 50 a country; the feed itself never shows an answer",
    window_reviews=500,
    base_url="https://itunes.apple.com",
    kinds=("json", "rows", "xml"),
    marks=(
        "apple.com", "im:rating", "userReviewId", "isEdited", "developerResponse", "userUrl", "appstore",
        "user-reviews", "app_version",
    ),
)  # fmt: skip
FEED = Fields(
    source="app_store", review_id="id.label", author="author.name.label", rating="im:rating.label", title="title.label",
    text="content.label", posted_at="updated.label", helpful_votes="im:voteSum.label",
    url="link.attributes.href|link.0.attributes.href", subject_kind="app_version", subject_id="im:version.label",
)  # fmt: skip
ROW = Fields(
    source="app_store", review_id="userReviewId", author="name", rating="rating", title="title", text="body",
    posted_at="date", reply_text="developerResponse.body", reply_at="developerResponse.modified",
    reply_known="developerResponse", helpful_votes="voteSum",
)  # fmt: skip
STORE = Fields(
    source="app_store", review_id="id", author="attributes.userName", rating="attributes.rating",
    title="attributes.title", text="attributes.review", posted_at="attributes.date",
    reply_text="attributes.developerResponse.body", reply_at="attributes.developerResponse.modified", reply_known=True,
)  # fmt: skip
PYTHON = Fields(
    source="app_store", author="userName", rating="rating", title="title", text="review", posted_at="date",
    reply_text="developerResponse.body", reply_at="developerResponse.modified", reply_known=True, zone="UTC",
)  # fmt: skip
NODE = Fields(
    source="app_store", review_id="id|review_id", author="userName|user_name", rating="score|rating", title="title",
    text="text|content", posted_at="updated|review_date|date", url="url", subject_kind="app_version",
    subject_id="version|app_version",
)  # fmt: skip

LAST_PAGE = 10
EMPTY_IN_A_ROW = 3
"""Single pages come empty in the middle of the feed; after so many of them it is over."""
_APP_IN_URL = re.compile(r"(?:[?&]|/)id=?(\d{5,})")
_is_row = has("userReviewId", "body")
_is_store = has("id", "type", "attributes")
_is_python = has("review", "rating", "userName", any_of=("isEdited", "developerResponse"))
_is_node = has("id", "score", "text", any_of=("userUrl", "url"))
_is_tidy = has("review_id", "rating", "text", "store")
_is_web = has("id", "user_name", "rating", "content", "app_version")
_is_entry = has("id", any_of=("im:rating", "im:name"))


def find(document: Document) -> Iterator[Batch]:
    """Yield the reviews of the feed, also those of an empty page, and of the other shapes."""
    feed = _feed(document)
    if feed is not None:
        yield _of_feed(feed)
        return
    fetched = document.json.get("fetched_at") if document.kind == "json" and isinstance(document.json, dict) else None
    for batch in document.batches(_is_ours):
        yield Batch(batch.raws, _named_or(batch.listing), batch.where, seen_at=aware_or_none(fetched))


def parse_review(raw: Any, **sighting: Unpack[Sighting]) -> Review:
    """Read one review of any of the shapes."""
    if _is_row(raw):
        return ROW.review(raw, sighting)
    if _is_store(raw):
        return STORE.review(raw, sighting)
    if _is_python(raw):
        return _from_python(raw, sighting)
    if _is_entry(raw):
        if "im:rating" not in raw:
            raise KeyError("im:rating")
        return FEED.review(raw, sighting)
    return NODE.review(raw, sighting)


def _is_ours(raw: Any) -> bool:
    if _is_store(raw):
        return bool(raw["type"] == "user-reviews")
    if _is_tidy(raw):
        return str(raw["store"]).casefold().replace("_", "") in {"appstore", "ios", "apple"}
    is_node = _is_node(raw) and ("userUrl" in raw or "apple.com" in str(raw.get("url")))
    is_other = _is_row(raw) or _is_python(raw) or _is_web(raw)
    return is_node or is_other or (_is_entry(raw) and "im:rating" in raw)


def _named_or(wrapped: Any) -> Callable[[Raw], Any]:
    return lambda raw: _app(raw.get("url") if isinstance(raw, dict) else None) or wrapped


def _app(url: Any) -> str | None:
    app = _APP_IN_URL.search(url) if isinstance(url, str) else None
    return app[1] if app else None


def _from_python(raw: Raw, sighting: Sighting) -> Review:
    answer = raw.get("developerResponse")
    if isinstance(answer, str):  # a cell of a table holds the text of the Python object
        try:
            answer = ast.literal_eval(answer)
        except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
            raise ValueError("developerResponse is not a Python literal") from error
    who = author_key(sighting["secret"], "app_store", raw.get("userName"))
    # The App Store takes one review a person: without the text in it, the id outlives an edit.
    made = made_id(sighting["listing_id"], who) if who else None
    computed = {"review_id": made} if made else {}
    return PYTHON.review({**raw, "developerResponse": answer}, sighting, **computed)


def _feed(document: Document) -> Raw | None:
    """Return the feed in its JSON shape, or None where the document is none."""
    if document.kind == "json":
        feed = document.json.get("feed") if isinstance(document.json, dict) else None
        entries = feed.get("entry", []) if isinstance(feed, dict) else None
        is_ours = entries is not None and (
            any(map(_is_entry, entries if isinstance(entries, list) else [entries]))
            or "customerreviews" in str(at(feed, "id.label"))
        )
        return feed if is_ours else None
    if document.kind != "xml" or "itunes.apple.com/rss" not in document.text[:5000]:
        return None
    leaves: Raw = {"entry": []}
    for child in document.xml.iterchildren("{*}*"):
        name = child.tag.rpartition("}")[2]
        if name == "entry":
            leaves["entry"].append(_entry_of_xml(child))
        elif name in ("id", "updated"):
            leaves[name] = {"label": child.text or ""}
    return leaves


def _entry_of_xml(node: Any) -> Raw:
    entry: Raw = {}
    for child in node.iterchildren("{*}*"):
        namespace, _, name = child.tag.rpartition("}")
        if name == "author":
            entry["author"] = {part.tag.rpartition("}")[2]: {"label": part.text or ""} for part in child}
        elif name == "link":
            entry["link"] = {"attributes": dict(child.attrib)}
        elif name != "content" or child.get("type") == "text" or "content" not in entry:
            entry[f"im:{name}" if "itunes.apple.com" in namespace else name] = {"label": child.text or ""}
    return entry


def _of_feed(feed: Raw) -> Batch:
    entries = feed.get("entry", [])
    entries = entries if isinstance(entries, list) else [entries]
    named = re.search(r"customerreviews/(?:page=\d+/)?id=(\d+)", str(at(feed, "id.label")))
    hrefs = (_app(first(entry, FEED.url)) for entry in entries)
    listing = named[1] if named else next((href for href in hrefs if href), None)
    reviews = [entry for entry in entries if not (_is_entry(entry) and "im:rating" not in entry)]
    return Batch(reviews, listing, seen_at=aware_or_none(at(feed, "updated.label")))


class AppStoreSpider(ReviewSpider, source=SOURCE):
    """`target` is country and app id, as in `ua/1234567890`."""

    def first_request(self) -> Request:
        """Ask for the newest reviews."""
        return self._page(1, 0)

    def parse_page(self, response: Response) -> Page:
        """Read one page; an empty one is skipped."""
        entries: list[Mapping[str, Any]] = [raw for batch in self.batches(response) for raw in batch.raws]
        number, empty = response.meta["page"], 0 if entries else response.meta["empty"] + 1
        goes_on = number < LAST_PAGE and empty < EMPTY_IN_A_ROW
        return Page(reviews=entries, next=self._page(number + 1, empty) if goes_on else None)

    def _page(self, number: int, empty: int) -> Request:
        country, _, app_id = self.listing.target.partition("/")
        if not (country.isalpha() and app_id.isdecimal()):
            where = f"listings.{self.listing.id}.target"
            raise ConfigurationError(f"{where}: expected country/app id such as ua/1234567890")
        path = f"{country}/rss/customerreviews/page={number}/id={app_id}/sortby=mostrecent/json"
        return Request(f"{self.base_url}/{path}", meta={"page": number, "empty": empty})
