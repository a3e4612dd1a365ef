"""Google Play: its page's own answers, what public scrapers make of them, the owner's API and the owner's reports.

- raw: the rows of a batchexecute answer (rpc UsvDTd or oCPfdb, whole or in chunks) and of a details page
  (`AF_initDataCallback`), by position. Seen: fixtures of MrAdex77/google-play-scraper. Their time is the last change.
- google-play-scraper: Python (reviewId, content, at: local times without a zone), Node (id, score, text, replyText).
- tidy archives: review_id, rating, text, review_date, reply_text; days only.
- Google Play Developer API: reviews.list and reviews.get. It shows seven days of production reviews with a text.
- Play Console: the monthly CSV reports (Review Submit Millis Since Epoch ...), as public code quotes them.
Not verified: the title that a tab ends in texts of the API; whether an old answer with rows of 16 fields exists.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Unpack
from urllib.parse import parse_qs, urlsplit

from core.records import Review
from spiders.engine.blocking import BlockedError
from spiders.engine.document import Batch, Document, has
from spiders.engine.mapping import Fields, at, first
from spiders.engine.parsing import Raw, Sighting
from spiders.engine.source import SourceInfo
from spiders.engine.values import filled, made_id

SOURCE = SourceInfo(
    name="google_play",
    title="Google Play",
    tier="verified",
    live=False,
    access="none",
    terms_url="https://play.google.com/about/play-terms/",
    legal_basis="Only imported: the feed behind the pages is undocumented. The API and the reports are the owner's.",
    shows_reply=True,
    shows_reply_time=True,
    shows_edit=True,
    incremental="newest first; the API by last change",
    limits="the API shows 7 days",
    kinds=("json", "rows", "html", "text"),
    marks=(
        "wrb.fr", "AF_initDataCallback", "reviewId", "replyText", "thumbsUp", "scoreText", "reply_text", "thumbs_up",
        "play.google.com", "nextPaginationToken", "Review Submit Millis Since Epoch",
    ),
)  # fmt: skip
PYTHON = Fields(
    source="google_play", review_id="reviewId", author="userName", rating="score", title="title", text="content",
    reply_text="replyContent", reply_known="replyContent", helpful_votes="thumbsUpCount", url="url",
    subject_kind="app_version", subject_id="reviewCreatedVersion|appVersion",
)  # fmt: skip
NODE = Fields(
    source="google_play", review_id="id", author="userName", rating="score", title="title", text="text", url="url",
    posted_at="date", reply_text="replyText|reply.text", reply_at="replyDate|reply.date", reply_known="replyText|reply",
    helpful_votes="thumbsUp|countLikes", subject_kind="app_version", subject_id="version|appVersion",
)  # fmt: skip
TIDY = Fields(
    source="google_play", review_id="review_id", author="user_name", rating="rating", title="title", text="text",
    posted_at="review_date", reply_text="reply_text", reply_at="reply_date", reply_known="reply_text",
    helpful_votes="thumbs_up", subject_kind="app_version", subject_id="version",
)  # fmt: skip
ROW = Fields(
    source="google_play", review_id="id", author="userName", rating="stars", title="title", text="body",
    posted_at="changed", reply_text="reply", reply_at="replied", reply_known=True, helpful_votes="votes",
    subject_kind="app_version", subject_id="version",
)  # fmt: skip
_ROW = {
    "id": "0", "userName": "1.0", "stars": "2", "title": "3", "body": "4", "changed": "5.0", "votes": "6",
    "reply": "7.1", "replied": "7.2.0", "version": "10",
}  # fmt: skip
API = Fields(
    source="google_play", review_id="reviewId", author="authorName", rating="user.starRating",
    posted_at="user.lastModified.seconds|user.lastModified", reply_text="developer.text",
    reply_at="developer.lastModified.seconds|developer.lastModified", reply_known=True,
    helpful_votes="user.thumbsUpCount", subject_kind="app_version", subject_id="user.appVersionName",
)  # fmt: skip
REPORT = Fields(
    source="google_play", rating="Star Rating", title="Review Title", text="Review Text", url="Review Link",
    language="Reviewer Language", posted_at="Review Submit Millis Since Epoch|Review Submit Date and Time",
    edited_at="Review Last Update Millis Since Epoch|Review Last Update Date and Time",
    reply_text="Developer Reply Text", reply_known=True,
    reply_at="Developer Reply Millis Since Epoch|Developer Reply Date and Time",
    subject_kind="app_version", subject_id="App Version Name|App Version Code",
)  # fmt: skip

_RPC = re.compile(r'\[\s*"wrb\.fr"')
_REVIEW_RPCS = {"UsvDTd", "oCPfdb"}
_is_row = has("id", "stars", "body", "changed")
_is_api = has("reviewId", "comments")
_is_python = has(
    "content", "score", any_of=("reviewId", "replyContent", "thumbsUpCount"), none_of=("comments", "author")
)
_is_node = has("id", "score", "text", any_of=("replyText", "replyDate", "thumbsUp", "scoreText", "url"))
_is_node_page = has("data", "nextPaginationToken")
_is_tidy = has("review_id", "rating", "text", any_of=("reply_text", "thumbs_up", "store"))
_is_report = has("Star Rating", "Review Submit Millis Since Epoch", "Developer Reply Text")


def find(document: Document) -> Iterator[Batch]:
    """Yield the reviews of each shape; BlockedError where the store answered an error in their place."""
    if document.kind in ("text", "html") or _is_rpc(document):
        yield from _raw(document)
        return
    if document.kind == "json" and _is_node_page(document.json) and document.json["data"] == []:
        yield Batch(())
    for batch in document.batches(_is_ours):
        yield Batch(batch.raws, _named_or(batch.listing), batch.where)


def parse_review(raw: Any, **sighting: Unpack[Sighting]) -> Review:
    """Read one review of any of the shapes."""
    if _is_row(raw):
        return ROW.review(raw, sighting)
    if _is_api(raw):
        return from_api(raw, sighting)
    if _is_python(raw):
        computed = {"posted_at": _local(raw.get("at")), "reply_at": _local(raw.get("repliedAt"))}
        if "reviewId" not in raw:  # as its first versions wrote
            computed["review_id"] = made_id(*(str(raw.get(part) or "") for part in ("appId", "at", "content")))
        return PYTHON.review(raw, sighting, **computed)
    if _is_report(raw):
        return REPORT.review(raw, sighting, review_id=_report_id(raw))
    return (NODE if _is_node(raw) else TIDY).review(raw, sighting)


def _is_ours(raw: Any) -> bool:
    if _is_node(raw):
        url = raw.get("url")
        return bool({"replyText", "thumbsUp", "scoreText"} & raw.keys()) or "play.google.com" in str(url)
    if _is_tidy(raw):
        return str(raw.get("store", "google play")).casefold().replace("_", "").replace(" ", "") == "googleplay"
    return _is_python(raw) or _is_report(raw) or (_is_api(raw) and isinstance(raw["comments"], list))


def _named_or(wrapped: Any) -> Callable[[Raw], Any]:
    return lambda raw: _package(raw) or wrapped


def _package(raw: Any) -> str | None:
    if not isinstance(raw, dict):
        return None
    ids = parse_qs(urlsplit(str(raw.get("url") or "")).query).get("id")
    return ids[0] if ids else first(raw, "appId|Package Name")


def _local(value: Any) -> Any:
    """A program's local time; pandas writes it as milliseconds, which are no Unix time then."""
    if isinstance(value, int | float) and not isinstance(value, bool) and value > 1e11:
        return datetime.fromtimestamp(value / 1000, UTC).replace(tzinfo=None)
    return value


