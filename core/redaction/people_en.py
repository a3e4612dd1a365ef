"""People who are named inside an English text: behind a title or a calling, behind "spoke to", before "was rude".

Behind a title any capitalised word counts, behind a calling any that is no ordinary word; elsewhere a known given name
must say so.
"""

import re
from collections.abc import Iterator
from itertools import takewhile

from core.redaction.name_words import UPPER, WORD, is_common, is_given_name, is_no_name, listed

_TITLES = (
    r"(?:Dr|DR|Mr|MR|Mrs|MRS|Ms|MS|Miss|Prof|Professor|Doctor|Nurse|Officer|Sergeant|Sgt|Captain|Madame|Madam|Sister)"
)
_CALLINGS = (
    r"(?:waiter|waitress|manager|receptionist|cashier|(?P<machine>server)|driver|technician|tech|agent|nurse|doctor"
    r"|stylist|barista"
    r"|hostess?|bartender|mechanic|plumber|electrician|dentist|hygienist|surgeon|therapist|physio|instructor|coach"
    r"|trainer"
    r"|teacher|tutor|guard|concierge|supervisor|advisor|adviser|consultant|rep|representative|assistant|clerk|salesman"
    r"|salesperson|saleswoman|seller|owner|chef|guy|bloke|chap|lad|lady|girl|gentleman|man|woman|person|colleague"
    r"|employee"
    r"|worker|courier|operator|specialist|vet|lawyer|solicitor|attorney|broker|realtor|banker|teller|optician"
    r"|pharmacist"
    r"|hairdresser|barber|beautician|masseuse|fitter|installer|builder|handyman|cleaner|housekeeper|porter|doorman"
    r"|bouncer"
    r"|steward|stewardess|pilot|guide|secretary|director|boss|staff member|crew member|team member|member of staff"
    r"|contractor|landlord|landlady|tenant|decorator|roofer|painter|gardener|nanny|babysitter|midwife|psychologist"
    r"|counsell?or|carer|caretaker|inspector|estimator|dispatcher|translator|photographer|dj|bride|groom"
    r"|husband|wife|son|daughter|brother|sister|friend|mum|mom|mother|father|dad|partner|boyfriend|girlfriend"
    r"|neighbou?r"
    r"|ladies|gentlemen|guys|girls|boys)"
)
_NAMED = r"(?:named|called|by the name of|who is called|whose name (?:is|was)|name (?:is|was)|names? (?:of )?)"
_WITH_TITLE = re.compile(rf"(?<!\w){_TITLES}\.?[ ]{{1,2}}(?P<run>{WORD}(?:[ ]{WORD}){{0,3}})")
_WITH_CALLING = re.compile(
    rf"(?<!\w)(?i:{_CALLINGS})(?P<gap>,? {_NAMED} | (?:is|was) |, | - | – |: | )(?P<run>{WORD}(?:[ ]{WORD}){{0,3}})"
)
_IS_NAMED = re.compile(rf"(?<!\w)(?i:{_NAMED})[ ]?[:]?[ ]?(?P<run>{WORD}(?:[ ]{WORD}){{0,3}})")
_DOING = (
    r"(?i:sp[oe]ke?n?|talk(?:ed|ing)?|chatt?(?:ed|ing)?|deal(?:t|ing)|help(?:ed|s|ful)?|serv(?:ed|es)|assist(?:ed"
    r"|ance)?"
    r"|work(?:ed|ing)|thank(?:s| you|ful)?|thx|shout ?-?outs?|kudos|props|credit|hats off|grateful|ask(?:ed)?"
    r"|greeted|seen"
    r"|treated|met|recommend|see|saw|told|email(?:ed)?|messaged?|contacted|phoned|reached|refer(?:red)?|assigned"
    r"|handled|done|cut|made|signed|written|sent|answered|conversations?|appointment|session|call|review|experience)"
)
_WITH_ACT = re.compile(
    rf"(?<!\w){_DOING}(?: (?i:big|special|huge|again|so much|very much|out|goes|go))?"
    rf"(?: (?i:to|with|by|for|from|of|at))?[ ](?P<run>{WORD}(?:[ ]{WORD}){{0,3}})"
)
_AND = re.compile(rf"(?:,? (?:and|&) |, )(?P<run>{WORD}(?:[ ]{WORD}){{0,2}})")
_DOES = re.compile(
    rf"(?<![\w'’.-])(?P<run>{WORD}(?:[ ]{WORD}){{0,2}})(?P<own>['’]s)?,?[ ]"
    r"(?=(?:who|was|is|were|has|had|said|says|told|tells|helped|went|did|does|didn['’]t|doesn['’]t|wasn['’]t|took"
    r"|takes|made"
    r"|makes|gave|kept|keeps|refused|ignored|promised|charged|sorted|fixed|rolled|hung|never|always|even|just|could"
    r"|couldn"
    r"|would|wouldn|came|comes|left|called|answered|explained|apologi[sz]ed|shouted|yelled|laughed|smiled|cut"
    r"|really|at (?:the|reception|front|check)|on (?:the|reception|front|duty)|in (?:the|reception|housekeeping"
    r"|billing|sales"
    r"|accounts)|from (?:the|reception|housekeeping|billing|sales|accounts|customer|support)|behind|seemed|looked"
    r"|sounded"
    r"|and (?:his|her|their|the)|attitude|behaviou?r|manner|service|work|help|advice|team|words|email|promise)\b)"
)
_FIRM_BEFORE = re.compile(
    r"(?:(?i:\bthe|\ba|\ban|\bst\.?|\bsaint|\bsanta|\bsan|\bby|\bport|\bfort|\blake|\bmount|&|\bnear|\bhotel|\bcaf[eé]"
    r"|\bbrand)|[A-Z][\w'’]+)[ ]\Z"
)
_FIRM_AFTER = re.compile(
    r"(?i:[ ](?:street|st\b|road|rd\b|avenue|ave\b|station|airport|hotel|store|branch|branches|beach|park|hospital"
    r"|clinic"
    r"|centre|center|school|university|college|city"
    r"|county|bank|airlines?|insurance|motors|pizza|shampoo|bros|brothers|inc|ltd"
    r"|llc|plc|group|support|customer|app|daniel|boss|secret|model|jeans|shoes))"
)
_LETTER = re.compile(rf"[{UPPER}]\.?")


