"""Handles of messengers and networks: @name, links to profiles, and names after «тг:» or "my telegram is"."""

import re

from core.redaction.text import Span

_AT = re.compile(r"(?<![\w@./+-])@(?!(?:channel|here|everyone|all)\b)[A-Za-z][A-Za-z0-9_.]{2,30}[A-Za-z0-9_]")
_LINK = re.compile(
    r"(?<![\w.-])(?:https?://)?(?:www\.|m\.)?(?:t ?\. ?me|telegram\.me|vk ?\. ?com|ok\.ru/profile|instagram ?\. ?com"
    r"|facebook ?\. ?com|wa\.me|viber\.me) ?/ ?[\w.+%-]{3,64}",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?<!\w)(?:тг|tg|телег[аеу]|телезі|телеграмм?[аеуі]?|telegram|инст[аеу]|инстаграмм?[аеу]?|інст[аиіу]"
    r"|інстаграмм?[аиіу]?|instagram|скайпе?|skype|вк|vk|вконтакте|снапчат|snapchat|тикток|тікток|tiktok|ник(?:нейм)?"
    r"|нік(?:нейм)?|nick(?:name)?|handle|username)(?: я| is| мой| мій)?(?P<sure> ?[:=–—@-] ?| )"
    r"(?P<handle>[A-Za-z][A-Za-z0-9_.]{3,30}[A-Za-z0-9_])",
    re.IGNORECASE,
)
_UNLIKE_WORD = re.compile(r"[_\d]")


def handles(text: str) -> list[Span]:
    """Return the handles in `text`: a bare word after the name of a messenger counts where it looks like no word."""
    spans = {match.span() for pattern in (_AT, _LINK) for match in pattern.finditer(text)}
    for match in _NAMED.finditer(text):
        if match["sure"].strip() or _UNLIKE_WORD.search(match["handle"]):
            spans.add(match.span("handle"))
    result: list[Span] = []
    for start, end in sorted(spans):
        if not result or start >= result[-1].end:
            result.append(Span(start, end, "handle"))
    return result
