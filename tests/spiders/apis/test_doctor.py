"""What `otklik doctor` says of a key: that it opens the listing, or why it does not, on each platform in turn."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import OtklikError
from core.watchlist import Listing
from spiders.engine.probing import probe
from spiders.engine.source import sources
from tests.spiders.apis.platforms import PLATFORMS
from tests.spiders.apis.scenario import START
from tests.spiders.apis.server import opened

SAID = {
    "wildberries": {
        "expired": "the token has expired: make a new one",
        "unsigned": "the key is not accepted: it is wrong, was revoked or has expired",
        "plan": "the plan does not include this",
        "scope": "lacks the category Feedbacks and Questions",
        "quota": "quota is used up; it asks to wait 1 s",
    },
    "google_business": {
        "expired": "the key has expired",
        "plan": "give it a role there",
        "scope": "without the scope that is needed",
        "disabled": "enable it in the Google Cloud console",
        "quota": "quota is used up",
    },
    "google_play_console": {
        "expired": "the key has expired",
        "plan": "give it a role there",
        "scope": "without the scope that is needed",
        "disabled": "enable it in the Google Cloud console",
        "quota": "quota is used up",
    },
    "app_store_connect": {
        "expired": "wrong key, key id or issuer, it was revoked, or the clock is wrong",
        "plan": "an agreement waits for its signature",
        "scope": "the key's role does not allow this",
        "quota": "quota is used up",
    },
    "yandex_market": {
        "expired": "the key was deleted: make a new one",
        "unsigned": "the key is no Api-Key token of the cabinet",
        "plan": "the shop has no contract with the Market",
        "scope": "the key lacks the access: edit it",
        "stranger": "the key is of another cabinet",
        "quota": "the cabinet's quota is used up",
    },
    "trustpilot": {
        "expired": "the key is not accepted",
        "plan": "that the plan includes the API",
        "scope": "check the business unit's id",
        "quota": "quota is used up; it asks to wait 1 s",
    },
    "ozon": {
        "expired": "the key was switched off or has expired",
        "wrong": "the Client-Id or the Api-Key is wrong",
        "unsigned": "no Client-Id or no Api-Key came through",
        "plan": "the plan does not include reviews: it takes Review management or Premium Pro",
        "scope": "the key lacks the role Review",
        "address": "bound to other addresses than this machine's",
        "quota": "quota is used up; it asks to wait 1 s",
    },
}
"""A part of the sentence by platform and kind of refusal."""


@pytest.mark.parametrize("source", PLATFORMS)
def test_the_doctor_says_what_each_answer_means(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spiders.engine.client._LONGEST", 0.5)  # nobody waits for the quota here
    (kind, target), days = PLATFORMS[source], range(3, 3 + len(SAID[source]))
    troubles = [f"{day} 02:00 refuses {word} until {day + 1}" for day, word in zip(days, SAID[source], strict=True)]
    with opened(monkeypatch, kind, "1 10:00 writes 7 5 Ура", *troubles) as server:
        listing = Listing(id="here", source=source, company="firm", target=target, base_url=server.url)
        server.now = START + timedelta(days=1)
        assert probe(listing, os.environ, tmp_path).startswith(f"{sources()[source].title} answers: 1 reviews")
        pages = [call for call in server.calls if "oken" not in call.path]
        assert len(pages) == 1, "one cheap call"
        for day, words in zip(days, SAID[source].values(), strict=True):
            server.now = START + timedelta(days=day - 1, hours=3)
            with pytest.raises(OtklikError) as caught:
                probe(listing, os.environ, tmp_path)
            assert words in str(caught.value)
            secrets = [*server.environment.values(), *getattr(server, "planted", ()), *server.tokens]
            assert not [one for one in secrets if len(one) > 7 and one in str(caught.value)]
