"""From a raw review to a record by a map of paths: what most sources need is data, not code."""

import math
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Literal, Unpack
from zoneinfo import ZoneInfo

from core.records import ReplyState, Review
from spiders.engine.dates import read_date
from spiders.engine.encoding import clean_text
from spiders.engine.parsing import Raw, Sighting, author_key, html_to_text, joined, plain, warn_unknown
from spiders.engine.replies import States, state_of
from spiders.engine.values import Moment, count_of, filled, key_of, made_id, rating_of

_ABSENT = object()
_TIMES = (str, int, float, date)
_MONTH_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})((?: .+)?)")
_YES = {"true", "yes", "1", "да", "так"}
_NO = {"false", "no", "0", "нет", "ні", ""}


def at(raw: Any, path: str, default: Any = None) -> Any:
    """Return what stands at a path such as `user.name` or `comments.0.text`, else `default`.

    A key that is spelled like the rest of the path wins over its parts (`response/text`, `a.b`); `*` is the first key
    of an object, whatever it is (`texts.*`, where each text stands under its language).
    """
    if isinstance(raw, dict):
        if path in raw:
            return raw[path]
        if path[:1] == "*" and raw:
            inner = next(iter(raw.values()))
            return at(inner, path[2:], default) if path[2:] else inner
        end = path.find(".")
        while end >= 0:
            if path[:end] in raw:
                return at(raw[path[:end]], path[end + 1 :], default)
            end = path.find(".", end + 1)
        return default
    if isinstance(raw, list):
        index, _, rest = path.partition(".")
        if index.isdecimal() and int(index) < len(raw):
            return at(raw[int(index)], rest, default) if rest else raw[int(index)]
    return default


@cache
def _choices(paths: str) -> tuple[str, ...]:
    """Return the single paths of a declaration, of which there are not many."""
    return tuple(path.strip() for path in paths.split("|"))


