"""Spelling as it is on a phone: typos, missing spaces, capitals, Latin letters for Cyrillic ones.

Applied to a share of the training texts, sentence by sentence, so that sentences keep their labels.
"""

import random
from collections.abc import Sequence

_CYRILLIC = "а б в г д е ё ж з и й к л м н о п р с т у ф х ц ч ш щ ы э ю я і ї є ґ"
_AS_LATIN = "a b v g d e yo zh z i y k l m n o p r s t u f h ts ch sh sch y e yu ya i yi ye g"
_LATIN = dict(zip(_CYRILLIC.split(), _AS_LATIN.split(), strict=True))
_LATIN["ъ"] = _LATIN["ь"] = ""
_NEAR = {"о": "а", "а": "о", "е": "и", "и": "е", "ё": "е", "э": "е", "щ": "ш", "i": "e", "e": "a", "o": "0", "і": "и"}
_LEAST = 4


def spoil(sentences: Sequence[str], draw: random.Random) -> list[str]:
    """Return the sentences with one kind of careless spelling, drawn at random, all through."""
    kinds = (_typos, _typos, _crowded, _lower, _capitals, _latin)
    kind = draw.choice(kinds)
    return [kind(sentence, draw) for sentence in sentences]


def _typos(text: str, draw: random.Random) -> str:
    chars = list(text)
    for at in range(1, len(chars) - 1):
        if chars[at].isalpha() and chars[at - 1].isalpha() and draw.random() < 0.06:
            kind = draw.randrange(4)
            if kind == 0:
                chars[at] = ""
            elif kind == 1:
                chars[at] *= 2
            elif kind == 2:
                chars[at] = _NEAR.get(chars[at], chars[at])
            else:
                chars[at - 1], chars[at] = chars[at], chars[at - 1]
    return "".join(chars)


def _crowded(text: str, draw: random.Random) -> str:
    """Lose some of the spaces, and those after commas and full stops first."""
    words = text.split(" ")
    out = words[0]
    for word in words[1:]:
        lost = draw.random() < (0.5 if out[-1:] in ",.!?" else 0.04)
        out += word if lost else " " + word
    return out


def _lower(text: str, draw: random.Random) -> str:  # noqa: ARG001  one signature for all kinds
    return "".join(char for char in text.lower() if char not in ',.!?;:«»"')


def _capitals(text: str, draw: random.Random) -> str:  # noqa: ARG001
    return text.upper()


def _latin(text: str, draw: random.Random) -> str:  # noqa: ARG001
    if sum(char.lower() in _LATIN for char in text) < _LEAST:
        return text
    letters = []
    for char in text:
        latin = _LATIN.get(char.lower())
        letters.append(char if latin is None else latin if char.islower() else latin.capitalize())
    return "".join(letters)
