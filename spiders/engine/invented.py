"""From a page as it came to one that may be kept: the same shape, with invented people and words.

Recordings lie in the repository for good, so nobody's name, words, ids or pictures stand in them. What is changed is
told by keys, classes and forms; whoever adds a recording still looks it through before it is committed.
"""

import json
import re
from copy import deepcopy
from hashlib import sha256
from typing import Any

from lxml import etree

from spiders.engine.document import Document
from spiders.engine.states import STATE_SCRIPT

_PERSON = re.compile(
    r"author|user|(?<![a-z])name|nick|reviewer|consumer|customer|client|profile|avatar|photo|phone|mail|login|owner",
    re.IGNORECASE,
)
_NO_PERSON = re.compile(r"(?:company|business|place|product|shop|app|file|class|domain)_?name", re.IGNORECASE)
_SAID = re.compile(r"text|body|comment|message|content|date|created|updated|time", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]{2,}(?:[^\w<>]+[^\W\d_]{1,}){2,}")
_DIGITS = re.compile(r"\d{5,}|(?<![0-9a-z])(?=[0-9a-f-]*\d)[0-9a-f-]{12,}", re.IGNORECASE)
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d|\d\d\.\d\d\.\d{4}|\d{1,2} [^\W\d_]+\.? \d{4}|(?:назад|тому|ago)$|^1[0-9]{9}(?:\d{3})?$"
)
_PHONE = re.compile(r"\+?\d[\d ().-]{7,}\d")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_SAYINGS = {
    "ru": (
        "Ждали заказ три дня, никто не позвонил.",
        "Всё понравилось, придём ещё.",
        "Приносим извинения, мы разберёмся.",
    ),
    "uk": (
        "Чекали замовлення три дні, ніхто не подзвонив.",
        "Усе сподобалося, прийдемо ще.",
        "Вибачте, ми розберемося.",
    ),
    "en": (
        "We waited three days and nobody called.",
        "All was well, we will come again.",
        "We are sorry and look into it.",
    ),
}


class Inventor:
    """Replaces what names or quotes a person; the same value always by the same, so that references still meet."""

    def text(self, value: str, *, is_person: bool = False) -> str:
        """Return a text without its person, its words and its long numbers; dates stay."""
        if _MOMENT.search(value.strip()):
            return value
        if value.startswith(("http://", "https://", "//")):
            return self._number(value)
        if is_person and re.search(r"[^\W\d_]", value) and not _DIGITS.fullmatch(value):
            return f"Example {self._draw(value, 90) + 10}"
        if is_person or _PHONE.fullmatch(value.strip()):
            return "".join(_like(char) if char.isdigit() else char for char in value)
        if _WORDS.search(re.sub(r"<[^>]*>", " ", value)):
            said = _SAYINGS[_language(value)]
            words = f"{said[self._draw(value, len(said))]} {self._draw(value, 9000) + 1000}"
            return f"<p>{words}</p>" if "<" in value and ">" in value else words
        return self._number(_MAIL.sub("person@example.org", value))

    def json(self, value: Any, key: str = "", *, is_person: bool = False) -> Any:
        """Return a JSON value in the same shape."""
        is_named = bool(_PERSON.search(key) and not _NO_PERSON.search(key))
        is_person = is_named or (is_person and not _SAID.search(key))
        if isinstance(value, dict):
            return {name: self.json(part, str(name), is_person=is_person) for name, part in value.items()}
        if isinstance(value, list):
            return [self.json(part, key, is_person=is_person) for part in value]
        if isinstance(value, str) and value[:1] in "{[" and len(value) > 2:
            try:
                return json.dumps(self.json(json.loads(value)), ensure_ascii=False)
            except ValueError:
                return self.text(value, is_person=is_person)
        if isinstance(value, str):
            return self.text(value, is_person=is_person)
        is_id = isinstance(value, int) and not isinstance(value, bool) and value > 99_999
        return int(self._number(str(value))) if is_id and not _MOMENT.search(str(value)) else value

    def html(self, document: Document) -> str:
        """Return a page in the same shape; of its scripts only those with JSON are kept."""
        tree = deepcopy(document.html)
        for element in list(tree.iter(etree.Comment, "style", "svg", "noscript", "iframe")):
            _remove(element)
        for script in list(tree.iter("script")):
            if not self._script(script):
                _remove(script)
        for element in tree.iter(etree.Element):
            marks = " ".join(element.get(name, "") for name in ("class", "itemprop", "data-testid"))
            is_person = bool(_PERSON.search(marks)) and len(element) == 0
            for name, value in element.attrib.items():
                if name not in ("class", "itemtype", "itemprop", "id", "rel", "property", "type", "charset", "style"):
                    element.set(
                        name, self._attribute(value, is_person=is_person and name in ("content", "title", "alt"))
                    )
            if element.tag not in ("script", "style"):
                element.text = self.text(element.text, is_person=is_person) if element.text else element.text
            element.tail = self.text(element.tail) if element.tail else element.tail
        return "<!doctype html>\n" + str(etree.tostring(tree, encoding="unicode", method="html"))

    def _attribute(self, value: str, *, is_person: bool) -> str:
        if value.lstrip()[:1] in ("{", "["):
            try:
                return json.dumps(self.json(json.loads(value)), ensure_ascii=False)
            except ValueError:
                return ""
        return self.text(value, is_person=is_person)

    def _script(self, script: Any) -> bool:
        text = script.text_content().strip()
        found = STATE_SCRIPT.match(text)
        try:
            value, end = json.JSONDecoder(strict=False).raw_decode(text, found.end() if found else 0)
        except ValueError:
            return False
        before = text[: found.end()] if found else ""
        script.text = f"{before}{json.dumps(self.json(value), ensure_ascii=False)}{';' if before else ''}"
        return isinstance(value, dict | list) and (not text[end:].strip(" ;\n") or bool(found))

    def _number(self, value: str) -> str:
        return _DIGITS.sub(lambda found: _like(found[0]), value)

    def _draw(self, value: str, below: int) -> int:
        return int(sha256(value.encode("utf-8", "replace")).hexdigest()[:8], 16) % below


def _like(number: str) -> str:
    drawn = iter(sha256(number.encode()).hexdigest() * 4)
    is_hex = bool(re.search("[a-f]", number, re.IGNORECASE))
    digits = (next(drawn) if is_hex else str(int(next(drawn), 16) % 10) for _ in number)
    made = "".join(digit if old.isalnum() else old for old, digit in zip(number, digits, strict=True))
    return f"1{made[1:]}" if made[0] == "0" and number.isdigit() else made


def _language(text: str) -> str:
    if re.search("[іїєґ]", text, re.IGNORECASE):
        return "uk"
    return "ru" if re.search("[а-я]", text, re.IGNORECASE) else "en"


def _remove(element: Any) -> None:
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    if element.tail and before is not None:
        before.tail = (before.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    parent.remove(element)
