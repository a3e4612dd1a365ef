"""Messages: what is due for one person, in their language, without personal data and unable to act.

`render` makes one message of what goes together: a single alert, or all folded ones of one person. It shows the state
at the moment of sending: what was answered since it was planned is left out.
"""

from collections.abc import Sequence
from datetime import datetime

from alerts.cases import ACTIVE
from alerts.details import (
    OWN_PREFIX,
    BacklogDetails,
    CoverageDetails,
    DigestDetails,
    PraiseDetails,
    Rule,
    SurgeDetails,
    rule_of,
)
from alerts.wording.case_block import CaseWords
from alerts.wording.inert import inert, safe_url, shortened
from alerts.wording.message import Block, Message
from core.channel import Content
from core.records import AlertView, CaseStatus, CaseView, CoverageStatus
from core.settings import Settings
from core.watchlist import Person, Watchlist

__all__ = ["Block", "Message", "inert", "render", "safe_url", "shortened"]

MOST_STEPS = 10
"""Cases shown in one folded message; the rest is a number."""

_STEPS = (
    Rule.escalation,
    Rule.late,
    Rule.unacknowledged,
    Rule.severe,
    Rule.reply_removed,
    Rule.reply_rejected,
    Rule.edited_after_reply,
    Rule.claim_not_seen,
    Rule.branch_question,
    Rule.branch_overdue,
    Rule.dispute_reminder,
    Rule.woken,
    Rule.own,
    Rule.wave,
    Rule.near_miss,
)


def render(
    views: Sequence[AlertView],
    *,
    person: Person,
    watchlist: Watchlist,
    settings: Settings,
    now: datetime,
    content: Content | None = None,
    is_foreign: bool = False,
) -> Message:
    """Return the message that tells `person` about `views` (at least one, all of this person).

    Everything that a stranger wrote is redacted, unless `content` (else `person.content`) is "full", and made inert
    in any case. Nothing of it is told for "link_only", which is also the default for clinics and banks in a messenger
    that is `foreign`: their secrets may not pass through it.
    """
    if not views:
        raise ValueError("a message needs at least one alert")
    words = CaseWords(person, watchlist, settings, now, content=content, is_foreign=is_foreign)
    return _Writer(words, now).write(views)


