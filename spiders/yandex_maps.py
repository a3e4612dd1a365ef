"""Yandex Maps: reviews of a place as the map's own answers and pages keep them, and as known exports write them.

Only imported: the map's answers are signed for its own page. Shapes seen: recorded exports; public code
KirillPugov/reviews-parser-2gis-YaMaps (answers, normalised exports), yandex-reviews-parser (`company_reviews`) and
several parsers of the saved page. Not verified: reactions, the language.
"""

from spiders.engine.embedded import after
from spiders.engine.kit import Cards, Fields, Lists, SourceInfo, by_shape, first_of, has
from spiders.engine.maps_export import exported, only

SOURCE = SourceInfo(
    name="yandex_maps", title="Яндекс Карты", tier="verified", access="none", live=False,
    legal_basis="Only imported: what the place's owner has saved or exported himself.", shows_reply=True,
    shows_reply_time=True, shows_edit=True, incremental="none", kinds=("json", "html", "rows"),
    marks=("businessComment", "updatedTime", "orgId", "avatars.mds.yandex", "company_reviews", "icon_href",
           "externalId", "business-review-view"),
)  # fmt: skip
FIELDS = Fields(
    source="yandex_maps", review_id="reviewId", author="author.publicId|author.profileUrl|author.name",
    rating="rating", no_rating=(0,), odd_rating=True, text="text", language="textLanguage",
    posted_at="createdTime|updatedTime", edited_at="updatedTime",
    reply_text="businessComment.text", reply_at="businessComment.updatedTime", reply_known=True,
    helpful_votes="reactions.likes", has_photo="photos",
)  # fmt: skip
CARD = Fields(
    source="yandex_maps", author="author|name", rating="rating|stars", no_rating=(0,), posted_at="date", text="text",
    reply_text="answer", reply_known="answer", hidden_reply="_answered", made_of=("date",),
    patterns={"text": r"(?s)^\s*(.*?…)\s*(?:Ещё|Еще|More)\s*$|^(.*)$",
              "made_of": r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d.*)$"},  # which names a card better than a cut text
)  # fmt: skip
_LISTS = Lists(
    shapes=((has("reviewId", "rating", any_of=("businessComment", "updatedTime")), FIELDS),
            (has("name", "icon_href", "stars", "text"), CARD),
            (has("author", "author_image", "rating", "text", "date"), CARD)),
    listing="businessId", place="orgId|businessId|company_info.name", address=r"/org/(?:[^/]+/)?(\d+)",
    total="params.count|totalCount", votes="company_info.count_rating", rating="company_info.rating",
    seen_at="lastUpdated", inside=lambda page: after(page, '"reviewResults":'),
)  # fmt: skip
_BARE = Lists(shapes=((has("num", "author", "rating", "text", "date"), CARD),), place="orgId", needs="orgId",
              seen_at="lastUpdated", total="params.count|totalCount")  # fmt: skip
_EXPORT = Lists(shapes=(exported("yandex_maps", "yandex"),), seen_at="generatedAt")
_CARDS = Cards(
    items=(".business-reviews-card-view__review, .business-review-view",), listing=r"/org/(?:[^/]+/)?(\d+)",
    parts={
        "author": "[itemprop=author] [itemprop=name] | .business-review-view__author-name"
                  " | .business-review-view__author",
        "rating": "meta[itemprop=ratingValue]@content", "date": "meta[itemprop=datePublished]@content",
        "text": "[itemprop=reviewBody] | .business-review-view__body",
        "answer": ".business-review-comment-content__bubble", "_answered": ".business-review-view__comment-expand#",
    },
)  # fmt: skip
find = first_of(_LISTS.find, _BARE.find, only("yandex", _EXPORT), _CARDS.find)
parse_review = by_shape((has("externalId"), _EXPORT.shapes[0][1]), (has("reviewId"), FIELDS), (has(), CARD))
