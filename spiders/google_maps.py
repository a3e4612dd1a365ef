"""Google Maps and Places: reviews of a place as Google's two Places APIs answer and as known tools export them.

Shapes seen: the older API's recorded answers, public code for the newer (not verified live); exports of Apify,
omkarcloud, Outscraper, SerpApi, gosom, google-reviews-scraper-pro, tables with `owner_response`. The APIs show none.
"""

from spiders.engine.kit import Fields, Lists, SourceInfo, by_shape, first_of, has, refusing, replace

SOURCE = SourceInfo(
    name="google_maps", title="Google Maps, Places", tier="verified", access="none", live=False,
    legal_basis="Only imported: answers and exports that the place's owner has collected himself.", shows_reply=True,
    shows_reply_time=True, incremental="none", limits="5 an answer of the Places APIs", kinds=("json", "rows", "html"),
    marks=("publishedAtDate", "responseFromOwner", "reviewId", "owner_response", "response_from_owner",
           "owner_answer", "publishTime", "relative_time_description", "iso_date", "google.com/maps", "Description"),
)  # fmt: skip
PLACES = Fields(
    source="google_maps", review_id="name", id_optional=True, patterns={"review_id": r"^(?:.*/reviews/)?(.+)$"},
    url="googleMapsUri", author="authorAttribution.uri|author_url|author_name", rating="rating", no_rating=(0,),
    text="originalText.text|text.text|text", posted_at="publishTime|time",
    language="originalText.languageCode|text.languageCode|original_language|language",
)  # fmt: skip
EXPORT = Fields(
    source="google_maps", review_id="reviewId|review_id|id|reviewUrl|review_url|review_link|link", id_optional=True,
    patterns={"review_id": r"(?:/reviews/|!1s|placeid=)(C[hi](?!IJ)[\w-]{15,})|^(?!https?:)(.+)$"},
    author="reviewerId|reviewer_id|author_id|user.contributor_id|reviewerUrl|author_link|user.link|name|reviewer_name"
           "|author_title|user.name|Name", rating="stars|star_rating|review_rating|rating|Rating", no_rating=(0, "0"),
    text="text|review_text|extracted_snippet.original|snippet|Description|textTranslated",
    posted_at="publishedAtDate|published_at_date|review_timestamp|review_datetime_utc|iso_date|review_date|When"
              "|publishAt|published_at|date", language="originalLanguage|language",
    edited_at="iso_date_of_last_edit", time_format="%m/%d/%Y %H:%M:%S", url="reviewUrl|review_url|review_link|link",
    reply_text="responseFromOwnerText|response_from_owner_text|owner_answer|owner_response"
               "|response.extracted_snippet.original|response.snippet",
    reply_at="responseFromOwnerDate|response_from_owner_date|owner_answer_timestamp"
             "|owner_answer_timestamp_datetime_utc|response.iso_date|response_from_owner_ago",
    reply_known="responseFromOwnerText|response_from_owner_text|owner_answer|owner_response|iso_date",
    helpful_votes="likesCount|review_likes_count|review_likes|likes", syndicated_from="reviewOrigin",
    has_photo="reviewImageUrls|reviewImageUrls/0|review_img_urls|review_img_url|images", own_names=("Google",),
)  # fmt: skip
PRO = replace(EXPORT, text="description.*|review_text.*", reply_text="owner_responses.*.text", reckoned_dates=True,
              reply_known="owner_responses", author="author", has_photo="user_images")  # fmt: skip
_PLACE = "placeId|place_id|google_id|cid|data_id|title|location_name|place_name|placeTitle"
_SHAPES = (
    (has("rating", "publishTime", any_of=("authorAttribution", "relativePublishTimeDescription")), PLACES),
    (has("rating", "relative_time_description", "time", any_of=("author_name", "text")), PLACES),
    (has("stars", any_of=("publishedAtDate", "responseFromOwnerText", "publishAt"), none_of=("starRating",)), EXPORT),
    (has("review_id", "rating", "owner_responses", any_of=("description", "review_text")), PRO),
    (has("star_rating", "review_text", "owner_response"), EXPORT),
    (has("review_id", "rating", any_of=("response_from_owner_text", "published_at_date")), EXPORT),
    (has("review_rating", any_of=("owner_answer", "review_datetime_utc", "review_timestamp")), EXPORT),
    (has("rating", "user", "date", any_of=("snippet", "review_id"), none_of=("comment", "title")), EXPORT),
    (has("Name", "Rating", "Description", "When"), EXPORT))  # fmt: skip
_LISTS = Lists(
    listing_in={"name": r"^places/([^/]+)/reviews/"}, rating="rating|totalScore|place_info.rating",
    place=f"placeId|place_id|id|{_PLACE}|displayName.text|place_info.title", total="reviewsCount|place_info.reviews",
    votes="userRatingCount|user_ratings_total|reviewsCount|place_info.reviews", listing=_PLACE, shapes=_SHAPES,
)  # fmt: skip
_WHY = "a page of Google Maps, which keeps no reviews; import an export of them"
find = first_of(refusing("google.com/maps", "APP_INITIALIZATION_STATE", why=_WHY), _LISTS.find)
parse_review = by_shape(*_SHAPES)