class _Writer:
    def __init__(self, words: CaseWords, now: datetime) -> None:
        self._words, self._now = words, now
        self._say = self._words.catalogue
        self._shown: set[tuple[str, str]] = set()
        self._cases: list[dict[str, object]] = []
        self._notes: list[str] = []

    def write(self, views: Sequence[AlertView]) -> Message:
        titles: list[str] = []
        blocks: list[Block] = []
        steps = _one_a_case([view for view in views if rule_of(view.alert.rule) in _STEPS])
        if steps:
            titles.append(self._steps_title(steps))
            blocks += self._steps(steps)
        secrets = [view for view in views if view.alert.rule == Rule.discloses]
        if secrets:
            titles.append(self._say.say("discloses"))
            blocks += self._secrets(secrets, is_alone=not steps)
        for view in sorted(views, key=lambda one: (list(Rule).index(rule_of(one.alert.rule)), one.alert.review_id)):
            if rule_of(view.alert.rule) not in (*_STEPS, Rule.discloses):
                title, more = self._other(view)
                if titles and titles[-1] != title:
                    blocks.append(Block((title,), is_strong=True))
                titles.append(title)
                blocks += more
        if self._shown:
            blocks.append(Block((self._say.say("hint"),)))
        if any(view.possible_repeat for view in views):
            blocks.insert(0, Block((self._say.say("repeat"),)))
        payload: dict[str, object] = {
            "title": titles[0],
            "language": self._say.locale.language,
            "rules": sorted({view.alert.rule for view in views}),
            "level": max(view.alert.level for view in views),
            "possible_repeat": any(view.possible_repeat for view in views),
            "cases": self._cases,
            "notes": self._notes,
        }
        return Message(titles[0], tuple(blocks), self._say.say("cut"), payload)

    def _steps_title(self, steps: Sequence[AlertView]) -> str:
        if len(steps) > 1:
            return self._say.count("steps_title", len(steps))
        return f"{self._heading(steps[0])}: {self._words.place(_listing_id(steps[0]))}"

    def _steps(self, steps: Sequence[AlertView]) -> list[Block]:
        blocks = []
        for view in steps[:MOST_STEPS]:
            case = _case_view(view)
            if case is not None:
                heading = self._heading(view) if len(steps) > 1 else None
                blocks.append(self._case(case, heading, asks=view.alert.rule == Rule.severe))
        return blocks + self._more(len(steps) - MOST_STEPS)

    def _heading(self, view: AlertView) -> str:
        """Return why a case is told; a rule of the watchlist by its title, or its id."""
        name = view.alert.rule
        if rule_of(name) is not Rule.own:
            return self._say.say(name)
        return self._say.say("own", rule=shortened(self._words.rule_title(name.removeprefix(OWN_PREFIX)), 80))

    def _secrets(self, views: Sequence[AlertView], *, is_alone: bool) -> list[Block]:
        """Say which replies disclose, without a word of theirs or of the reviews."""
        head = () if is_alone else (self._say.say("discloses"),)
        blocks = [Block((*head, self._say.say("discloses_advice")), is_strong=not is_alone)]
        self._notes.append(self._say.say("discloses_advice"))
        for view in (one for one in map(_case_view, views[:MOST_STEPS]) if one is not None):
            self._cases.append(self._words.payload(view, has_quote=False))
            blocks.append(self._words.nameplate(view))
        return blocks + self._more(len(views) - MOST_STEPS)

    def _other(self, view: AlertView) -> tuple[str, list[Block]]:
        details = view.details or "{}"
        rule = rule_of(view.alert.rule)
        match rule:
            case Rule.digest:
                return self._digest(DigestDetails.model_validate_json(details), view)
            case Rule.backlog:
                return self._backlog(BacklogDetails.model_validate_json(details), view)
            case Rule.coverage:
                broken = CoverageDetails.model_validate_json(details)
                return self._say.say("coverage_title"), [self._coverage(broken)]
            case Rule.surge:
                surge = SurgeDetails.model_validate_json(details)
                return self._note("surge_title", self._say.count("surge", surge.count, limit=surge.limit))
            case Rule.praise_wave:
                praise = PraiseDetails.model_validate_json(details)
                place = self._words.place(praise.listing_id)
                words = self._say.count("praise", praise.count, place=place, places=praise.listings)
                return self._note("praise_title", words)
            case _:
                title, blocks = self._words.notices().tell(rule, details, view.related)
                self._notes += [line for block in blocks if not block.is_case for line in block.lines]
                return title, blocks

    def _digest(self, details: DigestDetails, view: AlertView) -> tuple[str, list[Block]]:
        by_key = {(one.case.source, one.case.review_id): one for one in view.related}
        blocks: list[Block] = []
        sections = (
            ("new", details.new, details.new_count),
            ("due_today", details.due_today, details.due_today_count),
            ("worst", details.worst, details.overdue_count),
            ("check", details.check, details.check_count),
            ("not_visible", details.not_visible, details.not_visible_count),
        )
        gone: set[tuple[str, str]] = set()
        for name, positions, count in sections:
            planned = [details.reviews[position] for position in positions]
            there = [by_key[key] for key in planned if key in by_key and _still_waits(by_key[key], self._now)]
            left = count - (len(planned) - len(there))
            if name in {"new", "due_today", "worst"}:
                gone.update(key for key in planned if key not in by_key or not _still_waits(by_key[key], self._now))
            if left <= 0:
                continue
            fresh = [one for one in there if (one.case.source, one.case.review_id) not in self._shown]
            blocks.append(Block((f"{self._say.say(name)}: {left}",), is_strong=True))
            blocks += [self._case(one) for one in fresh]
            told = sum(one.alike for one in there)  # a campaign's block says how many wait together with it
            blocks += self._more(left - len(there) - told)
        if not blocks:
            return self._note("digest_title_quiet", self._say.say("nothing_waits"))
        waiting = details.waiting_count - len(gone)
        title = self._say.count("digest_title", waiting) if waiting > 0 else self._say.say("digest_title_quiet")
        return title, blocks

    def _backlog(self, details: BacklogDetails, view: AlertView) -> tuple[str, list[Block]]:
        lines = []
        if details.count:
            lines.append(self._say.count("backlog", details.count, recent=details.recent_count))
        if details.not_visible_count:
            lines.append(self._say.count("backlog_not_visible", details.not_visible_count))
        self._notes += lines
        blocks = [Block(tuple(lines))] if lines else []
        waiting = [one for one in view.related if _still_waits(one, self._now)]
        blocks += [self._case(one) for one in waiting]
        title = self._say.say("backlog_title", listing=self._words.place(details.listing_id))
        return title, blocks + self._more(details.recent_count - len(details.reviews))

    def _coverage(self, details: CoverageDetails) -> Block:
        status = self._say.say(f"coverage_{details.status}")
        place = self._words.place(details.listing_id)
        first = self._say.say("coverage_line", listing=place, status=status)
        is_told = bool(details.error) and details.status != CoverageStatus.stale
        error = (shortened(self._words.clean(details.error or ""), 200),) if is_told else ()
        since = (self._words.since(details.read_at),) if details.read_at else ()
        self._notes.append(first)
        return Block((first, *error, *since))

    def _note(self, title: str, line: str) -> tuple[str, list[Block]]:
        self._notes.append(line)
        return self._say.say(title), [Block((line,))]

    def _case(self, view: CaseView, heading: str | None = None, *, asks: bool = False) -> Block:
        self._shown.add((view.case.source, view.case.review_id))
        self._cases.append(self._words.payload(view))
        return self._words.block(view, heading, asks=asks)

    def _more(self, count: int) -> list[Block]:
        return [Block((self._say.count("more", count),))] if count > 0 else []


def _one_a_case(views: Sequence[AlertView]) -> list[AlertView]:
    """Keep the highest step of each case, highest first."""
    best: dict[tuple[str, str], AlertView] = {}
    for view in sorted(views, key=lambda one: _STEPS.index(rule_of(one.alert.rule))):
        best.setdefault((view.alert.source, view.alert.review_id), view)
    return list(best.values())


def _case_view(view: AlertView) -> CaseView | None:
    if view.case is None or view.review is None:
        return None
    first_seen = view.first_seen_at or view.review.seen_at
    return CaseView(
        case=view.case,
        review=view.review,
        first_seen_at=first_seen,
        prediction=view.prediction,
        alike=view.alike,
        alike_places=view.alike_places,
    )


def _listing_id(view: AlertView) -> str:
    return view.case.listing_id if view.case else view.listing_id or view.alert.source


def _still_waits(view: CaseView, now: datetime) -> bool:
    """Tell whether a case of a digest waits at the moment of sending: it may be answered or snoozed since."""
    until = view.case.snoozed_until
    waits = view.case.status in ACTIVE or view.case.status is CaseStatus.reply_not_visible
    return waits and (until is None or until <= now)
