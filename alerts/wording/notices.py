"""How it is told what is about no single case: an all-clear, a missed night, a spike, a fading programme, the week."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from alerts.details import FadeDetails, MissedRunDetails, QuietDetails, Rule, SpikeDetails, WeekDetails
from alerts.wording.catalogue import Catalogue
from alerts.wording.message import Block
from core.records import CaseView

_SOON = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class NoticeWords:
    """Words about no single case, for one person at one moment."""

    say: Catalogue
    zone: ZoneInfo
    now: datetime
    place: Callable[[str], str]
    """Name of the place of a listing (or of a place itself), safe to show."""
    clean: Callable[[str], str]
    nameplate: Callable[[CaseView], Block]

    def tell(self, rule: Rule, details: str, related: tuple[CaseView, ...]) -> tuple[str, list[Block]]:
        """Return title and blocks of one notice.

        Raises:
            ValueError: for a rule that is no notice of these.
        """
        match rule:
            case Rule.all_quiet:
                return self._all_quiet(QuietDetails.model_validate_json(details))
            case Rule.missed_run:
                return self._missed_run(MissedRunDetails.model_validate_json(details))
            case Rule.spike:
                return self._spike(SpikeDetails.model_validate_json(details), related)
            case Rule.fade:
                return self._fade(FadeDetails.model_validate_json(details))
            case Rule.weekly_summary:
                return self._week(WeekDetails.model_validate_json(details), related)
            case _:
                raise ValueError(f"{rule} is about one case")

    def _all_quiet(self, details: QuietDetails) -> tuple[str, list[Block]]:
        line = self.say.count(
            "all_clear", details.listings, read=details.read, moment=self._moment(details.read_at or self.now)
        )
        return self.say.say("all_clear_title"), [Block((line,))]

    def _missed_run(self, details: MissedRunDetails) -> tuple[str, list[Block]]:
        if details.last_night_at is None:
            line = self.say.say("missed_run_never")
        else:
            since = max(self.now - details.last_night_at, _SOON)
            line = self.say.say(
                "missed_run", duration=self.say.duration(since), moment=self._moment(details.last_night_at)
            )
        return self.say.say("missed_run_title"), [Block((line,))]

    def _spike(self, details: SpikeDetails, related: tuple[CaseView, ...]) -> tuple[str, list[Block]]:
        expected = format_decimal(details.expected, format="#,##0.#", locale=self.say.locale)
        days = self.say.count("days", details.days)
        line = self.say.count("spike", details.count, days=days, expected=expected)
        title = self.say.say("spike_title", place=self.place(details.listing_id))
        return title, [Block((line,)), *(self.nameplate(view) for view in related)]

    def _fade(self, details: FadeDetails) -> tuple[str, list[Block]]:
        line = self.say.count(
            "fade",
            details.reviews_count,
            months=details.months,
            share=self._percent(details.share),
            first=self._percent(details.first_share),
        )
        return self.say.say("fade_title", programme=self.clean(details.programme)), [Block((line,))]

    def _week(self, details: WeekDetails, related: tuple[CaseView, ...]) -> tuple[str, list[Block]]:
        say = self.say
        lines = [say.say("week_no_reviews")]
        if details.reviews_count:
            split = {"satisfied": details.satisfied, "complaints": details.complaints}
            lines = [say.count("week_reviews", details.reviews_count, **split)]
        if details.answered:
            lines.append(say.count("week_answered", details.answered))
        elif details.complaints:
            lines.append(say.say("week_no_answers"))
        if details.formal:
            lines.append(say.count("week_formal", details.formal))
        known = [aspect for aspect, _ in details.praised if f"about_{aspect}" in say.texts]
        if known:
            lines.append(say.say("week_praised", aspects=", ".join(say.say(f"about_{aspect}") for aspect in known)))
        if details.steady_share is not None:
            share = self._percent(details.steady_share)
            if details.worst_place is not None and details.worst_share is not None:
                worst = self._percent(details.worst_share)
                lines.append(say.say("week_worst", share=share, place=self.place(details.worst_place), worst=worst))
            else:
                lines.append(say.say("week_steady", share=share))
        blocks = [Block(tuple(lines))]
        if details.recovered:
            blocks.append(Block((say.count("week_recovered", details.recovered),), is_strong=True))
            blocks += [self.nameplate(view) for view in related]
        title = say.say(
            "week_title", first=self._day(details.starts_on), last=self._day(details.starts_on + timedelta(days=6))
        )
        return title, blocks

    def _moment(self, moment: datetime) -> str:
        return self.say.moment(moment, self.zone, self.now)

    def _day(self, day: date) -> str:
        return str(format_date(day, "d MMMM", locale=self.say.locale))

    def _percent(self, share: float) -> str:
        return str(format_percent(share, locale=self.say.locale))
