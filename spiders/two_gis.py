"""2GIS: reviews of a branch as its public API answers, as the page keeps them, and as a known export writes them.

Only imported: the API's key belongs to 2GIS's own page. Shapes seen: a recorded answer of the API, a recorded page
(KhobotovViktor/feedbackservice: state `initialState`), public code KirillPugov/reviews-parser-2gis-YaMaps, whose export
holds reviews of Yandex Maps too: those keep their own source. A review that came from Flamp is told by its provider.
"""

from collections.abc import Iterator
from typing import Unpack

from core.records import Review
from spiders import yandex_maps
from spiders.engine.kit import Batch, BlockedError, Document, Fields, Lists, Raw, Sighting, SourceInfo, first_of, has
from spiders.engine.mapping import at
from spiders.engine.maps_export import exported

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
    subject_kind="place", subject_id="object.id", syndicated_from="provider", own_names=("2gis",),
)  # fmt: skip
_LISTS = Lists(
    shapes=((has("id", "date_created", "rating", any_of=("official_answer", "user")), FIELDS),), listing="object.id",
    total="meta.branch_reviews_count|meta.total_count|meta.total", rating="meta.branch_rating|meta.rating",
    empty="reviews",
)  # fmt: skip
_EXPORT = Lists(shapes=(exported("two_gis", "2gis"),), seen_at="generatedAt")


def _of_page(document: Document) -> Iterator[Batch]:
    """Yield the reviews of a page; one without them was saved before they were shown."""
    state = document.state("initialState") if document.kind == "html" else None
    entries, searches = at(state, "data.review"), at(state, "data.reviewSearch")
    if isinstance(entries, dict) and isinstance(searches, dict):
        found = [meta for search in searches.values() if (meta := at(search, "data"))]
        if not entries and not any(at(meta, "total") == 0 for meta in found):
            raise BlockedError("a page of 2GIS without its reviews; open their tab before saving it")
        yield _LISTS.told(Batch([at(entry, "data") for entry in entries.values()]), {"meta": next(iter(found), None)})


find = first_of(_of_page, _LISTS.find, _EXPORT.find)


def parse_review(raw: Raw, **sighting: Unpack[Sighting]) -> Review:
    """Read a review of the API or the page, or one of the export, which also holds some of Yandex Maps."""
    if "externalId" in raw or "authorName" in raw:
        is_of_yandex = raw["source"] == "yandex"
        return (yandex_maps if is_of_yandex else _EXPORT).parse_review(raw, **sighting)
    return FIELDS.review(raw, sighting)
