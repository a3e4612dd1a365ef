"""What the history of a listing says about tonight's reading: pure rules over counts, with few false alarms.

A source that shows less than before, brings nothing where it always brought something, or will have dropped reviews
before they are read, fails in silence. Thresholds are set so that a listing whose customers behave as ever raises less
than one false alarm a year; `tests/warehouse/test_watching.py` shows the rate.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean, median

from core.records import Coverage, CoverageRule, CoverageStatus, StopReason

Finding = tuple[CoverageRule, str]

_DROP = 0.8
_LEAST_DROP = 10
"""The source's own total: below this share of what it was, and by so many at least."""
_VANISHED = 0.2
_LEAST_VANISHED = 5
"""Share and number of reviews that vanish between two readings although they lie in what was read."""
_SURPRISE = math.log(1e5)
"""Silence: so improbable by a Poisson process of the listing's own rate, and longer than any gap it had, by half."""
_LEAST_ARRIVALS = 10
_WINDOW = 0.5
"""Share of a source's window after which reviews are near their loss."""
_LEAST_SAMPLE = 12
_LEAST_PAST = 3
_NIGHTS = 10
_FIELD_DROP = 0.3
_DISTANCE = 0.35
"""Total variation between two mixes that a person would call another mix."""
_Z = 5.0
"""Standard errors; the nights of a listing show the same reviews again, so that they are not as many samples."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """What a source shows at most, as its declaration says; None where it shows everything."""

    days: float | None = None
    reviews: int | None = None


@dataclass(frozen=True, slots=True)
class Arrivals:
    """How the reviews of a listing came in the 90 days before now."""

    count: int
    newest: datetime
    longest_gap: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known when a reading is judged."""

    look: Coverage
    past: Sequence[Coverage] = ()
    """Earlier whole readings, newest first; without pulses."""
    arrivals: Arrivals | None = None
    vanished: int = 0
    """Reviews that the last whole reading met, and that this one should have met again and did not."""
    window: Window = Window()
    is_pulse: bool = False


def judge(facts: Facts, now: datetime) -> list[Finding]:
    """Return what is wrong with a reading, by its own account and by the listing's past; empty where it is whole."""
    look = facts.look
    found: list[Finding] = []
    if look.status is not CoverageStatus.ok:
        found.append((look.fault or CoverageRule(look.status.value), look.error or look.status.value))
    elif look.stopped is not StopReason.unchanged:
        found += _shrunk(facts)
    found += _windowed(facts, now)
    if not facts.is_pulse and look.status is CoverageStatus.ok and look.stopped is not None:
        found += [*_silent(facts, now), *drifts(look.counts, [one.counts for one in facts.past])]
    return found


def _shrunk(facts: Facts) -> Iterator[Finding]:
    look = facts.look
    met = max((one.seen for one in facts.past[:_NIGHTS]), default=0)
    if not look.seen and not look.quarantined and met and look.stopped is not None:
        yield CoverageRule.nothing, f"not one review came, where an earlier reading met {met}"
        return
    if facts.is_pulse:
        return
    totals = [one.expected for one in facts.past[:_NIGHTS] if one.expected is not None]
    if totals and look.expected is not None:
        usual = median(totals)
        if look.expected < _DROP * usual and usual - look.expected >= _LEAST_DROP:
            yield CoverageRule.short, f"the source says it has {look.expected} reviews; it used to say {usual:.0f}"
            return
    missing = facts.vanished - look.quarantined
    if missing >= _LEAST_VANISHED and missing > _VANISHED * (missing + look.seen):
        yield (
            CoverageRule.short,
            f"{missing} reviews that the last reading met are missing from what was read, beside {look.seen} that came",
        )


def _silent(facts: Facts, now: datetime) -> Iterator[Finding]:
    came = facts.arrivals
    if came is None or came.count < _LEAST_ARRIVALS:
        return
    silence = now - came.newest
    usual = silence / (90 * _DAY) * came.count
    if usual > _SURPRISE and silence > 1.5 * came.longest_gap:
        days, every = silence / _DAY, 90 / came.count
        yield CoverageRule.stale, f"nothing new for {days:.0f} days, where a review came every {every:.1f} days before"


