"""Apple's customer reviews feed, JSON and Atom XML, taken apart. Needs no Scrapy: the spider and the imports share it.

Every leaf is {"label": ...}; `entry` is a list, one object, or absent; in old feeds the first entry is the app itself.
The feed shows no answers, so the state of the reply is unknown everywhere.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from core.records import ReplyState, Review
from spiders.engine.parsing import author_key
from spiders.imports.fields import count_of, filled, key_of, rating_of, text_of
from spiders.imports.shapes import Raw
from spiders.imports.times import aware_or_none, time_of

SOURCE = "app_store"
_APP_IN_URL = re.compile(r"(?:[?&]|/)id=?(\d{5,})")
_APP_OF_FEED = re.compile(r"customerreviews/(?:page=\d+/)?id=(\d+)")


class Feed(NamedTuple):
    """Apple's feed, one page: the app, when Apple made the page, and its entries in the JSON shape."""

    app_id: str | None
    updated: datetime | None
    entries: list[Any]


def app_of_url(url: object) -> str | None:
    """Return the app id in one of Apple's addresses, or None."""
    app = _APP_IN_URL.search(url) if isinstance(url, str) else None
    return app[1] if app else None


def is_feed(document: object) -> bool:
    """Whether a JSON document is Apple's feed, with or without entries."""
    feed = document.get("feed") if isinstance(document, dict) else None
    return isinstance(feed, dict) and (
        "entry" in feed or "customerreviews" in (_label(feed, "id") or "") or "im:" in str(feed)[:2000]
    )


def parse_feed(document: object) -> Feed:
    """Take Apple's JSON feed apart; `document` must satisfy `is_feed`."""
    feed = document["feed"] if isinstance(document, dict) else {}
    entries = feed.get("entry", [])
    entries = entries if isinstance(entries, list) else [entries]
    app = _APP_OF_FEED.search(_label(feed, "id") or "")
    if app is None:
        hrefs = (app_of_url(_href(entry)) for entry in entries if isinstance(entry, dict))
        app_id = next((href for href in hrefs if href), None)
    else:
        app_id = app[1]
    return Feed(app_id, aware_or_none(_label(feed, "updated")), entries)


def parse_xml(data: bytes) -> Feed:
    """Take Apple's Atom feed apart into the same shape as the JSON one.

    Raises:
        ValueError: not well-formed XML, or no feed.
    """
    from lxml import etree  # half of all imports never need it

    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"not well-formed XML: {error.msg}") from error
    if etree.QName(root).localname != "feed":
        raise ValueError(f"XML, but no Apple customer reviews feed: its root is {etree.QName(root).localname}")
    entries: list[Any] = []
    leaves: Raw = {}
    for child in root.iterchildren(tag=etree.Element):
        if etree.QName(child).localname == "entry":
            entries.append(_entry_of_xml(child))
        else:
            leaves[etree.QName(child).localname] = {"label": child.text or ""}
    return parse_feed({"feed": {**leaves, "entry": entries}})


def _entry_of_xml(node: object) -> Raw:
    from lxml import etree

    entry: Raw = {}
    for child in node.iterchildren(tag=etree.Element):  # type: ignore[attr-defined]  # an lxml element
        name = etree.QName(child)
        key = f"im:{name.localname}" if name.namespace and "itunes.apple.com" in name.namespace else name.localname
        if key == "author":
            entry["author"] = {etree.QName(part).localname: {"label": part.text or ""} for part in child}
        elif key == "link":
            entry["link"] = {"attributes": dict(child.attrib)}
        elif key != "content" or child.get("type") == "text" or "content" not in entry:
            entry[key] = {"label": child.text or ""}
    return entry


def is_the_app(entry: object) -> bool:
    """Whether an entry is no review but the app itself, as the first one of old feeds: it has a name and no rating."""
    return isinstance(entry, dict) and "im:rating" not in entry and "im:name" in entry


def parse_entry(entry: Mapping[str, Any], *, listing_id: str, seen_at: datetime, secret: bytes) -> Review:
    """Make a Review of one entry of Apple's feed. Its only time is that of the last change.

    Raises:
        ValueError: what is wrong with this entry.
    """
    if "im:rating" not in entry:
        raise ValueError("an entry without im:rating is no review")
    author = entry.get("author")
    votes = count_of(_label(entry, "im:voteSum"))
    posted = time_of(_label(entry, "updated"), None)
    version = filled(_label(entry, "im:version"), "im:version")
    return Review(
        source=SOURCE,
        listing_id=listing_id,
        review_id=key_of(_label(entry, "id"), "id"),
        url=_href(entry),
        author_key=author_key(secret, SOURCE, _label(author, "name")),
        subject_kind="app_version" if version else None,
        subject_id=version,
        rating=rating_of(_label(entry, "im:rating")),
        title=filled(_label(entry, "title"), "title"),
        text=_label(entry, "content") or "",
        posted_at=posted.at if posted else None,
        posted_at_precision=posted.precision if posted else None,
        reply_state=ReplyState.unknown,
        helpful_votes=votes,
        seen_at=seen_at,
    )


def _label(node: object, name: str) -> str | None:
    leaf = node.get(name) if isinstance(node, dict) else None
    return text_of(leaf.get("label") if isinstance(leaf, dict) else leaf, name)


def _href(entry: Mapping[str, Any]) -> str | None:
    links = entry.get("link")
    for link in links if isinstance(links, list) else [links]:
        attributes = link.get("attributes") if isinstance(link, dict) else None
        if isinstance(attributes, dict) and isinstance(attributes.get("href"), str):
            return str(attributes["href"])
    return None
