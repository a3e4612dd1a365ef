"""The demo site's pages for people: plain HTML in which no text of a review can act."""

from collections.abc import Iterable
from html import escape

from console.demo.scenario import DemoListing, ReviewState

_HEAD = """<!doctype html>
<html lang="ru"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; color: #222; }}
article {{ border-top: 1px solid #ddd; padding: .7rem 0; overflow-wrap: anywhere; }}
blockquote {{ border-left: .25rem solid #6a9; margin: .7rem 0; padding-left: .8rem; }}
small {{ color: #667; }}
</style></head><body>
"""
_FOOT = "\n<hr><small>Otklik demo: придуманный сайт, придуманные фирмы и люди.</small></body></html>\n"


def index(title: str, night: int, shelves: Iterable[tuple[DemoListing, list[tuple[str, ReviewState]]]]) -> str:
    """Return the page of all reviews of a source, newest first, with a link to each."""
    body = [f"<h1>{escape(title)}</h1><p>Ночь {night} / Night {night}</p>"]
    for listing, reviews in shelves:
        body.append(f"<h2><bdi>{escape(listing.title)}</bdi></h2>")
        body += [_article(review, path) for path, review in reviews]
    return _page(title, body)


def review(title: str, listing: DemoListing, state: ReviewState) -> str:
    """Return the page of one review with its reply."""
    heading = f'<p><a href="/">{escape(title)}</a></p><h1><bdi>{escape(listing.title)}</bdi></h1>'
    return _page(listing.title, [heading, _article(state, None)])


def captcha() -> str:
    """Return what a source shows instead of data when it takes us for a robot."""
    return _page("Ви не робот?", ["<h1>Ви не робот?</h1><p>Введіть символи з картинки (captcha), щоб продовжити.</p>"])


def not_found() -> str:
    """Return the page for an address that leads nowhere."""
    return _page("404", ['<h1>404</h1><p><a href="/">На главную</a></p>'])


def _article(state: ReviewState, path: str | None) -> str:
    stars = "" if state.stars is None else "★" * state.stars + "☆" * (5 - state.stars)
    when = state.posted_at.strftime("%Y-%m-%d %H:%M UTC")
    link = when if path is None else f'<a href="{escape(path)}">{when}</a>'
    edited = "" if state.edited_at is None else f" · ✎ {state.edited_at.strftime('%Y-%m-%d')}"
    title = f"<h3><bdi>{escape(state.story.title)}</bdi></h3>" if state.story.title else ""
    parts = [
        f'<article id="r{escape(state.id)}">',
        f"<small>{stars} <bdi>{escape(state.story.author)}</bdi> · {link}{edited}</small>",
        title,
        f'<p dir="auto"><bdi>{escape(state.text or "")}</bdi></p>',
    ]
    if state.reply is not None and state.reply_at is not None:
        answered = state.reply_at.strftime("%Y-%m-%d %H:%M UTC")
        parts.append(f'<blockquote dir="auto"><small>↳ {answered}</small><br>{escape(state.reply)}</blockquote>')
    return "".join([*parts, "</article>"])


def _page(title: str, body: Iterable[str]) -> str:
    return _HEAD.format(title=escape(title)) + "\n".join(body) + _FOOT
