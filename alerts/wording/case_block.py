"""How one case is told: where, stars, the sentence that hurts, what about, how long, who, what next, the link."""

from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import quote as quoted

from alerts.calendar import zone_of
from alerts.cases import acknowledge_by
from alerts.replies.text import sentences
from alerts.wording.catalogue import catalogue
from alerts.wording.inert import identifier, inert, safe_url, shortened
from alerts.wording.message import Block
from alerts.wording.next_step import next_step
from alerts.wording.notices import NoticeWords
from core.aspects import Aspect
from core.channel import Content
from core.records import CaseStatus, CaseView, Review
from core.redaction import find, redact
from core.settings import Settings
from core.watchlist import Person, Watchlist

QUOTE = 200
"""Characters of the quoted sentence."""

_LEAST = 40
"""Characters below which a sentence is widened by its neighbours."""

_NAME = 80
_MOST_QUOTED = 2_000
_AROUND = 1_000
"""Characters of a text that are looked at beside the quoted ones: a cue stands at most forty away."""

_MOST_ASPECTS = 3
_SECRECY = frozenset({"clinic", "bank"})
_STATES = (CaseStatus.acknowledged, CaseStatus.waiting_for_branch, CaseStatus.disputed)


class CaseWords:
    """Words about cases for one person at one moment."""

    def __init__(
        self,
        person: Person,
        watchlist: Watchlist,
        settings: Settings,
        now: datetime,
        *,
        content: Content | None = None,
        is_foreign: bool = False,
    ) -> None:
        self.catalogue = catalogue(person.language or settings.language)
        self._wanted = content or person.content
        self._is_foreign = is_foreign
        self._person, self._watchlist, self._settings, self._now = person, watchlist, settings, now
        self._zone = zone_of(person, settings)
        self._fresh = timedelta(minutes=settings.cases.fresh_minutes)

    def content_of(self, listing_id: str) -> Content:
        """Return how much of a listing's reviews is told: under secrecy a foreign messenger gets links alone."""
        if self._wanted is not None:
            return self._wanted
        company = self._watchlist.company_of(listing_id)
        is_secret = company is not None and company.vertical in _SECRECY
        return "link_only" if is_secret and self._is_foreign else "redacted"

    def clean(self, text: str) -> str:
        """Return `text` without personal data, unless the person gets the full content, and inert."""
        return inert(text if self._wanted == "full" else redact(text))

    def place(self, listing_id: str) -> str:
        """Return the name of the place, or of the company where the listing has no place, with its city.

        A place that is named by its own id is found, too.
        """
        listing = self._watchlist.listing(listing_id)
        if listing is None:
            own = (place for company in self._watchlist.companies for place in company.places if place.id == listing_id)
            named = next(own, None)
            return shortened(inert(named.name if named else listing_id), _NAME)
        company = next(one for one in self._watchlist.companies if one.id == listing.company)
        place = next((one for one in company.places if one.id == listing.place), None)
        name = f"{place.name}, {place.city}" if place and place.city else place.name if place else company.name
        return shortened(inert(name), _NAME)

    def rule_title(self, rule_id: str) -> str:
        """Return the title of a rule of the watchlist, or its id where it has none (any more)."""
        rule = next((one for one in self._watchlist.rules if one.id == rule_id), None)
        return inert(rule.title) if rule and rule.title else identifier(rule_id)

    def since(self, read_at: datetime) -> str:
        """Say when a listing was last read as a whole."""
        return self.catalogue.say("coverage_since", moment=self.catalogue.moment(read_at, self._zone, self._now))

    def notices(self) -> NoticeWords:
        """Return the words about no single case."""
        return NoticeWords(self.catalogue, self._zone, self._now, self.place, self.clean, self.nameplate)

    def block(self, view: CaseView, heading: str | None = None, *, asks: bool = False) -> Block:
        """Return the lines of one case; `asks` adds until when to take it up, while that may still be done."""
        case, review, say = view.case, view.review, self.catalogue
        is_told = self.content_of(case.listing_id) != "link_only"
        lines = [*([heading] if heading else []), self._first(view)]
        quote = len(lines) if is_told else None
        lines += [self._quote(view), *self._about(view)] if is_told else []
        alarm = len(lines) if case.due_at <= self._now and case.status is not CaseStatus.reply_not_visible else None
        lines += [self._waiting(view), *self._alike(view), *self._answers(view, is_told=is_told)]
        lines += self._question(view) if is_told else []
        if asks and case.status is CaseStatus.open:
            until = acknowledge_by(case, self._person, self._watchlist, self._settings)
            if until > self._now:
                lines.append(say.say("acknowledge", moment=say.moment(until, self._zone, self._now)))
        lines += self._next(view)
        if self._now - review.seen_at > self._fresh:
            lines.append(say.say("as_of", moment=say.moment(review.seen_at, self._zone, self._now)))
        lines.append(self._number(view))
        return replace(self._linked(lines, view), quote=quote, alarm=alarm)

    def nameplate(self, view: CaseView) -> Block:
        """Return where to find one case, without any words of customer or firm."""
        return self._linked([self._first(view), self._number(view)], view)

    def payload(self, view: CaseView, *, has_quote: bool = True) -> dict[str, object]:
        """Return the case for programs, with the same redaction."""
        case, review = view.case, view.review
        is_told = self.content_of(case.listing_id) != "link_only"
        return {
            "source": case.source,
            "review_id": case.review_id,
            "reopen_no": case.reopen_no,
            "listing_id": case.listing_id,
            "place": self.place(case.listing_id),
            "status": str(case.status),
            "severity": case.severity,
            "rating": review.rating,
            "quote": self._quote(view) if has_quote and is_told else None,
            "aspects": [str(aspect) for aspect in _aspects(view)] if has_quote and is_told else [],
            "alike": view.alike,
            "waiting_since": waiting_since(view).isoformat(),
            "due_at": case.due_at.isoformat(),
            "seen_at": review.seen_at.isoformat(),
            "url": safe_url(review.url),
            "console_url": self._console(view),
        }

    def _linked(self, lines: list[str], view: CaseView) -> Block:
        say, address = self.catalogue, self._console(view)
        console = (say.say("console"), address) if address else None
        url = safe_url(view.review.url)
        return Block(tuple(lines), url, say.say("link"), is_strong=True, is_case=True, console=console)

    def _console(self, view: CaseView) -> str | None:
        base = self._settings.alerts.console_url
        path = "/".join(quoted(part, safe="") for part in (view.case.source, view.case.review_id))
        return safe_url(f"{base.rstrip('/')}/cases/{path}") if base else None

    def _about(self, view: CaseView) -> list[str]:
        words = [self.catalogue.say(f"about_{aspect}") for aspect in _aspects(view)]
        return [self.catalogue.say("about", aspects=", ".join(words))] if words else []

    def _alike(self, view: CaseView) -> list[str]:
        """Say how many other reviews of its campaign wait, too."""
        return [self.catalogue.count("alike", view.alike, places=view.alike_places)] if view.alike else []

    def _answers(self, view: CaseView, *, is_told: bool) -> list[str]:
        """Say who is to answer, to somebody else than them."""
        listing = self._watchlist.listing(view.case.listing_id)
        name = view.case.assignee or (listing.responsible if listing else None)
        person = self._watchlist.person(name) if name else None
        if person is None or person.id == self._person.id or not is_told:
            return []
        return [self.catalogue.say("answers", person=shortened(inert(person.name), _NAME))]

    def _next(self, view: CaseView) -> list[str]:
        step = next_step(view.case, waiting_since(view), self._watchlist, self._settings, self._now)
        if step is None or step.person == self._person:
            return []
        if step.person is None:
            return [self.catalogue.say("next_reminder")]
        name = shortened(inert(step.person.name), _NAME)
        moment = self.catalogue.moment(step.at, self._zone, self._now)
        return [self.catalogue.say("next_escalation", person=name, moment=moment)]

    def _first(self, view: CaseView) -> str:
        return f"{self._stars(view.review)} {self.place(view.case.listing_id)} · {identifier(view.review.source)}"

    def _question(self, view: CaseView) -> list[str]:
        """Return what the branch is asked, while it has not answered."""
        case, say = view.case, self.catalogue
        if case.branch_question is None or case.branch_due_at is None or case.branch_answered_at is not None:
            return []
        until = say.moment(case.branch_due_at, self._zone, self._now)
        return [say.say("question", question=shortened(self.clean(case.branch_question), QUOTE), moment=until)]

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
                start, end = _telling(text, worst.start, worst.end)
        if not text.strip():
            text = review.title or ""
            start, end = 0, len(text)
        end = min(end, start + _MOST_QUOTED)
        words = inert(text[start:end] if self._wanted == "full" else _redacted_part(text, start, end))
        return self.catalogue.quoted(shortened(words, QUOTE)) if words else f"({self.catalogue.say('no_text')})"


