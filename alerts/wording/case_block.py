"""How one case is told: where, how many stars, the sentence that hurts, how long it waits, and where to answer."""

from datetime import datetime, timedelta

from alerts.calendar import zone_of
from alerts.cases import acknowledge_by
from alerts.wording.catalogue import catalogue
from alerts.wording.inert import identifier, inert, safe_url, shortened
from alerts.wording.message import Block
from core.records import CaseStatus, CaseView, Review
from core.redaction import find, redact
from core.settings import Settings
from core.watchlist import Person, Watchlist

QUOTE = 200
"""Characters of the quoted sentence."""

_NAME = 80
_STATES = (CaseStatus.acknowledged, CaseStatus.waiting_for_branch, CaseStatus.disputed)


class CaseWords:
    """Words about cases for one person at one moment."""

    def __init__(self, person: Person, watchlist: Watchlist, settings: Settings, now: datetime) -> None:
        self.catalogue = catalogue(person.language or settings.language)
        self._is_full = person.content == "full"
        self._person, self._watchlist, self._settings, self._now = person, watchlist, settings, now
        self._zone = zone_of(person, settings)
        self._fresh = timedelta(minutes=settings.cases.fresh_minutes)

    def clean(self, text: str) -> str:
        """Return `text` without personal data, unless the person gets the full content, and inert."""
        return inert(text if self._is_full else redact(text))

    def place(self, listing_id: str) -> str:
        """Return the name of the place, or of the company where the listing has no place, with its city."""
        listing = self._watchlist.listing(listing_id)
        if listing is None:
            return shortened(inert(listing_id), _NAME)
        company = next(one for one in self._watchlist.companies if one.id == listing.company)
        place = next((one for one in company.places if one.id == listing.place), None)
        name = f"{place.name}, {place.city}" if place and place.city else place.name if place else company.name
        return shortened(self.clean(name), _NAME)

    def block(self, view: CaseView, heading: str | None = None, *, asks: bool = False) -> Block:
        """Return the lines of one case; `asks` adds until when to take it up, while that may still be done."""
        case, review, say = view.case, view.review, self.catalogue
        lines = [self._first(view), self._quote(view), self._waiting(view)]
        if heading:
            lines.insert(0, heading)
        if asks and case.status is CaseStatus.open:
            until = acknowledge_by(case, self._person, self._watchlist, self._settings)
            if until > self._now:
                lines.append(say.say("acknowledge", moment=say.moment(until, self._zone, self._now)))
        if self._now - review.seen_at > self._fresh:
            lines.append(say.say("as_of", moment=say.moment(review.seen_at, self._zone, self._now)))
        lines.append(self._number(view))
        return Block(tuple(lines), safe_url(review.url), say.say("link"), is_strong=True, is_case=True)

    def nameplate(self, view: CaseView) -> Block:
        """Return where to find one case, without any words of customer or firm."""
        lines = (self._first(view), self._number(view))
        return Block(lines, safe_url(view.review.url), self.catalogue.say("link"), is_strong=True, is_case=True)

    def payload(self, view: CaseView, *, has_quote: bool = True) -> dict[str, object]:
        """Return the case for programs, with the same redaction."""
        case, review = view.case, view.review
        return {
            "source": case.source,
            "review_id": case.review_id,
            "reopen_no": case.reopen_no,
            "listing_id": case.listing_id,
            "place": self.place(case.listing_id),
            "status": str(case.status),
            "severity": case.severity,
            "rating": review.rating,
            "quote": self._quote(view) if has_quote else None,
            "waiting_since": waiting_since(view).isoformat(),
            "due_at": case.due_at.isoformat(),
            "seen_at": review.seen_at.isoformat(),
            "url": safe_url(review.url),
        }

    def _first(self, view: CaseView) -> str:
        return f"{self._stars(view.review)} {self.place(view.case.listing_id)} · {identifier(view.review.source)}"

    def _number(self, view: CaseView) -> str:
        key = shortened(identifier(f"{view.case.source}/{view.case.review_id}"), _NAME)
        return self.catalogue.say("case", case=key)

    def _stars(self, review: Review) -> str:
        if review.rating is None:
            return f"({self.catalogue.say('unrated')})"
        full = 1 + round(review.rating * 4)
        return "★" * full + "☆" * (5 - full)

    def _waiting(self, view: CaseView) -> str:
        case, say, now = view.case, self.catalogue, self._now
        parts = [say.say("waits", duration=say.duration(max(timedelta(0), now - waiting_since(view))))]
        if case.status is not CaseStatus.reply_not_visible:
            if case.due_at <= now:
                parts.append(say.say("overdue", duration=say.duration(now - case.due_at)))
            else:
                parts.append(say.say("due", moment=say.moment(case.due_at, self._zone, now)))
        if case.status in _STATES:
            parts.append(say.say(case.status))
        return "; ".join(parts)

    def _quote(self, view: CaseView) -> str:
        review = view.review
        text, start, end = review.text, 0, len(review.text)
        prediction = view.prediction
        if prediction and prediction.evidence and prediction.content_hash == review.content_hash:
            worst = prediction.evidence[0]
            if worst.start < worst.end <= len(text):
                start, end = worst.start, worst.end
        if not text.strip():
            text = review.title or ""
            start, end = 0, len(text)
        words = inert(text[start:end] if self._is_full else _redacted_part(text, start, end))
        return f"«{shortened(words, QUOTE)}»" if words else f"({self.catalogue.say('no_text')})"


def waiting_since(view: CaseView) -> datetime:
    """Return when the customer began to wait: at posting, or when the case was (re)opened by something newer."""
    if view.case.opened_at > view.first_seen_at:
        return view.case.opened_at
    return min(view.review.posted_at or view.first_seen_at, view.first_seen_at)


def _redacted_part(text: str, start: int, end: int) -> str:
    """Redact a part of a text by what the whole text says about it: a cue may stand before the part."""
    pieces, position = [], start
    for span in find(text):
        if span.end > start and span.start < end:
            pieces += [text[position : max(position, span.start)], span.tag]
            position = span.end
    return redact("".join([*pieces, text[position:end]]))
