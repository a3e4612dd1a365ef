"""How a page that keeps robots out is told from a page of reviews: all marker texts in one place."""

import re

from core.errors import OtklikError


class BlockedError(OtklikError):
    """The source refuses robots: robots.txt, 401, 403, a captcha or consent page. Never worked around."""


_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_HEAD = 4_000_000

# Words of a page's title; a review that speaks of a captcha stands in the body, so the body is not searched for them.
_TITLE_MARKERS = (
    "access denied", "are you a robot", "are you human", "attention required", "before you continue", "bot check",
    "captcha", "checking your browser", "ddos-guard", "just a moment", "human verification", "not a robot",
    "pardon our interruption", "please verify", "security check", "unusual traffic", "вы робот", "вы не робот",
    "доступ ограничен", "доступ заблокирован", "ой!", "подтвердите, что", "проверка браузера", "проверка безопасности",
    "доступ обмежено", "ви не робот", "ви робот", "перевірка браузера",
)  # fmt: skip

# Machinery of such pages, which no review page and no text of a customer contains as markup.
_MARKUP_MARKERS = (
    "_cf_chl_opt", "cf-challenge-running", "class=\"captcha-form", "class='captcha-form",
    "class=\"checkboxcaptcha", "id=\"captcha-form", "id=\"challenge-form", "action=\"/checkcaptcha",
    "action=\"https://consent.", "geo.captcha-delivery.com", "_incapsula_resource", "px-captcha",
    "smartcaptcha.yandexcloud", "data-sitekey=\"showcaptcha",
)  # fmt: skip


def sign_of_block(page: str) -> str | None:
    """Return what marks an HTML page as a captcha, consent or bot wall, or None. Not for JSON."""
    title = _TITLE.search(page[:_HEAD])
    words = " ".join(title[1].split()).casefold() if title else ""
    for marker in _TITLE_MARKERS:
        if marker in words:
            return f"the page's title says {marker!r}"
    markup = page[:_HEAD].casefold()
    return next((f"the page contains {marker!r}" for marker in _MARKUP_MARKERS if marker in markup), None)
