"""2GIS: reviews of a branch as its public API answers, as the page keeps them, and as a known export writes them.

Only imported: the API's key belongs to 2GIS's own page. Shapes seen: a recorded answer of the API, a recorded page
(KhobotovViktor/feedbackservice: state `initialState`), public code KirillPugov/reviews-parser-2gis-YaMaps, whose export
holds reviews of Yandex Maps too: those keep their own source. A review that came from Flamp is told by its provider.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Unpack

from core.records import Review
from spiders import yandex_maps
from spiders.engine.beside import beside, shown_rating
from spiders.engine.blocking import BlockedError
from spiders.engine.dates import aware_or_none
from spiders.engine.document import Batch, Document, by, has
from spiders.engine.mapping import Fields, at, first
from spiders.engine.parsing import Raw, Sighting
from spiders.engine.source import SourceInfo
from spiders.engine.values import count_of

SOURCE = SourceInfo(
    name="two_gis", title="2ГИС", tier="verified", access="none", live=False,
    legal_basis="Only imported: what the branch's owner has saved or exported himself.", shows_reply=True,
    shows_reply_time=True, shows_edit=True, incremental="none; the API's pages come newest first",
    limits="50 a page", kinds=("json", "html", "rows"),
    marks=("date_created", "total_count", "official_answer", "reviewSearch", "externalId"),
)  # fmt: skip
FIELDS = Fields(
    source="two_gis", review_id="id", url="url", author="user.id|user.public_id|user.name",
    rating="rating", no_rating=(0,), text="text", posted_at="date_created", edited_at="date_edited",
    reply_text="official_answer.text", reply_at="official_answer.date_created", reply_known=True,
    helpful_votes="likes_count", has_photo="photos|media", is_verified="is_verified",
    subject_kind="place", subject_id="object.id",
)  # fmt: skip
EXPORT = replace(yandex_maps.EXPORT, source="two_gis")
_is_review = has("id", "date_created", "rating", any_of=("official_answer", "user"))


def find(document: Document) -> Iterator[Batch]:
    """Yield the reviews of an answer, a page or an export, or nothing where it is none of 2GIS.

    Raises:
        BlockedError: a page of 2GIS without reviews in it.
    """
    if document.kind == "html":
        yield from _of_page(document.state("initialState"))
        return
    value = document.json if document.kind == "json" else None
    for batch in document.batches(_is_review):
        yield _counted(batch, first(beside(batch, value), "meta"))
    if value is None:
        return
    if at(value, "reviews") == [] and first(value, "meta.total_count|meta.branch_reviews_count") is not None:
        yield _counted(Batch(()), at(value, "meta"))
    for batch in document.batches(yandex_maps.is_export):
        if any(at(raw, "source") == "2gis" for raw in batch.raws):
            yield replace(batch, listing=None, seen_at=aware_or_none(beside(batch, value).get("generatedAt")))


def _counted(batch: Batch, meta: object) -> Batch:
    total = count_of(first(meta, "branch_reviews_count|total_count|total"))
    rating = shown_rating(first(meta, "branch_rating|rating"))
    return by(replace(batch, total=total, rating=rating), "object.id")


def _of_page(state: object) -> Iterator[Batch]:
    entries, searches = at(state, "data.review"), at(state, "data.reviewSearch")
    if not isinstance(entries, dict) or not isinstance(searches, dict):
        return
    found = [at(search, "data") for search in searches.values() if at(search, "data")]
    if not entries and not any(at(search, "total") == 0 for search in found):
        raise BlockedError("a page of 2GIS without its reviews; open their tab before saving it")
    yield _counted(Batch([at(entry, "data") for entry in entries.values()]), found[0] if found else None)


def parse_review(raw: Raw, **sighting: Unpack[Sighting]) -> Review:
    """Read a review of the API or the page, or one of the export, which also holds some of Yandex Maps."""
    if "externalId" in raw or "authorName" in raw:
        return yandex_maps.parse_review(raw, **sighting) if raw["source"] == "yandex" else EXPORT.review(raw, sighting)
    provider = at(raw, "provider")
    return FIELDS.review(raw, sighting, syndicated_from=None if provider in (None, "2gis") else provider)
