"""People who are named inside a text, the staff above all: «кассир Мусаева», «вышла Лариса», "our waiter Giuseppe".

A run of capitalised words counts where the dictionary knows one of them as a name and as nothing else, where a given
name stands beside a surname, a patronymic or initials, or where a word before it says that a person follows. Streets,
stations, firms and what stands in quotes stay.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from core.redaction.morphology import Language, Reading, is_known, language_of, read
from core.redaction.name_words import (
    WORD,
    WORDS,
    is_common,
    is_given_name,
    is_given_name_in_case,
    is_initial,
    is_no_name,
    listed,
)

_CALLING = (
    r"админ\w*|адмін\w*|менедж\w*|врач\w*|доктор\w*|док|лікар\w*|мастер\w*|майст\w*|продав\w*|кассир\w*|касир\w*"
    r"|официант\w*|офіціант\w*|курьер\w*|кур['’ʼ]єр\w*|консультант\w*|водител\w*|воді[яйюї]\w*|оператор\w*"
    r"|специалист\w*|спеціаліст\w*|сотрудни\w*|працівни\w*|співробітни\w*|работни\w*|хирург\w*|хірург\w*|терапевт\w*"
    r"|парикмахер\w*|перукар\w*|охранни\w*|охорон[нец]\w*|инструктор\w*|інструктор\w*|тренер\w*|бариста|бармен\w*"
    r"|директор\w*|медсест\w*|сестр\w*|учител\w*|вчител\w*|преподавател\w*|викладач\w*|воспитател\w*|виховател\w*"
    r"|повар\w*|кухар\w*|управляющ\w*|керуюч\w*|керівни\w*|руководител\w*|заведующ\w*|завідувач\w*|начальни\w*"
    r"|механик\w*|механік\w*|слесар\w*|слюсар\w*|сантехни\w*|электри\w*|електри\w*|ри[еэ]лтор\w*|рієлтор\w*|юрист\w*"
    r"|адвокат\w*|нотариус\w*|нотаріус\w*|фельдшер\w*|санитар\w*|санітар\w*|уборщиц\w*|прибиральниц\w*|горничн\w*"
    r"|покоївк\w*|хостес|при[её]мщи\w*|диспетчер\w*|ортопед\w*|гид\w*|экскурсовод\w*|агент\w*|бригадир\w*|бухгалтер\w*"
    r"|секретар\w*|библиотекар\w*|провизор\w*|фармацевт\w*|флорист\w*|сборщи\w*|грузчи\w*|упаковщи\w*|швея|швачк\w*"
    r"|\w{2,12}(?:олог|[иі]атр)(?:[аиуі]|ом|иня|ині|ові|ка|ку|у)?|\w{2,12}[иі]ст(?:ка|ки|ку|кой|ці|кою|а|у|ом)?"
    r"|девушк\w*|парень|парн[яею]\w*|женщин\w*|мужчин\w*|дівчин\w*|хлопець|хлопц\w*|жінк\w*|некий|некая|некто"
    r"|такой|такая|якийсь|якась|пан|пані|господин|госпожа|г-н|г-жа|т[её]тя|дядя|тітка|дядько"
    r"|муж\w{0,3}|жена|жен[еуы]|женой|сын\w{0,3}|доч(?:ь|ка|ке|ку|кой|ери|ерью)|мам[аеуы]|мамой|папа|пап[еуы]|папой"
    r"|брат\w{0,3}|бабушк\w{1,2}|дедушк\w{1,2}|внук\w{0,3}|внучк\w{1,2}|реб[её]н\w*|подруг\w{0,2}|друг\w{0,2}|коллег\w*"
    r"|чоловік\w{0,3}|дружин\w{1,2}|син\w{0,3}|доньк\w{1,2}|доньці|мамі|мамою|тат[оау]|сестр\w{1,2}|подруз\w*|колег\w*"
)
_CALLED = (
    r"(?:по имени|на имя|по фамилии|на ім['’ʼ]я|на прізвище|(?:е[её]|его|її|його)? ?(?:зовут|звали|звати|звуть)"
    r"|назвал\w{1,3}"
    r"|назвавш\w+|назва(?:вся|лася|лась)|представил\w{2,3}|представи(?:вся|лася|лась)|спросите"
    r"|спросить|запитати|запитайте|питати"
    r"|на бейд\w+|бейдж\w*|фамилия|прізвище|имя|ім['’ʼ]я|говорил\w? с|общал\w+ с|с вами говорил\w?"
    r"|обслуживал\w?(?: нас)?"
    r"|обслуговува\w+(?: нас)?|принимал\w?(?: нас)?|приймал\w(?: нас)?|при[её]м вел\w?|прийом вел\w?|вышла|вийшла)"
)
_IS_CALLING = re.compile(rf"(?i:{_CALLING})")
_BEFORE = re.compile(
    rf"(?<!\w)(?i:(?:(?P<calling>{_CALLING})(?:,? {_CALLED})?|(?P<called>{_CALLED})))"
    r"(?P<gap>(?: как| як)?[ ]?[ ,:–—-][ ]?)\Z"
)
_NO_PERSON = re.compile(
    r"(?<!\w)(?i:ул\.?|улиц\w*|вул\.?|вулиц\w*|просп\w*\.?|пр-?к?т\.?|пр\.|пер\.|переул\w*|провул\w*|пл\.|площ\w*"
    r"|метро|ст\. ?м\.|м\."
    r"|станци\w*|станці\w*|ст\.|бул\w*\.?|наб\w*\.?|парк\w*|сквер\w*|(?<!по )имени|им\.|імені|ім\.|музе\w*|театр\w*"
    r"|книг\w*|роман\w*"
    r"|бренд\w*|фирм\w*|фірм\w*|марк[аиуе]\w?|магазин\w*|крамниц\w*|салон\w*|кафе|бар\w?|ресторан\w*|кав['’ʼ]ярн\w*"
    r"|пекарн\w*"
    r"|клиник\w*|клінік\w*|больниц\w*|лікарн\w*|аптек\w*|отел\w*|готел\w*|гостиниц\w*|город\w*|міст[оіау]\w?|г\."
    r"|сел[оеаі]"
    r"|пос[её]л\w*|деревн\w*|жк|тц|трц|бц|ооо|оао|зао|ао|ип|фоп|тов|пао|салат\w*|торт\w*|пицц\w*|піц\w*|шоколад\w*"
    r"|чай|кофе"
    r"|сыр\w?|сир|сорт\w*|шампун\w*|духи|серии|модел\w*|лада|фильм\w*|фільм\w*|сериал\w*|опер[аеуы]|балет\w*|песн\w+"
    r"|святого|святой|святої|храм\w*|собор\w*|церк\w*|горнолыжн\w+|остров\w*|озер\w*|рек[аеиу]|bmw|школ\w*|лице\w*"
    r"|гимнази\w*)"
    r"[ ,]{1,2}[«\"“„]?\Z"
)
_NO_PERSON_AFTER = re.compile(
    r"\s?(?:[»”\"]|(?i:улиц|проспект|площад|переулк|шоссе|бульвар|набережн|вулиц|парк|сквер|пицц|піц|групп|груп"
    r"|плаз|маркет"
    r"|сити|сіті|молл|тауэр|холл|банк|страхован)\w{0,3}\b)"
)
_ENDEARED = re.compile(r"(?:оч|еч|юш|уш|ч)?(?:к[аиуеоі]|кой|ці|ик[аиуеі]?|иком)$")
"""What makes a name dearer or smaller: «Тимурка», «Соломійку»."""
_HOUSE = re.compile(r",? ?(?:д\. ?|дом |буд\. ?|№ ?)?\d")
"""Behind a street named after somebody: «на Гагарина 107»."""
_ON = re.compile(r"(?<!\w)(?i:на|по) \Z")
_NEAR = re.compile(r"(?<!\w)(?i:на|по|возле|около|угол|углу|пересечени[еи]|біля|коло|ріг|розі) \Z")
_ACCUSED = re.compile(r"(?i:жалоб|жалу|жал[іо]|нарека|скарг|скарж|наор|накрич|крич|обид|ображ)\w*(?: \w+)? на \Z")
"""Whom one complains of, and no street."""
_QUOTE = re.compile(r"(?:[«\"“„‹'][ ]?|[«„“][^«»”\n.!?,]{1,25})\Z")
_START = re.compile(r"(?:\A|[.!?…\n:;)(\[\]•*«\"“„–—-])[ \n]*\Z")
_CYRILLIC = re.compile(r"[А-Яа-яЁёІіЇїЄєҐґ'’ʼ.-]+")
_LOOK_BACK = 60
_SHORT = 5
_LEAST = 2


def people(text: str) -> list[tuple[int, int]]:
    """Return where people are named in the Cyrillic words of `text`; spans may overlap."""
    language = language_of(text)
    return [span for match in WORDS.finditer(text) for span in _in_run(text, match, language)]


class _Flags(NamedTuple):
    """What is known of one capitalised word, wherever it stands."""

    reading: Reading
    is_initial: bool
    is_unknown: bool
    """The dictionary of Cyrillic words has it not."""
    is_given: bool
    is_name: bool
    is_sure: bool
    """A name, and nothing else."""
    is_listed: bool
    """A well-known given name, perhaps a rare word, too."""
    is_noun: bool
    """A word that may be a name where one is expected, as «кобзарь»."""
    may_follow: bool


class _Word(NamedTuple):
    """One capitalised word of a run."""

    text: str
    start: int
    end: int
    flags: _Flags


@lru_cache(maxsize=1 << 14)
def _flags(word: str, language: Language) -> _Flags:
    initial, foreign = is_initial(word), _CYRILLIC.fullmatch(word) is None
    reading = _NOTHING if initial or foreign else _read(word, language)
    unknown = not (initial or foreign) and not _is_known(word, language)
    endeared = _ENDEARED.sub("", word) if unknown else word
    well_known = not foreign and (
        is_given_name(word)
        or (len(word) > _SHORT and is_given_name_in_case(word))
        or (endeared != word and len(endeared) > _LEAST + 1 and is_given_name_in_case(endeared))
    )
    given = reading.given or well_known
    may_be = not is_no_name(word)
    name = may_be and (given or reading.is_name)
    is_word = reading.word or reading.place or (language == "uk" and read(word, "ru").word)
    is_sign = len(word) <= _LEAST or (word.isupper() and len(word) <= _SHORT)
    common = is_sign or is_common(word)
    return _Flags(
        reading=reading,
        is_initial=initial,
        is_unknown=unknown,
        is_given=given,
        is_name=name,
        is_sure=name and (given or reading.patronymic or not unknown) and not (is_word or common),
        is_listed=name and given and not common and is_given_name(word),
        is_noun=may_be and reading.noun,
        may_follow=(name or initial or (unknown and may_be)) and not _IS_CALLING.fullmatch(word),
    )


_NOTHING = Reading(False, False, False, False, False, False)


def _in_run(text: str, match: re.Match[str], language: Language) -> Iterator[tuple[int, int]]:
    offset = match.start()
    if text[match.end() : match.end() + 1].isalpha() or text[max(0, offset - 1) : offset].isalpha():
        return
    words = [
        _Word(found.group(), found.start() + offset, found.end() + offset, _flags(found.group(), language))
        for found in re.finditer(WORD, match.group())
    ]
    position = 0
    while position < len(words):
        end = position
        while end < len(words) and words[end].flags.may_follow:
            end += 1
        span = _person(text, words[position:end]) if end > position else _perhaps(text, words[position])
        if span is not None:
            has_given = any(word.flags.is_given for word in words[position:end])
            yield _with_surname(text, span, words[:position], words[end:]) if has_given else span
        position = max(end, position + 1)


def _with_surname(text: str, span: tuple[int, int], before: list[_Word], after: list[_Word]) -> tuple[int, int]:
    """Return the span of a given name with a surname beside it that is a word, too: «Олега Крикуна», «Гриб Инне»."""
    start, end = span
    if before and before[-1].end + 1 == start and _may_be_surname(before[-1]):
        is_first = _START.search(text[max(0, before[-1].start - _LOOK_BACK) : before[-1].start])
        start = start if is_first else before[-1].start
    if after and after[0].start == end + 1 and _may_be_surname(after[0]):
        end = after[0].end
    return start, end


def _may_be_surname(word: _Word) -> bool:
    is_written_so = word.text[1:].islower() and len(word.text) > _LEAST
    return is_written_so and not (is_no_name(word.text) or _IS_CALLING.fullmatch(word.text))


def _perhaps(text: str, word: _Word) -> tuple[int, int] | None:
    """Return an ordinary word that stands right behind a calling, where only a name is capitalised."""
    before = text[max(0, word.start - _LOOK_BACK) : word.start]
    announced = _BEFORE.search(before) if word.flags.is_noun and word.text[1:].islower() else None
    is_name = announced and announced["gap"] == " " and not (_NO_PERSON.search(before) or _QUOTE.search(before))
    return (word.start, word.end) if is_name else None


def _person(text: str, words: list[_Word]) -> tuple[int, int] | None:
    """Return the part of a run of words that names a person."""
    before = text[max(0, words[0].start - _LOOK_BACK) : words[0].start]
    if _NO_PERSON.search(before) or _QUOTE.search(before) or _NO_PERSON_AFTER.match(text, words[-1].end):
        return None
    names = [word for word in words if word.flags.is_name]
    initials = [word for word in words if word.flags.is_initial]
    announced = _BEFORE.search(before)
    first = words[0]
    if announced and _follows(announced, words):
        return first.start, words[-1].end
    is_pair = (
        len(names) > 1
        and any(word.flags.is_given or word.flags.reading.patronymic for word in names)
        and any(word.flags.is_sure or word.flags.is_listed for word in names)
    )
    has_initials = bool(initials) and any(
        word.flags.reading.surname or (word.flags.is_unknown and len(word.text) > 2)
        for word in words
        if not word.flags.is_initial
    )
    is_dotted = initials and initials[0].text.endswith(".")
    is_start = _START.search(before) is not None
    whole = (
        first.start if first.flags.is_name or (not is_start and _may_be_surname(first)) else (names or words)[0].start
    )
    if is_pair and not initials:
        return whole, words[-1].end
    if is_pair or (has_initials and is_dotted and len(initials) > 1):
        return first.start, words[-1].end
    is_honoured = len(words) == 1 and first.text.lower() in listed("street_names.txt")
    if is_honoured and _NEAR.search(before) and not _ACCUSED.search(before):
        return None
    is_street = len(names) == 1 and (not names[0].flags.is_given or _ON.search(before))
    if is_street and _HOUSE.match(text, names[0].end):
        return None
    sure = [word for word in names if word.flags.is_sure or (word.flags.is_listed and not is_start)]
    if not sure:
        return None
    last = words[-1] if _may_be_surname(words[-1]) else names[-1]
    return (whole, last.end) if sure[0].flags.is_given else (names[0].start, names[-1].end)


def _follows(announced: re.Match[str], words: list[_Word]) -> bool:
    """Tell whether the words behind a calling, or behind "is called", are a person's name."""
    first = words[0] if not words[0].flags.is_initial or len(words) == 1 else words[1]
    if first.flags.is_initial:
        return False
    is_apart = announced["gap"].strip() != ""
    if is_apart and not (announced["called"] or first.flags.is_sure or first.flags.is_listed):
        return False
    if first.flags.is_name:
        return True
    is_called = announced["called"] is not None or re.search(rf"(?i:{_CALLED})", announced.group()) is not None
    return is_called and first.flags.is_unknown and not first.text.isupper() and first.text[1:].islower()


def _read(word: str, language: Language) -> Reading:
    """Return what the whole word or the parts of a double name are."""
    whole = read(word, language)
    if whole.is_name or "-" not in word:
        return whole
    parts = [read(part, language) for part in word.split("-")]
    return Reading(*(all(values) if n < 3 else any(values) for n, values in enumerate(zip(*parts, strict=True))))


def _is_known(word: str, language: Language) -> bool:
    return is_known(word, language) or (language == "uk" and is_known(word, "ru") and not read(word, "ru").is_name)