def waiting_since(view: CaseView) -> datetime:
    """Return when the customer began to wait: at posting, or when the case was (re)opened by something newer."""
    if view.case.opened_at > view.first_seen_at:
        return view.case.opened_at
    return min(view.review.posted_at or view.first_seen_at, view.first_seen_at)


def _aspects(view: CaseView) -> list[Aspect]:
    """Return what the present text is about, surest first."""
    prediction = view.prediction
    if prediction is None or prediction.content_hash != view.review.content_hash:
        return []
    likely = sorted(prediction.aspects, key=lambda aspect: -aspect.p)
    names: list[Aspect] = [aspect.name for aspect in likely if aspect.name != Aspect.other]
    return names[:_MOST_ASPECTS]


def _telling(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a short sentence («Ганьба.») by those before it, else after it, until it says what happened."""
    spans = list(sentences(text))
    first = last = next((place for place, span in enumerate(spans) if span.start <= start < span.end), None)
    while first is not None and last is not None and end - start < _LEAST:
        if first > 0:
            first, wider = first - 1, (spans[first - 1].start, end)
        elif last + 1 < len(spans):
            last, wider = last + 1, (start, spans[last + 1].end)
        else:
            break
        if wider[1] - wider[0] > QUOTE:
            break
        start, end = wider
    return start, end


def _redacted_part(text: str, start: int, end: int) -> str:
    """Redact a part of a text by what the whole text says about it: a cue may stand before the part."""
    left = max(0, start - _AROUND)
    text, start, end = text[left : end + _AROUND], start - left, end - left
    pieces, position = [], start
    for span in find(text):
        if span.end > start and span.start < end:
            pieces += [text[position : max(position, span.start)], span.tag]
            position = span.end
    return redact("".join([*pieces, text[position:end]]))
