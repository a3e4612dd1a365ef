"""The words of messages in each language, as data; plurals, durations and dates by CLDR through Babel."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime
from babel.lists import format_list
from babel.units import format_unit

LANGUAGES = ("ru", "uk", "en")

_TWO_DAYS = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The texts of one language. A key that is missing raises KeyError: a test compares the languages."""

    locale: Locale
    texts: dict[str, str | dict[str, str]]

    def say(self, key: str, **values: object) -> str:
        """Return the text of `key` with its values filled in."""
        text = self.texts[key]
        if isinstance(text, dict):
            raise TypeError(f"{key} has plural forms; use count()")
        return text.format(**values)

    def count(self, key: str, number: int, **values: object) -> str:
        """Return the plural form of `key` for `number`."""
        forms = self.texts[key]
        if isinstance(forms, str):
            raise TypeError(f"{key} has no plural forms; use say()")
        return forms[self.locale.plural_form(number)].format(n=number, **values)

    def quoted(self, words: str) -> str:
        """Return words in the language's quotation marks, with its inner ones around what is quoted in them."""
        opening, closing, inner_opening, inner_closing = tuple(self.say("quotes"))
        inside = re.sub(f"{opening}([^{opening}{closing}]*){closing}", rf"{inner_opening}\1{inner_closing}", words)
        return f"{opening}{inside}{closing}"

    def duration(self, span: timedelta) -> str:
        """Return a span rounded down: in hours below two days («31 ч»), else in days («3 дня»)."""
        hours = int(span / timedelta(hours=1))
        if hours < 1:
            return self.say("under_an_hour")
        if span < _TWO_DAYS:
            return str(format_unit(hours, "duration-hour", length="short", locale=self.locale))
        return self.count("days", span.days)

    def listed(self, words: Sequence[str]) -> str:
        """Return words as a list in a sentence: «персонал, ожидание и цены»."""
        return str(format_list(list(words), locale=self.locale))

    def moment(self, moment: datetime, zone: ZoneInfo, now: datetime) -> str:
        """Return a local time, with its date unless that is today."""
        is_today = moment.astimezone(zone).date() == now.astimezone(zone).date()
        return str(format_datetime(moment, "HH:mm" if is_today else "d MMM, HH:mm", zone, self.locale))


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> Catalogue:
    """Return the texts of `language`, one of LANGUAGES."""
    folder = files("alerts.wording")
    texts: dict[str, str | dict[str, str]] = {}
    for name in (f"{language}.toml", f"notices_{language}.toml"):
        texts |= tomllib.loads(folder.joinpath(name).read_text(encoding="utf-8"))
    return Catalogue(Locale(language), texts)
