"""A finished message: blocks of safe text, and how it is cut into several where a channel takes less.

A message is cut between blocks only, so a review stays whole and no entity is torn; a section's heading goes with what
it heads.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape

from alerts.wording.inert import shortened

MOST_PAGES = 6
"""Messages that one may become; what is left over after them is only said to be left over."""

_BARE_LINE = 160
_TINY_LINE = 60


@dataclass(frozen=True, slots=True)
class Block:
    """Some lines that stay together. Lines are already inert; channels only escape them."""

    lines: tuple[str, ...]
    url: str | None = None
    link: str = ""
    is_strong: bool = False
    """The first line is a heading."""
    is_case: bool = False
    quote: int | None = None
    """Position of the line with the customer's words."""
    alarm: int | None = None
    """Position of the line that says that it is late."""
    console: tuple[str, str] | None = None
    """Label and address of the case in our own console."""

    @property
    def links(self) -> tuple[tuple[str, str], ...]:
        """Label and address of each link."""
        own = ((self.link, self.url),) if self.url else ()
        return (*own, self.console) if self.console else own

    def marked(self, escape: Callable[[str], str], *, quote: str, alarm: str, strong: str) -> list[str]:
        """Return the lines in the markup of a channel.

        Args:
            escape: takes away what the channel would take for markup.
            quote: what the customer's words look like, with {} for them; `alarm` and `strong` likewise.
            alarm: the line that says that it is late.
            strong: a heading.
        """
        lines = [escape(line) for line in self.lines]
        for position, look in ((self.quote, quote), (self.alarm, alarm), (0 if self.is_strong else None, strong)):
            if position is not None:
                lines[position] = look.format(lines[position])
        return lines

    def bare(self) -> "Block":
        """Return the block as short as it can be told: where a channel does not take it whole."""
        lines = tuple(shortened(line, _BARE_LINE) for line in self.lines[:4])
        return Block(lines, is_strong=self.is_strong, is_case=self.is_case)


@dataclass(frozen=True, slots=True)
class Page:
    """One of the messages that a message is sent as."""

    title: str
    blocks: tuple[Block, ...]
    number: int = 1
    of: int = 1


Fits = Callable[[str, Sequence[Block]], bool]


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one person."""

    title: str
    blocks: tuple[Block, ...]
    cut_note: str
    """What stands at the end of a message that had to be cut, such as «сообщение сокращено»."""
    payload: dict[str, object]
    """The same for programs: redacted like the text."""

    @property
    def text(self) -> str:
        """The whole message as plain text, title first."""
        return as_text(self.title, self.blocks)

    @property
    def html(self) -> str:
        """The whole message as HTML with only <b>, <a> and <br/>."""
        return as_html(self.title, self.blocks)

    def pages(self, fits: Fits) -> tuple[Page, ...]:
        """Return the message in as few pages as fit.

        Args:
            fits: Tells whether a page of this title and these blocks is taken by the channel.
        """
        if fits(self.title, self.blocks):
            return (Page(self.title, self.blocks),)
        longest = self._numbered(MOST_PAGES, MOST_PAGES)
        pages: list[list[Block]] = [[]]
        for group in _groups(self.blocks):
            if fits(longest, [*pages[-1], *group]):
                pages[-1] += group
                continue
            if pages[-1]:
                pages.append([])
            for block in group:
                self._add(block, pages, lambda blocks: fits(longest, blocks))
        note = Block((f"… {self.cut_note}",))
        if len(pages) > MOST_PAGES:
            pages = pages[:MOST_PAGES]
            while len(pages[-1]) > 1 and not fits(longest, [*pages[-1], note]):
                pages[-1].pop()
            pages[-1].append(note)
        return tuple(
            Page(self._numbered(n, len(pages)), tuple(blocks), n, len(pages)) for n, blocks in enumerate(pages, 1)
        )

    def _add(self, block: Block, pages: list[list[Block]], fits: Callable[[list[Block]], bool]) -> None:
        tiny = Block((shortened(block.lines[0], _TINY_LINE),))
        for shown in (block, replace(block, console=None), block.bare(), tiny):
            if fits([*pages[-1], shown]):
                pages[-1].append(shown)
                return
            if pages[-1] and fits([shown]):
                pages.append([shown])
                return
        raise ValueError(f"a channel takes not even {_TINY_LINE} characters")

    def _numbered(self, number: int, of: int) -> str:
        return f"{self.title} ({number}/{of})" if of > 1 else self.title


def as_text(title: str, blocks: Sequence[Block]) -> str:
    """Return blocks as plain text, one empty line between them."""
    return "\n\n".join([*([title] if title else []), *(_text(block) for block in blocks)])


def as_html(title: str, blocks: Sequence[Block]) -> str:
    """Return blocks as HTML with only <b>, <a> and <br/>."""
    head = [f"<b>{escape(title)}</b>"] if title else []
    return "<br/><br/>".join([*head, *(_html(block) for block in blocks)])


def units(text: str) -> int:
    """Return the length in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def _groups(blocks: Sequence[Block]) -> list[list[Block]]:
    """Put each heading together with the block that it heads."""
    groups: list[list[Block]] = []
    is_heading = False
    for block in blocks:
        if is_heading:
            groups[-1].append(block)
        else:
            groups.append([block])
        is_heading = block.is_strong and not block.is_case and len(block.lines) == 1
    return groups


def _text(block: Block) -> str:
    console = [f"{label}: {url}" for label, url in ([block.console] if block.console else [])]
    return "\n".join([*block.lines, *([block.url] if block.url else []), *console])


def _html(block: Block) -> str:
    lines = [escape(line) for line in block.lines]
    if block.is_strong:
        lines[0] = f"<b>{lines[0]}</b>"
    lines += [f'<a href="{escape(url)}">{escape(label)}</a>' for label, url in block.links]
    return "<br/>".join(lines)
