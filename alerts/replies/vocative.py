"""The vocative of Ukrainian first names: «Оксано», «Андрію», «Маріє» (Правопис 2019, section 87)."""

from typing import Final

_OWN: Final = {
    "олег": "Олегу",
    "ігор": "Ігорю",
    "лазар": "Лазарю",
    "любов": "Любове",
    "ілля": "Ілле",
    "лука": "Луко",
    "микита": "Микито",
    "павло": "Павле",
    "петро": "Петре",
    "дмитро": "Дмитре",
    "михайло": "Михайле",
    "данило": "Даниле",
    "кирило": "Кириле",
    "наталя": "Наталю",
    "лев": "Леве",
    "нінель": "Нінель",
}
_CONSONANTS: Final = frozenset("бвгґджзклмнпрстфхцчшщ")


def vocative(name: str) -> str:
    """Return the vocative of a first name; a name of another shape stays as it is."""
    plain = name.strip()
    low = plain.lower()
    if low in _OWN:
        return _OWN[low]
    if low.endswith("'я"):
        return plain[:-1] + "є"
    if low.endswith("ія"):
        return plain[:-1] + "є"
    if low.endswith("а"):
        return plain[:-1] + "о"
    if low.endswith("я"):
        return plain[:-1] + "ю"
    if low.endswith(("й", "ь")):
        return plain[:-1] + "ю"
    if low and low[-1] in _CONSONANTS:
        return plain + "е"
    return plain
