"""How what keeps robots out is told from reviews: captchas, walls, empty shells, errors; all marker texts are here."""

import re
from typing import Any

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


_UNSEEN = re.compile(r"<(script|style|template|svg|head)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>", re.IGNORECASE | re.DOTALL)
_PASSWORD = re.compile(r"""<input\b[^>]*\btype\s*=\s*["']?password""", re.IGNORECASE)
_NEEDS_SCRIPT = re.compile(
    r"(?:enable|turn on|requires?) java ?script|java ?script (?:is|must be|to be) (?:disabled|enabled|required)|"
    r"включите (?:поддержку )?java ?script|увімкніть (?:підтримку )?java ?script|javascript отключ[её]н",
    re.IGNORECASE,
)
_SCRIPT = re.compile(r"<script\b(?![^>]*ld\+json)", re.IGNORECASE)
_SHELL = 300
_LOGIN_PAGE = 3000
"""Characters that a reader of an empty shell, or of a login page, sees at most."""
_ERROR_KEYS = ("error", "errors", "errorText", "error_message", "errorMessage", "captcha", "captcha_url", "captchaUrl")


def sign_of_wall(page: str) -> str | None:
    """Return what marks a page *without reviews* as a block, a login or an app's empty shell, or None.

    Only for a page in which nothing was found: a page of reviews may well ask for a login beside them.
    """
    sign = sign_of_block(page)
    if sign:
        return sign
    text = " ".join(_UNSEEN.sub(" ", page).split())
    if len(text) < _LOGIN_PAGE and _PASSWORD.search(page):
        return "the page asks for a login"
    if len(text) < _LOGIN_PAGE and _NEEDS_SCRIPT.search(page):
        return "the page needs a browser: it says so itself"
    if len(text) < _SHELL and _SCRIPT.search(page):
        return f"the page is the shell of an app, without data ({len(text)} characters of text)"
    return None


def sign_of_error(answer: Any) -> str | None:
    """Return what a JSON answer *without reviews* says of an error or a captcha inside HTTP 200, or None."""
    if not isinstance(answer, dict):
        return None
    for key in _ERROR_KEYS:
        value = answer.get(key)
        if value in (None, False, "", 0) or value == [] or value == {}:
            continue
        return f"answers {key}: {value!s:.100}"
    for key in ("status", "code", "statusCode", "success", "ok"):
        value = answer.get(key)
        is_code = isinstance(value, int) and not isinstance(value, bool) and 400 <= value < 600
        if is_code or value is False or (isinstance(value, str) and value.casefold() in ("error", "fail", "failed")):
            return f"answers {key}: {value!s:.100}"
    return None
