"""A finished message: blocks of safe text, shown as plain text or as the small HTML that Telegram and mail share."""

from dataclasses import dataclass
from html import escape
from typing import Literal

Form = Literal["text", "html"]


@dataclass(frozen=True, slots=True)
class Block:
    """Some lines that stay together. Lines are already inert; `html` only escapes them."""

    lines: tuple[str, ...]
    url: str | None = None
    link: str = ""
    is_strong: bool = False
    """The first line is a heading."""
    is_case: bool = False

    def show(self, form: Form) -> str:
        """Return the block as plain text or HTML."""
        if form == "text":
            return "\n".join([*self.lines, *([self.url] if self.url else [])])
        lines = [escape(line) for line in self.lines]
        if self.is_strong:
            lines[0] = f"<b>{lines[0]}</b>"
        if self.url:
            lines.append(f'<a href="{escape(self.url)}">{escape(self.link)}</a>')
        return "<br/>".join(lines)


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one person."""

    title: str
    blocks: tuple[Block, ...]
    cut_note: str
    """What stands at the end of a message that a channel's limit cut, such as «сообщение сокращено»."""
    payload: dict[str, object]
    """The same for programs: redacted like the text."""

    @property
    def text(self) -> str:
        """The whole message as plain text, title first."""
        return self.within(None, "text")

    @property
    def html(self) -> str:
        """The whole message as HTML with only <b>, <a> and <br/>."""
        return self.within(None, "html")

    @property
    def terminal(self) -> str:
        """The whole message for a terminal: no control characters, one empty line between blocks."""
        return self.within(None, "text") + "\n"

    def within(self, limit: int | None, form: Form, *, with_title: bool = True) -> str:
        """Return the message cut between blocks so that it has at most `limit` UTF-16 units, as Telegram counts."""
        gap = "\n\n" if form == "text" else "<br/><br/>"
        note = f"{gap}… {self.cut_note}" if form == "text" else f"{gap}… {escape(self.cut_note)}"
        head = [Block((self.title,), is_strong=True)] if with_title else []
        shown = ""
        blocks = [*head, *self.blocks]
        for position, block in enumerate(blocks):
            longer = shown + (gap if shown else "") + block.show(form)
            is_last = position == len(blocks) - 1
            if limit is not None and units(longer) + (0 if is_last else units(note)) > limit:
                return (shown or _clipped(block.lines[0], limit - units(note), form)) + note
            shown = longer
        return shown


def units(text: str) -> int:
    """Return the length in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def _clipped(line: str, limit: int, form: Form) -> str:
    room = max(0, limit // 6)  # the longest escape has six characters, so no entity is ever cut
    return line[:room] if form == "text" else escape(line[:room])