def _windowed(facts: Facts, now: datetime) -> Iterator[Finding]:
    """Warn before a source drops reviews that nobody has read, and say so where it may have happened."""
    window, look = facts.window, facts.look
    last = facts.past[0] if facts.past else None
    if last is None or (window.days is None and window.reviews is None):
        return
    is_whole = look.status is CoverageStatus.ok
    rate = facts.arrivals.count / 90 if facts.arrivals else 0.0
    shown = f"{window.days:g} days" if window.days is not None else f"{window.reviews} reviews"
    ended = look.stopped is StopReason.end and last.watermark is not None
    if is_whole and ended and look.oldest_at is not None and last.watermark and look.oldest_at > last.watermark:
        yield (
            CoverageRule.windowed,
            f"all that is shown ({shown}) is newer than the last reading: reviews between them may be lost",
        )
        return
    since = (now if not is_whole else look.finished_at) - last.finished_at
    # Reviews in `since`, or by the next reading if the readings keep their distance.
    ahead = max(since, _DAY) if is_whole else since + _DAY
    used = max(
        ahead / _DAY / window.days if window.days else 0.0,
        rate * (ahead / _DAY) / window.reviews if window.reviews else 0.0,
    )
    if used < _WINDOW:
        return
    if is_whole:
        yield (
            CoverageRule.windowed,
            f"the source shows only {shown}, and the readings lie {since / _DAY:.1f} days apart: read it more often",
        )
    else:
        yield (
            CoverageRule.windowed,
            f"the source shows only {shown}, and was last read {last.finished_at:%Y-%m-%d}: reviews will be lost soon",
        )


def drifts(tonight: Mapping[str, int], nights: Sequence[Mapping[str, int]]) -> Iterator[Finding]:
    """Compare the counts of a reading with those of earlier ones: fields that come no more, another mix."""
    nights = [one for one in nights[:_NIGHTS] if one.get("reviews", 0) > 0]
    size = tonight.get("reviews", 0)
    if len(nights) < _LEAST_PAST or size < _LEAST_SAMPLE:
        return
    usual = fmean(one["reviews"] for one in nights)
    if usual < _LEAST_SAMPLE:
        return
    for name in sorted({key for one in nights for key in one if key.startswith("field/")}):
        before = fmean(one.get(name, 0) / one["reviews"] for one in nights)
        share = tonight.get(name, 0) / size
        if before - share >= _FIELD_DROP and _differs([share, 1 - share], [before, 1 - before], size, usual):
            field = name.partition("/")[2]
            yield CoverageRule.fields, f"{field} came with {before:.0%} of the reviews, and now with {share:.0%}"
    for rule, prefix in ((CoverageRule.languages, "language/"), (CoverageRule.ratings, "rating/")):
        yield from _mixed(rule, prefix, tonight, nights)


def _mixed(
    rule: CoverageRule, prefix: str, tonight: Mapping[str, int], nights: Sequence[Mapping[str, int]]
) -> Iterator[Finding]:
    kinds = sorted({key for one in (tonight, *nights) for key in one if key.startswith(prefix)})
    sums = [sum(one.get(kind, 0) for kind in kinds) for one in nights]
    size, usual = sum(tonight.get(kind, 0) for kind in kinds), fmean(sums)
    if min(size, usual) < _LEAST_SAMPLE or sum(map(bool, sums)) < _LEAST_PAST:
        return
    share = [tonight.get(kind, 0) / size for kind in kinds]
    before = [fmean(one.get(kind, 0) / n for one, n in zip(nights, sums, strict=True) if n) for kind in kinds]
    distance = sum(abs(new - old) for new, old in zip(share, before, strict=True)) / 2
    if distance < _DISTANCE or not _differs(share, before, size, usual):
        return
    most = max(range(len(kinds)), key=lambda one: abs(share[one] - before[one]))
    name = kinds[most].partition("/")[2]
    said = f"{int(name) + 1} of 5 stars" if rule is CoverageRule.ratings else name
    yield rule, f"the mix changed at once: {said} from {before[most]:.0%} to {share[most]:.0%} of the reviews"


def _differs(share: Sequence[float], before: Sequence[float], size: float, usual: float) -> bool:
    """Whether two mixes differ by more than `_Z` standard errors (chi-square, Wilson and Hilferty's cube root)."""
    pooled = [(new * size + old * usual) / (size + usual) for new, old in zip(share, before, strict=True)]
    parts = [
        (new - old) ** 2 / (both * (1 / size + 1 / usual))
        for new, old, both in zip(share, before, pooled, strict=True)
        if both > 0
    ]
    freedom = max(1, len(parts) - 1)
    scale = 2 / (9 * freedom)
    return bool(((sum(parts) / freedom) ** (1 / 3) - (1 - scale)) / math.sqrt(scale) > _Z)