def first(raw: Any, paths: str) -> Any:
    """Return the first value among the paths (separated by `|`) that is neither null nor blank, else None."""
    if not paths:
        return None
    for path in _choices(paths):
        value = at(raw, path)
        if value is None or (isinstance(value, str) and (not value or value.isspace())):
            continue
        if isinstance(value, float) and math.isnan(value):
            continue
        return value
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Fields:
    """Where each field of a review stands in a raw one: paths as `first` takes them; empty where there is none."""

    source: str
    review_id: str = ""
    """Where a path is given, a review without an id is refused, unless `id_optional`; without a path ids are made."""
    id_optional: bool = False
    url: str = ""
    author: str = ""
    rating: str = ""
    best: float = 5
    worst: float = 1
    no_rating: tuple[Any, ...] = ()
    """Values that mean that no rating was given, as 0 of 1..5."""
    title: str = ""
    text: str = ""
    pros: str = ""
    cons: str = ""
    labels: Mapping[str, str] = field(default_factory=lambda: {"pros": "Достоинства", "cons": "Недостатки"})
    """What stands before pros, cons and text where a review has more than a text."""
    language: str = ""
    posted_at: str = ""
    edited_at: str = ""
    reply_text: str = ""
    reply_at: str = ""
    reply_known: bool | str = False
    """True: the source shows replies, so that none means none; a path: where that key is there; False: unknown."""
    reply_state: str = ""
    states: States | None = None
    """What the values at `reply_state` mean; see `replies`."""
    helpful_votes: str = ""
    has_photo: str = ""
    is_verified: str = ""
    processed_flag: str = ""
    subject_kind: Literal["place", "doctor", "product", "app_version"] | None = None
    subject_id: str = ""
    syndicated_from: str = ""
    html: bool = False
    """Text and reply are HTML."""
    zone: str = ""
    """IANA zone of times that name none, where the source is known to write one."""
    patterns: Mapping[str, str] = field(default_factory=dict)
    """Regular expressions by field: what counts is the first group that matches there; nothing where none does."""
    reckoned_dates: bool = False
    """Its tool reckons dates from «3 weeks ago», so that they are relative, however exact they look."""
    month_first: bool = False
    """Dates as 10/31/2026 put the month first."""
    time_format: str = ""
    """How else its times may be written, in UTC, as `strptime` takes it."""
    made_of: tuple[str, ...] = ()
    """What a made id hashes instead, where it stands; a pattern for `made_of` chooses of each."""
    hidden_reply: str = ""
    """Where it is seen that there is a reply, without its words: its state is unknown, and `processed_flag` set."""
    link: str = ""
    """Address of a review that names none, with `{}` for its own id."""
    site: str = ""
    """Address of the site, before a `url` that begins with its path."""
    own_names: tuple[str, ...] = ()
    """What `syndicated_from` says of the source's own reviews."""
    odd_rating: bool = False
    """A rating outside its scale is warned about and left out where the review has a text; else it is refused."""

    def parse_review(self, raw: Raw, **sighting: Unpack[Sighting]) -> Review:
        """Return the review of a raw one: a source's `parse_review`, where it needs no more than its map."""
        return self.review(raw, sighting)

    def review(self, raw: Raw, sighting: Sighting, **computed: Any) -> Review:
        """Return the review of a raw one; `computed` fields take precedence over their paths.

        A date that is not understood is warned about and left out: the complaint counts more than its date. A made id
        hashes author, posted day and text, so it needs no relative date to be the same the next night.

        Raises:
            ValueError: what is wrong with this review (also as pydantic's ValidationError).
        """
        if not isinstance(raw, dict):
            raise TypeError(f"a review must be an object, not {type(raw).__name__}")
        title = self._text(raw, "title", computed)
        text = computed["text"] if "text" in computed else self._body(raw)
        rating = computed["rating"] if "rating" in computed else self._rating(raw)
        if rating is None and not title and not text:
            raise ValueError("neither text nor rating")
        author = self._value(raw, "author", computed)
        who = None if isinstance(author, bool | dict | list) else author_key(sighting["secret"], self.source, author)
        posted = self._moment(raw, "posted_at", sighting, computed)
        if posted and self.reckoned_dates:
            posted = Moment(posted.at, "relative")
        edited = self._moment(raw, "edited_at", sighting, computed)
        reply = self._text(raw, "reply_text", computed)
        state = computed["reply_state"] if "reply_state" in computed else self._state(raw, reply)
        replied = self._moment(raw, "reply_at", sighting, computed)
        if replied is not None and reply is None:
            if state is ReplyState.none:  # somebody did answer: a lost text must not count as silence
                warn_unknown(self.source, "reply_text", None)
                state = ReplyState.unknown
            replied = None
        is_hidden = bool(
            self.hidden_reply and reply is None and "reply_state" not in computed and at(raw, self.hidden_reply)
        )
        is_exact = replied is not None and replied.precision == "exact"
        given = self._value(raw, "review_id", computed)
        if given is None and self.review_id and not self.id_optional:
            raise ValueError(f"{self.review_id} is missing")
        review_id = key_of(given, "the id") if given is not None else self._made(raw)
        review_id = review_id or _made(who, posted, title, text)
        origin = filled(self._value(raw, "syndicated_from", computed), "syndicated_from")
        subject = filled(self._value(raw, "subject_id", computed), "subject_id")
        return Review(
            source=self.source,
            listing_id=sighting["listing_id"],
            review_id=review_id,
            url=computed["url"] if "url" in computed else self._address(self._value(raw, "url", computed), given),
            author_key=who,
            subject_kind=computed.get("subject_kind", self.subject_kind) if subject else None,
            subject_id=subject,
            rating=rating,
            title=title,
            text=text or "",
            language_hint=_language(filled(self._value(raw, "language", computed), "language")),
            posted_at=posted.at if posted else None,
            posted_at_precision=posted.precision if posted else None,
            edited_at=edited.at if edited and edited.precision != "relative" and _is_later(edited, posted) else None,
            reply_state=ReplyState.unknown if is_hidden else state,
            reply_text=reply,
            reply_at=replied.at if replied else None,
            reply_at_kind="exact" if is_exact else None,
            processed_flag=is_hidden or self._flag(raw, "processed_flag", computed),
            helpful_votes=count_of(self._value(raw, "helpful_votes", computed)),
            has_photo=self._flag(raw, "has_photo", computed),
            is_verified=self._flag(raw, "is_verified", computed),
            syndicated_from=None if origin in self.own_names else origin,
            seen_at=sighting["seen_at"],
        )

    def _value(self, raw: Raw, name: str, computed: Mapping[str, Any]) -> Any:
        if name in computed:
            return computed[name]
        paths = getattr(self, name)
        if not paths:
            return None
        value = first(raw, paths)
        if name not in self.patterns or isinstance(value, bool) or not isinstance(value, str | int | float):
            return value
        return _matched(self.patterns[name], value)

    def _text(self, raw: Raw, name: str, computed: Mapping[str, Any]) -> str | None:
        return self._clean(self._value(raw, name, computed), name)

    def _clean(self, value: Any, name: str) -> str | None:
        text = filled(value, name)
        if text is None:
            return None
        text = clean_text(html_to_text(text) if self.html else plain(text))
        return text if text.strip() else None

    def _body(self, raw: Raw) -> str:
        if not self.pros and not self.cons:
            return self._text(raw, "text", {}) or ""
        parts = {name: self._text(raw, name, {}) for name in ("pros", "cons", "text")}
        if parts["pros"] is None and parts["cons"] is None:
            return parts["text"] or ""
        return joined(*((self.labels.get(name, ""), part) for name, part in parts.items()))

    def _rating(self, raw: Raw) -> float | None:
        value = self._value(raw, "rating", {})
        try:
            return None if value in self.no_rating else rating_of(value, self.best, self.worst)
        except ValueError:
            if not self.odd_rating or first(raw, self.text) is None:
                raise
            warn_unknown(self.source, "rating", value)
            return None

    def _moment(self, raw: Raw, name: str, sighting: Sighting, computed: Mapping[str, Any]) -> Moment | None:
        value = self._value(raw, name, computed)
        if value is None or isinstance(value, Moment):
            return value
        if isinstance(value, bool) or not isinstance(value, _TIMES):
            raise TypeError(f"{name} must be a time, not {type(value).__name__}")
        if self.time_format and isinstance(value, str):
            with suppress(ValueError):
                return Moment(datetime.strptime(value.strip(), self.time_format).replace(tzinfo=UTC), "exact")
        if self.month_first and isinstance(value, str) and (date_of := _MONTH_FIRST.fullmatch(value.strip())):
            value = f"{date_of[3]}-{date_of[1]:0>2}-{date_of[2]:0>2}{date_of[4]}"
        zone = ZoneInfo(self.zone) if self.zone else sighting.get("zone")
        try:
            return read_date(value, seen_at=sighting["seen_at"], zone=zone)
        except ValueError:
            warn_unknown(self.source, name, value)
            return None

    def _made(self, raw: Raw) -> str | None:
        parts = [first(raw, path) for path in self.made_of]
        if "made_of" in self.patterns:
            parts = [_matched(self.patterns["made_of"], part) for part in parts]
        return made_id(*(str(part or "") for part in parts)) if any(parts) else None

    def _address(self, value: Any, review_id: Any) -> str | None:
        if value is None and self.link and re.fullmatch(r"[A-Za-z0-9_-]+", str(review_id)) and review_id is not None:
            return self.link.format(review_id)
        text = value.strip() if isinstance(value, str) else ""
        if self.site and text.startswith("/"):
            text = f"https:{text}" if text.startswith("//") else f"{self.site}{text}"
        return text if text.startswith(("http://", "https://")) else None

    def _state(self, raw: Raw, reply: str | None) -> ReplyState:
        if self.states is not None and reply is not None:
            return state_of(self.states, first(raw, self.reply_state), source=self.source)
        if reply is not None:
            return ReplyState.published
        known = self.reply_known
        if isinstance(known, str):
            known = any(at(raw, path.strip(), _ABSENT) is not _ABSENT for path in known.split("|"))
        return ReplyState.none if known else ReplyState.unknown

    def _flag(self, raw: Raw, name: str, computed: Mapping[str, Any]) -> bool | None:
        value = self._value(raw, name, computed)
        if value is None:
            return None
        if isinstance(value, str):
            word = value.strip().casefold()
            return True if word in _YES else False if word in _NO else None
        if isinstance(value, list | dict):
            return bool(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value > 0
        return value if isinstance(value, bool) else None


def _matched(pattern: str, value: Any) -> str | None:
    found = re.search(pattern, str(value))
    return found[found.lastindex or 0] if found else None


def _language(named: str | None) -> str | None:
    return named.replace("_", "-") if named else None


def _is_later(edited: Moment, posted: Moment | None) -> bool:
    return posted is None or edited.at > posted.at


def _made(author: str | None, posted: Moment | None, title: str | None, text: str | None) -> str:
    day = posted.at.date().isoformat() if posted is not None and posted.precision != "relative" else None
    return made_id(author, day, title, " ".join((text or "").split()))