def _report_id(raw: Raw) -> str:
    ids = parse_qs(urlsplit(str(raw.get("Review Link") or "")).query)
    named = ids.get("reviewId") or ids.get("reviewid")
    moment = "Review Submit Millis Since Epoch"
    parts = (
        ["Package Name", moment, "Device", "Reviewer Language"]
        if raw.get(moment)
        else [
            "Package Name",
            "Review Submit Date and Time",
            "Device",
            "Reviewer Language",
            "Review Title",
            "Review Text",
        ]
    )
    return named[0] if named else made_id(*(str(raw.get(part) or "") for part in parts))


def from_api(raw: Raw, sighting: Sighting, fields: Fields = API) -> Review:
    """Read one review as the Developer API writes it."""
    comments = [comment for comment in raw["comments"] if isinstance(comment, dict)]
    newest: Raw = {}
    for role in ("userComment", "developerComment"):
        said = [comment[role] for comment in comments if isinstance(comment.get(role), dict)]
        newest[role] = max(said, key=lambda part: str(at(part, "lastModified.seconds", "")).zfill(12), default={})
    user = newest["userComment"]
    if not user:
        raise KeyError("userComment")
    words = filled(first(user, "originalText|text"), "userComment.text") or ""
    title, tab, body = words.partition("\t")
    flat = {**raw, "user": user, "developer": newest["developerComment"]}
    language = str(first(user, "reviewerLanguage") or "").replace("_", "-") or None
    return fields.review(flat, sighting, title=title if tab else None, text=(body if tab else title).strip(),
                         language=language)  # fmt: skip


