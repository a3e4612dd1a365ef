"""The HTML of a mail: tables and inline styles, which every client shows, and colours for those with a dark mode."""

from collections.abc import Sequence
from html import escape

from alerts.wording.catalogue import catalogue
from alerts.wording.message import Block

_FONT = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Arial,sans-serif"
_STYLE = """
:root{color-scheme:light dark;supported-color-schemes:light dark}
body{margin:0;padding:0}
a{color:#1a5fb4}
@media (max-width:480px){.edge{padding:0!important}.card{border-radius:0!important}.pad{padding:14px 16px!important}
.button a{display:block!important;text-align:center;margin-right:0!important}}
@media (prefers-color-scheme:dark){body,.page{background:#16181c!important}
.card{background:#22252b!important;border-color:#3a3f47!important}
.text,.title{color:#eceef1!important}.soft{color:#a4abb6!important}.quote{background:#2c3037!important;color:#eceef1!important}
.alarm{color:#ff8f85!important}.late{border-left-color:#e5534b!important}.button a{background:#2b6fc4!important}
.second a{background:transparent!important;color:#8fbdf5!important;border-color:#4a5260!important}}
"""


def page(title: str, blocks: Sequence[Block], language: str) -> str:
    """Return a whole HTML document. Nothing in it is loaded from elsewhere."""
    rows = "".join(_row(block) for block in blocks)
    preheader = " · ".join(line for block in blocks for line in block.lines if block.is_case)[:140]
    return (
        f'<!DOCTYPE html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        '<body style="margin:0;padding:0;background:#f2f4f7" class="page">'
        f'<div style="display:none;max-height:0;overflow:hidden">{escape(preheader)}</div>'
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" class="page" '
        'style="background:#f2f4f7">'
        '<tr><td align="center" class="edge" style="padding:24px 12px">'
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:600px">'
        f'<tr><td class="pad title" style="padding:4px 4px 14px;{_FONT};font-size:21px;line-height:1.3;font-weight:700;'
        f'color:#1b1f24">{escape(title)}</td></tr>{rows}'
        f'<tr><td class="pad soft" style="padding:10px 4px 4px;{_FONT};font-size:12px;line-height:1.5;color:#565e69">'
        f"{escape(catalogue(language).say('mail_footer'))}</td></tr>"
        "</table></td></tr></table></body></html>"
    )


def _row(block: Block) -> str:
    if not block.is_case:
        return _note(block)
    lines = [_line(block, position, line) for position, line in enumerate(block.lines)]
    edge = "#d1342b" if block.alarm is not None else "#d5dae1"
    late = " late" if block.alarm is not None else ""
    return (
        '<tr><td style="padding:0 0 12px"><table role="presentation" width="100%" cellpadding="0" cellspacing="0" '
        f'class="card{late}" style="background:#ffffff;border:1px solid #dfe3e8;border-left:4px solid {edge};'
        f'border-radius:8px"><tr><td class="pad" style="padding:16px 20px">{"".join(lines)}{_buttons(block)}</td></tr>'
        "</table></td></tr>"
    )


def _note(block: Block) -> str:
    lines = [escape(line) for line in block.lines]
    if block.is_strong:
        lines[0] = f"<b>{lines[0]}</b>"
    size, shown = "15px" if block.is_strong else "14px", "<br>".join(lines)
    return (
        f'<tr><td class="pad text" style="padding:6px 4px 12px;{_FONT};font-size:{size};line-height:1.5;'
        f'color:#1b1f24">{shown}{_buttons(block)}</td></tr>'
    )


def _line(block: Block, position: int, line: str) -> str:
    name, style = "soft", "font-size:14px;color:#57606a;padding-top:4px"
    if position == 0 and block.is_strong:
        name, style = "text", "font-size:16px;font-weight:700;color:#1b1f24"
    elif block.quote is not None and position < block.quote:
        name, style = "text", "font-size:14px;color:#1b1f24;padding-top:4px"
    elif position == block.quote:
        name = "quote"
        style = "font-size:16px;color:#1b1f24;background:#f4f5f7;border-radius:6px;padding:10px 12px;margin:10px 0 6px"
    elif position == block.alarm:
        name, style = "alarm", "font-size:14px;font-weight:700;color:#b3261e;padding-top:4px"
    return f'<div class="{name}" style="{_FONT};line-height:1.45;overflow-wrap:anywhere;{style}">{escape(line)}</div>'


def _buttons(block: Block) -> str:
    if not block.links:
        return ""
    shown = "".join(_button(label, url, is_first=n == 0) for n, (label, url) in enumerate(block.links))
    return f'<div style="padding-top:14px">{shown}</div>'


def _button(label: str, url: str, *, is_first: bool) -> str:
    colours = (
        "background:#1a5fb4;color:#ffffff;border:1px solid #1a5fb4"
        if is_first
        else ("background:transparent;color:#1a5fb4;border:1px solid #b6c2d1")
    )
    return (
        f'<span class="{"button" if is_first else "button second"}" style="display:inline">'
        f'<a href="{escape(url)}" style="display:inline-block;{colours};{_FONT};font-size:14px;font-weight:600;'
        f'text-decoration:none;border-radius:6px;padding:9px 16px;margin:0 8px 8px 0">{escape(label)}</a></span>'
    )
