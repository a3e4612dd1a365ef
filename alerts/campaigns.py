"""What belongs together: copies of a review, one author's complaints, waves of alike texts. Pure functions over facts.

Whether two reviews belong together depends on these two alone (a burst of short texts: on the listing's counts), so
the campaigns do not depend on the order in which reviews came. Each review keeps its case; only messages are shared.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import combinations, pairwise, product
from typing import Final

from alerts.details import Rule
from alerts.sketches import shingles, similarity, words
from core.campaigns import CampaignKind, Found, Mark, Member, Praise
from core.records import Alert, Case, ReviewKey, alert_key
from core.settings import CampaignSettings
from core.watchlist import Person

MAIL: Final = "mail"
"""The source that tells of reviews of other sites, perhaps cut off."""

OF_ONE_REPLY: Final = frozenset({Rule.discloses, Rule.reply_removed, Rule.reply_rejected, Rule.edited_after_reply})
"""Rules about the reply to one review: they are always told by themselves."""

NONE: Final = Found()
Step = tuple[Case, Alert, Person]

_COPY_WORDS: Final = 3
_CUT_WORDS: Final = 4
_SHOWN: Final = 5
_FRESH: Final = timedelta(days=2)
_TOLD_DAYS: Final = 14


class Forest:
    """Reviews that are tied together, directly or by others between them."""

    def __init__(self) -> None:
        self._parents: dict[int, int] = {}

    def root(self, one: int) -> int:
        """Return the one that stands for all that are tied to `one`."""
        while (parent := self._parents.get(one, one)) != one:
            self._parents[one] = self._parents.get(parent, parent)
            one = parent
        return one

    def tie(self, one: int, other: int) -> None:
        """Tie two together."""
        low, high = sorted((self.root(one), self.root(other)))
        self._parents[high] = low


def find(marks: Iterable[Mark], settings: CampaignSettings) -> Found:
    """Return all campaigns: complaints from two reviews on, praise from `wave_least` voices on.

    Args:
        marks: Reviews that may have something in common with others; what has not is passed over.
        settings: From when on reviews belong together.
    """
    own = sorted(marks, key=lambda mark: (mark.moment, mark.source, mark.review_id))
    members: list[Member] = []
    praise: list[Praise] = []
    for is_praise in (False, True):
        some = [mark for mark in own if mark.is_praise is is_praise]
        copies, all_ = Forest(), Forest()
        texts = _Texts(some)
        if not is_praise:
            for one, other in _copies(some, texts, settings):
                copies.tie(one, other)
                all_.tie(one, other)
            for one, other in _same_author(some, settings):
                all_.tie(one, other)
        for one, other in _bursts(some, settings):
            all_.tie(one, other)
        _tie_alike(some, texts, settings, all_)
        groups: dict[int, list[int]] = defaultdict(list)
        for number in range(len(some)):
            groups[all_.root(number)].append(number)
        for group in groups.values():
            if len(group) >= (settings.wave_least if is_praise else 2):
                members += _members(some, group, copies, is_praise=is_praise)
                if is_praise:
                    praise.append(_praise(members[-1].campaign_id, [some[number] for number in group]))
    return Found(members=tuple(members), praise=tuple(praise))


def _members(marks: Sequence[Mark], group: Sequence[int], copies: Forest, *, is_praise: bool) -> Iterator[Member]:
    voices = {copies.root(number) for number in group}
    kind = _kind([marks[number] for number in group], len(voices), is_praise=is_praise)
    name = sha256("\x1f".join(marks[group[0]].key).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    for number in group:
        mark, origin = marks[number], marks[copies.root(number)]
        yield Member(
            campaign_id=name,
            kind=kind,
            source=mark.source,
            review_id=mark.review_id,
            leads=number == group[0],
            copy_of=None if origin is mark else f"{origin.source}/{origin.review_id}",
        )


def _praise(name: str, marks: Sequence[Mark]) -> Praise:
    return Praise(
        campaign_id=name,
        listing_id=marks[0].listing_id,
        first_at=marks[0].moment,
        count=len(marks),
        listings=len({mark.listing_id for mark in marks}),
        has_text=any(mark.words for mark in marks),
        is_news=any(not mark.is_baseline for mark in marks),
        reviews=tuple((mark.source, mark.review_id) for mark in marks[:_SHOWN]),
    )


def _kind(marks: Sequence[Mark], voices: int, *, is_praise: bool) -> CampaignKind:
    if is_praise:
        return "praise"
    if voices == 1:
        return "copies"
    authors = {mark.author_key for mark in marks}
    return "author" if len(authors) == 1 and None not in authors else "wave"


class _Texts:
    """Words and shingles of the texts, made when they are asked for."""

    def __init__(self, marks: Sequence[Mark]) -> None:
        self._marks = marks
        self._words: dict[int, list[str]] = {}
        self._shingles: dict[str, frozenset[int]] = {}

    def words(self, number: int) -> list[str]:
        if number not in self._words:
            self._words[number] = words(self._marks[number].text)
        return self._words[number]

    def shingles(self, number: int) -> frozenset[int]:
        digest = self._marks[number].words_hash
        if digest not in self._shingles:
            self._shingles[digest] = shingles(self.words(number))
        return self._shingles[digest]


def _copies(marks: Sequence[Mark], texts: _Texts, settings: CampaignSettings) -> Iterator[tuple[int, int]]:
    """Yield pairs on two sites of one place that are one review: same words, stars and (almost) day; a cut-off mail."""
    limit = timedelta(days=settings.copy_days)
    by_words: dict[tuple[str, str], list[int]] = defaultdict(list)
    by_place: dict[str, list[int]] = defaultdict(list)
    for number, mark in enumerate(marks):
        by_place[mark.place].append(number)
        if mark.words:
            by_words[mark.place, mark.words_hash].append(number)
    for same in by_words.values():
        for one, other in _near(marks, same, limit):
            first, second = marks[one], marks[other]
            says_so = first.syndicated_from or second.syndicated_from
            is_long = says_so or first.words >= _COPY_WORDS
            if is_long and first.source != second.source and _same_stars(first, second):
                yield one, other
    for place in by_place.values():
        mails = [number for number in place if marks[number].source == MAIL and marks[number].words >= _CUT_WORDS]
        for mail in mails:
            begins = texts.words(mail)
            for other in place:
                is_near = abs(marks[other].moment - marks[mail].moment) <= limit
                if marks[other].source == MAIL or not is_near or not _same_stars(marks[mail], marks[other]):
                    continue
                # The last word of a text that was cut off may be half a word.
                if texts.words(other)[: len(begins) - 1] == begins[:-1]:
                    yield mail, other


def _same_stars(one: Mark, other: Mark) -> bool:
    return one.rating is None or other.rating is None or abs(one.rating - other.rating) < 0.01


def _near(marks: Sequence[Mark], numbers: Sequence[int], limit: timedelta) -> Iterator[tuple[int, int]]:
    """Yield the pairs of ordered numbers that lie within `limit` of each other."""
    for place, one in enumerate(numbers):
        for other in numbers[place + 1 :]:
            if marks[other].moment - marks[one].moment > limit:
                break
            yield one, other


def _same_author(marks: Sequence[Mark], settings: CampaignSettings) -> Iterator[tuple[int, int]]:
    by_author: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for number, mark in enumerate(marks):
        if mark.author_key is not None and mark.authors_reviews <= settings.author_most:
            by_author[mark.source, mark.company, mark.author_key].append(number)
    limit = timedelta(days=settings.author_days)
    for same in by_author.values():
        yield from ((one, other) for one, other in pairwise(same) if marks[other].moment - marks[one].moment <= limit)


def _bursts(marks: Sequence[Mark], settings: CampaignSettings) -> Iterator[tuple[int, int]]:
    by_burst: dict[str, list[int]] = defaultdict(list)
    for number, mark in enumerate(marks):
        if mark.burst is not None:
            by_burst[mark.burst].append(number)
    limit = timedelta(hours=settings.burst_hours)
    for same in by_burst.values():
        yield from ((one, other) for one, other in pairwise(same) if marks[other].moment - marks[one].moment <= limit)


def _tie_alike(marks: Sequence[Mark], texts: _Texts, settings: CampaignSettings, forest: Forest) -> None:
    """Tie the texts with a common band that are alike indeed and not far apart in time."""
    by_band: dict[tuple[str, int], list[int]] = defaultdict(list)
    by_words: dict[tuple[str, str], list[int]] = defaultdict(list)
    limit = timedelta(days=settings.days)
    for number, mark in enumerate(marks):
        if mark.words >= settings.least_words:
            by_words[mark.company, mark.words_hash].append(number)
            for band in mark.bands:
                by_band[mark.company, band].append(number)
    for same in by_words.values():
        for one, other in pairwise(same):
            if marks[other].moment - marks[one].moment <= limit:
                forest.tie(one, other)
    seen: set[tuple[int, int]] = set()

    def compare(one: int, other: int) -> None:
        near = abs(marks[other].moment - marks[one].moment) <= limit and (one, other) not in seen
        if near and forest.root(one) != forest.root(other):
            seen.add((one, other))
            if similarity(texts.shingles(one), texts.shingles(other)) >= settings.similarity:
                forest.tie(one, other)

    for numbers in by_band.values():
        for one, other in pairwise(numbers):
            compare(one, other)
        by_root: dict[int, list[int]] = defaultdict(list)
        for number in numbers:
            by_root[forest.root(number)].append(number)
        for some, others in combinations(by_root.values(), 2):
            for one, other in product(some, others):
                compare(*sorted((one, other)))


class Campaigns:
    """The campaigns as planning sees them."""

    def __init__(self, found: Found = NONE) -> None:
        self.praise = found.praise
        self._names: dict[ReviewKey, str] = {}
        self._voices: dict[ReviewKey, str] = {}
        self._keys: dict[str, list[ReviewKey]] = defaultdict(list)
        for one in found.members:
            self._names[one.key] = one.campaign_id
            self._voices[one.key] = one.copy_of or "/".join(one.key)
            self._keys[one.campaign_id].append(one.key)

    def name(self, key: ReviewKey) -> str | None:
        """Return the campaign of a review, or None."""
        return self._names.get(key)

    def voices(self, keys: Iterable[ReviewKey]) -> int:
        """Count reviews; copies of one on several sites are one."""
        return len({self._voices.get(key, "/".join(key)) for key in keys})

    def alike(self, key: ReviewKey) -> Sequence[ReviewKey]:
        """Return all reviews of the campaign of a review."""
        return self._keys.get(self._names.get(key, ""), ())

    def is_wave(self, case: Case, settings: CampaignSettings, now: datetime) -> bool:
        """Tell whether a case that just opened belongs to a wave of which people are told at once."""
        return now - case.opened_at <= _FRESH and self.voices(self.alike(case.key)) >= settings.wave_least


NO_CAMPAIGNS: Final = Campaigns()


def praise_name(praise: Praise, days: int = 0) -> str:
    """Return the name under which a wave of praise is told, or under which it would be had it begun so much later."""
    return f"praise:{praise.listing_id}:{(praise.first_at + timedelta(days=days)).date()}"


def praise_names(praise: Praise) -> Iterator[str]:
    """Yield the names under which it may have been told before, when less of it was known."""
    return (praise_name(praise, days) for days in range(-_TOLD_DAYS, _TOLD_DAYS + 1))


@dataclass(frozen=True, slots=True)
class Told:
    """Steps that speak, and alerts that are covered by the message of another: by key, that one's key."""

    steps: tuple[Step, ...]
    covered: tuple[Alert, ...]
    by: Mapping[str, str]