def _is_rpc(document: Document) -> bool:
    return document.kind == "json" and isinstance(document.json, list) and bool(_RPC.search(document.text[:2000]))


def _raw(document: Document) -> Iterator[Batch]:
    if document.kind == "html":
        yield from _from_page(document)
        return
    answers = list(_answers(document.text))
    for payload, is_of_reviews in answers:
        rows = _rows(payload)
        if rows:
            yield Batch([_named(row) for row in rows])
        elif is_of_reviews and payload is None:
            raise BlockedError("Google Play answered an error in place of the reviews")
        elif is_of_reviews:
            yield Batch(())


def _from_page(document: Document) -> Iterator[Batch]:
    if "AF_initDataCallback" not in document.text:
        return  # any page with a link to an app
    links = document.html.xpath('//link[@rel="canonical"]/@href | //meta[@property="og:url"]/@content')
    listing = next((package for link in links if (package := _package({"url": link}))), None)
    for name, state in document.states.items():
        rows = _rows(state) if name.startswith("ds:") else []
        if rows:
            yield Batch([_named(row) for row in rows], listing, name)


def _answers(text: str) -> Iterator[tuple[Any, bool]]:
    """Yield the payload of each rpc answer, and whether the rpc is known to be that of reviews."""
    decoder = json.JSONDecoder()
    for begun in _RPC.finditer(text):
        try:
            answer, _ = decoder.raw_decode(text, begun.start())
            payload = json.loads(answer[2]) if answer[2] is not None else None
        except (ValueError, TypeError, IndexError):
            continue
        yield payload, answer[1] in _REVIEW_RPCS


def _rows(payload: Any) -> list[Any]:
    """Return the first list of reviews, at most two levels deep: rows with an id, a name and one to five stars."""
    for rows in (payload, *(payload if isinstance(payload, list) else ())):
        if isinstance(rows, list) and any(map(_is_listed, rows)):
            return rows
    return []


def _named(row: Any) -> Any:
    return {name: at(row, place) for name, place in _ROW.items()} if isinstance(row, list) else row


def _is_listed(row: Any) -> bool:
    return (
        isinstance(row, list)
        and len(row) > 7
        and isinstance(row[0], str)
        and isinstance(at(row, "1.0"), str)
        and row[2] in (1, 2, 3, 4, 5)
        and isinstance(at(row, "5.0"), int)
    )
