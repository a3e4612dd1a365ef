"""What the dictionaries of Russian and Ukrainian say of a word: a given name, a surname, a patronymic, a word.

The dictionaries are those of pymorphy3 (OpenCorpora; VESUM for Ukrainian). They load in a tenth of a second, at the
first text with a capital letter, and know each word in all its cases.
"""

import re
from functools import lru_cache
from typing import Any, Literal, NamedTuple

_LEAST = 0.12
"""Share of its readings below which a word is not said to be something, where it looks like a surname or is Russian."""
_POSSESSIVE = {"ru": ("ов", "ев", "ин"), "uk": ("ів", "їв", "ин", "їн")}
"""How the dictionary form of a possessive ends: «Іванова» is a surname, and also "Ivan's"."""
_SURNAME = re.compile(
    r"\w{2,}(?:[оеё]в(?:а|у|ым|е|ой)?|ев(?:а|у|ым|е|ой)|[иы]н(?:а|у|ым|ой)|[сц]к(?:ий|ого|ому|им|ая|ой|ую)"
    r"|енк[оаиуі]|ейк[оа]|чук(?:а|у|ом|ові)?|[яа]н(?:а|у|ом)|дзе|швили|швілі|оглы|огли|заде|иев(?:а|у|ой)?"
    r"|ськ(?:ий|ого|ому|им|а|ої|ій|у)|цьк(?:ий|ого|ому|а|ої|ій|у))"
)

_BY_FATHER = re.compile(r"\w{4,}ыч(?:а|у|ем|е)?|\w{4,}(?:ович|євич|евич)(?:а|у|ем|ем|і|е)?")
"""A patronymic as it is spoken: «Валентиныч»."""
_NAMES = {"Name", "Surn", "Patr", "Geox"}

Language = Literal["ru", "uk"]


class Reading(NamedTuple):
    """What a word may be."""

    given: bool
    surname: bool
    patronymic: bool
    word: bool
    """It is an ordinary word, too."""
    place: bool
    """It is the name of a place, too."""
    noun: bool
    """As a word it means somebody, as «кобзарь», or is a noun in the nominative: it may be a name where one is due."""

    @property
    def is_name(self) -> bool:
        """Whether it may be a person's name."""
        return self.given or self.surname or self.patronymic


def language_of(text: str) -> Language:
    """Return whose dictionary is asked for a text in Cyrillic letters."""
    return "uk" if re.search("[іїєґІЇЄҐ]", text) and not re.search("[әғқңөұүһўӘҒҚҢӨҰҮҺЎ]", text) else "ru"


@lru_cache(maxsize=1 << 16)
def read(word: str, language: Language) -> Reading:
    """Return what the dictionary says of a word; of one that it does not know, what its ending makes likely."""
    lower = word.lower().replace("’", "'").replace("ʼ", "'")
    parses = _analyzer(language).parse(lower)
    known = [parse for parse in parses if parse.is_known]
    if not known:
        is_surname = _SURNAME.fullmatch(lower) is not None and any("Surn" in parse.tag.grammemes for parse in parses)
        is_patronymic = "Patr" in parses[0].tag.grammemes or _BY_FATHER.fullmatch(lower) is not None
        return Reading(False, is_surname, is_patronymic, False, False, False)
    total = sum(parse.score for parse in known) or 1.0
    least = _LEAST if language == "ru" or _SURNAME.fullmatch(lower) else 0.0

    def share(of: Any) -> float:
        return float(sum(parse.score for parse in known if of(parse)) / total)

    return Reading(
        given=share(lambda parse: "Name" in parse.tag.grammemes) > 0,
        surname=share(lambda parse: "Surn" in parse.tag.grammemes) > 0,
        patronymic=share(lambda parse: "Patr" in parse.tag.grammemes) > 0,
        word=share(lambda parse: _is_word(parse, language)) > least,
        place=share(lambda parse: "Geox" in parse.tag.grammemes) > least,
        noun=share(lambda parse: "NOUN" in parse.tag.grammemes and _may_name(parse.tag.grammemes)) > least,
    )


@lru_cache(maxsize=1 << 14)
def is_known(word: str, language: Language) -> bool:
    """Tell whether the dictionary has the word at all."""
    return bool(_analyzer(language).word_is_known(word.lower().replace("’", "'").replace("ʼ", "'")))


def _is_word(parse: Any, language: Language) -> bool:
    if not parse.tag.grammemes.isdisjoint(_NAMES):
        return False
    return not ("ADJF" in parse.tag.grammemes and parse.normal_form.endswith(_POSSESSIVE[language]))


def _may_name(grammemes: frozenset[str]) -> bool:
    return "plur" not in grammemes and ("anim" in grammemes or "nomn" in grammemes)


@lru_cache(maxsize=2)
def _analyzer(language: Language) -> Any:
    import pymorphy3  # here, because most commands redact nothing

    return pymorphy3.MorphAnalyzer(lang=language)
