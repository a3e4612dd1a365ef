"""Cutting reviews out of HTML: small selections from an element, as plain texts."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from lxml import etree
from lxml.cssselect import CSSSelector

from spiders.engine.parsing import html_to_text, plain, tidy

_LEAVES = frozenset({"a", "b", "div", "em", "h1", "h2", "h3", "h4", "i", "p", "span", "strong", "td", "time"})


@lru_cache(maxsize=1000)
def _selector(css: str) -> CSSSelector:
    return CSSSelector(css)


def select(element: Any, css: str) -> list[Any]:
    """Return the elements that a CSS selector finds inside an element; an empty selector finds the element itself."""
    return _selector(css)(element) if css else [element]


def outermost(elements: list[Any]) -> list[Any]:
    """Return the elements that lie in no other one of them."""
    known = set(elements)
    return [element for element in elements if known.isdisjoint(element.iterancestors())]


def boxes(elements: list[Any], tag: str, holding: str) -> list[Any]:
    """Return, of each element, the nearest element around it of a tag that holds what a selector finds, else of all."""
    found = []
    for element in elements:
        around = list(element.iterancestors(tag))
        found += [next((box for box in around if select(box, holding)), around[0])] if around else []
    return list(dict.fromkeys(found))


def split_at(element: Any, css: str, sign: re.Pattern[str]) -> tuple[list[str], list[str], bool]:
    """Return the texts of parts of an element before and behind the words that match a sign, and whether any do."""
    shown, texts = visible(element), [text for part in select(element, css) if (text := visible(part))]
    found = sign.search(shown)
    before = [text for text in texts if found is None or shown.find(text) < found.start()]
    return before, [text for text in texts if text not in before], found is not None


def visible(element: Any) -> str:
    """Return the text of an element as a reader sees it: lines stay, scripts, styles and comments go."""
    if len(element) == 0 and element.tag in _LEAVES:  # most of what is cut: nothing in it needs to be read again
        return tidy(plain(element.text or ""))
    return html_to_text(etree.tostring(element, encoding="unicode", method="html", with_tail=False))


def cut(element: Any, wanted: Mapping[str, str]) -> dict[str, Any]:
    """Return the wanted parts of an element by name, None for what is not there.

    A part is a CSS selector of which the first element counts: its visible text, with `@name` that attribute, with
    `#` at the end the number of elements found (never None), with `*` the texts of all of them as a list. Alternatives
    are separated by ` | `; the first that is there and not blank counts. `@name` alone is the element's own attribute.
    Of a text, ` ~ ` and a regular expression at the end take what its first group matches.
    """
    return {name: _part(element, rule) for name, rule in wanted.items()}


class _Choice(NamedTuple):
    css: str
    attribute: str = ""
    is_count: bool = False
    is_list: bool = False


class _Rule(NamedTuple):
    choices: tuple[_Choice, ...]
    pattern: str


@lru_cache(maxsize=1000)
def _rule(rule: str) -> _Rule:
    rule, _, pattern = rule.partition(" ~ ")
    choices = []
    for choice in rule.split(" | "):
        css, _, attribute = choice.strip().rpartition("@") if "@" in choice else (choice.strip(), "", "")
        if css.endswith("#"):
            choices.append(_Choice(css[:-1].strip(), is_count=True))
        elif css.endswith("*") and not css.endswith(" *"):
            choices.append(_Choice(css[:-1].strip(), is_list=True))
        else:
            choices.append(_Choice(css.strip(), attribute))
    return _Rule(tuple(choices), pattern)


def _part(element: Any, rule: str) -> Any:
    choices, pattern = _rule(rule)
    value = _found(element, choices)
    if not pattern or not isinstance(value, str):
        return value
    part = re.search(pattern, value)
    return part[1] if part else None


def _found(element: Any, choices: Iterable[_Choice]) -> Any:
    for css, attribute, is_count, is_list in choices:
        if is_count:
            return len(select(element, css))
        if is_list:
            return [visible(found) for found in select(element, css)]
        for found in select(element, css):
            value = found.get(attribute) if attribute else visible(found)
            if value and value.strip():
                return value.strip()
            break
    return None


def under_headings(
    element: Any, css: str, *, heading: str, words: str, names: Mapping[str, str], outside: str
) -> dict[str, str]:
    """Return the words of an element's parts by what their headings mean, those of one name on lines of their own.

    Args:
        element: what is looked into.
        css: the parts.
        heading: of a part, as `cut` takes it; `words` likewise.
        words: of a part.
        names: the name that each heading means; the first one is that of any other heading and of none.
        outside: the class of elements in which a part is no part of this element.
    """
    found: dict[str, list[str]] = {}
    for part in select(element, css):
        if not any(outside in (above.get("class") or "").split() for above in part.iterancestors()):
            said = cut(part, {"heading": heading, "words": words})
            name = names.get(said["heading"] or "", next(iter(names.values())))
            found.setdefault(name, []).extend(filter(None, [said["words"]]))
    return {name: "\n".join(texts) for name, texts in found.items()}
