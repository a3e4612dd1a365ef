"""The vocative of Ukrainian first names: «Оксано», «Андрію», «Маріє» (Правопис 2019, section 87)."""

from typing import Final

_OWN: Final = {
    "олег": "Олегу",
    "ігор": "Ігорю",
    "лазар": "Лазарю",
    "любов": "Любове",
    "ілля": "Ілле",
    "павло": "Павле",
    "петро": "Петре",
    "дмитро": "Дмитре",
    "михайло": "Михайле",
    "данило": "Даниле",
    "кирило": "Кириле",
    "гаврило": "Гавриле",
    "самійло": "Самійле",
    "лев": "Леве",
    "антін": "Антоне",
    "яків": "Якове",
    "федір": "Федоре",
    "сидір": "Сидоре",
    "прокіп": "Прокопе",
    "тиміш": "Тимоше",
}
_FEMALE: Final = frozenset({"адель", "ізабель", "мішель", "ніколь", "нінель", "рашель"})
"""Names of women that end like those of men: they take -е."""

_BACK: Final = frozenset("гґкх")
_CONSONANTS: Final = frozenset("бвджзлмнпрстфцчшщ")
_VOWELS: Final = frozenset("аеєиіїоуюя")


def vocative(name: str) -> str:
    """Return the vocative of a first name, with its patronymic if there is one; another shape stays as it is."""
    return " ".join(_called(part) for part in name.split())


def _called(name: str) -> str:
    low = name.lower().replace("’", "'")
    if low in _OWN:
        return _OWN[low]
    if low in _FEMALE:
        return name[:-1] + "е"
    if low.endswith("я"):
        return name[:-1] + ("є" if low[-2:-1] in _VOWELS | {"й", "'"} else "ю")
    if low.endswith("а"):
        return name[:-1] + "о"
    if low.endswith(("й", "ь")):
        return name[:-1] + "ю"
    if low.endswith("ко"):
        return name[:-1] + "у"
    if low.endswith(("ович", "йович")) or low[-1:] in _BACK:
        return name + "у"
    return name + "е" if low[-1:] in _CONSONANTS else name