def people_en(text: str) -> list[tuple[int, int]]:
    """Return where people are named in the Latin words of `text`; spans may overlap."""
    if not re.search("[A-Za-z]{3}", text):
        return []
    return [*_titled(text), *_called(text), *_doing(text)]


def _titled(text: str) -> Iterator[tuple[int, int]]:
    for match in _WITH_TITLE.finditer(text):
        words = _names(match)
        if words:
            yield _span(match, words)


def _called(text: str) -> Iterator[tuple[int, int]]:
    for pattern in (_WITH_CALLING, _IS_NAMED):
        for match in pattern.finditer(text):
            gap = match["gap"] if pattern is _WITH_CALLING else " named "
            words = _names(match)
            is_named = "name" in gap or "call" in gap
            if not words:
                continue
            is_known = any(_is_given(word.group()) for word in words)
            is_name = (
                is_known
                or (is_named and pattern is _WITH_CALLING)
                or (gap == " " and not (pattern is _WITH_CALLING and match["machine"]) and _is_rare(words[0].group()))
            )
            if (
                is_name
                and words[0].group().isascii()
                and not _FIRM_AFTER.match(text, match.start("run") + words[-1].end())
            ):
                yield _span(match, words)
                yield from _more(text, match.start("run") + words[-1].end())


def _doing(text: str) -> Iterator[tuple[int, int]]:
    for pattern in (_WITH_ACT, _DOES):
        for match in pattern.finditer(text):
            words = _names(match)
            start = match.start("run")
            if not words or _FIRM_AFTER.match(text, start + words[-1].end()):
                continue
            if pattern is _DOES and (len(words) < len(match["run"].split()) or _FIRM_BEFORE.search(text[:start][-30:])):
                continue
            if any(_is_given(word.group()) for word in words):
                yield _span(match, words)
                yield from _more(text, start + words[-1].end())


def _more(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Yield the known names that are listed behind one."""
    while (match := _AND.match(text, start)) and any(_is_given(word) for word in match["run"].split()):
        yield match.span("run")
        start = match.end()


def _names(match: re.Match[str]) -> list[re.Match[str]]:
    """Return the words of a run up to the first that is none of a name, without a single letter alone."""
    words = list(takewhile(lambda word: not _is_word(word.group()), re.finditer(WORD, match["run"])))
    return [] if len(words) == 1 and _LETTER.fullmatch(words[0].group()) else words


def _span(match: re.Match[str], words: list[re.Match[str]]) -> tuple[int, int]:
    start = match.start("run")
    return start + words[0].start(), start + words[-1].end()


def _is_given(word: str) -> bool:
    return is_given_name(word, is_exact=True) and not is_common(word) and not _is_word(word)


def _is_rare(word: str) -> bool:
    """Tell whether a word is no English one as far as we know, and written as names are."""
    return word[1:].islower() and len(word) > 2 and not is_common(word) and word.isascii()


def _is_word(word: str) -> bool:
    lower = word.lower().replace("’", "'")
    return lower.endswith("n't") or is_no_name(word) or lower.removesuffix("'s") in listed("english_words.txt")
