"""Text as the model sees it: one cleaning and one truncation, shared by training and use."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

UNREADABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff]")
SPACES = re.compile(r"\s+")
CHARS_A_TOKEN = 16
Token = TypeVar("Token")


def clean(text: str) -> str:
    """Return `text` without control characters, lone surrogates and direction marks, white space collapsed."""
    return SPACES.sub(" ", UNREADABLE.sub(" ", text)).strip()


def says_something(text: str) -> bool:
    """Return whether a text has a letter, a digit or a picture sign (an emoji is an opinion too)."""
    return any(char.isalnum() or unicodedata.category(char) == "So" for char in clean(cut(text, 128)))


def cut(text: str, max_tokens: int) -> str:
    """Return the head and the tail of a text far longer than `max_tokens`, so that 1 MB costs what 1 kB costs."""
    side = max_tokens * CHARS_A_TOKEN
    return text if len(text) <= 2 * side else f"{text[:side]} {text[-side:]}"


def head_and_tail(ids: Sequence[Token], room: int) -> list[Token]:
    """Return at most `room` tokens: the first half and the last half (Sun et al. 2019, arXiv:1905.05583).

    A complaint often opens a text and its consequence ends it; what is dropped is the middle.
    """
    if len(ids) <= room:
        return list(ids)
    head = room - room // 2
    return [*ids[:head], *ids[len(ids) - room // 2 :]]


def frame(tokenizer: Any) -> tuple[list[int], list[int]]:
    """Return the special tokens that this tokenizer puts before and after a text."""
    bare = tokenizer("a", add_special_tokens=False)["input_ids"]
    full = tokenizer("a")["input_ids"]
    at = next(i for i in range(len(full)) if full[i : i + len(bare)] == bare)
    return full[:at], full[at + len(bare) :]


def bare_ids(tokenizer: Any, texts: Sequence[str], max_tokens: int) -> Iterator[list[int]]:
    """Yield the ids of each text without special tokens and without truncation."""
    readable = [cut(clean(text), max_tokens) for text in texts]
    if readable:
        yield from tokenizer(readable, add_special_tokens=False, truncation=False, verbose=False)["input_ids"]