def told_once(
    steps: Sequence[Step],
    campaigns: Campaigns,
    cases: Iterable[Case],
    planned: frozenset[str],
    settings: CampaignSettings,
) -> Told:
    """Let one case speak for its whole campaign in each rule, level and destination; the others are covered by it.

    Those who join later are covered by the message that was planned then, until the campaign has grown by `growth`.

    Args:
        steps: New alerts of single cases, with case and person.
        campaigns: What belongs together.
        cases: All waiting cases.
        planned: Keys of alerts that were planned before.
        settings: When a campaign is told again.
    """
    reopened = {case.key: case.reopen_no for case in cases}
    speaking: list[Step] = []
    groups: dict[tuple[str, str, int, str], list[Step]] = defaultdict(list)
    for step in steps:
        case, alert, _ = step
        name = campaigns.name(case.key)
        if name is None or alert.rule in OF_ONE_REPLY:
            speaking.append(step)
        else:
            groups[name, alert.rule, alert.level, alert.destination].append(step)
    covered: list[Alert] = []
    by: dict[str, str] = {}
    for (_, rule, level, destination), group in groups.items():
        group.sort(key=_gravest_first)
        alike = [key for key in campaigns.alike(group[0][0].key) if key in reopened]
        keys = {key: alert_key(*key, reopened[key], rule, level, destination) for key in alike}
        told = [key for key in alike if keys[key] in planned]
        everyone = {*told, *(case.key for case, _, _ in group)}
        size, before = campaigns.voices(everyone), campaigns.voices(told)
        if told and (size == before or _class(size, settings) == _class(before, settings)):
            carrier = keys[min(told)]
        else:
            speaking.append(group.pop(0))
            carrier = speaking[-1][1].alert_key
        covered += [alert for _, alert, _ in group]
        by |= {alert.alert_key: carrier for _, alert, _ in group}
    return Told(tuple(speaking), tuple(covered), by)


def _class(size: int, settings: CampaignSettings) -> int:
    """Return how often a single voice has to grow by `growth` to become `size`."""
    steps = 0
    while size >= settings.growth:
        size, steps = int(size / settings.growth), steps + 1
    return steps


def _gravest_first(step: Step) -> tuple[bool, float, datetime, str]:
    case, alert, _ = step
    return case.severity != "severe", -case.risk, case.due_at, alert.alert_key
