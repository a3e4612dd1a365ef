"""Keys that are kept in Prefect's Secret blocks: asked only where a server is configured."""

import asyncio
from pathlib import Path

import pytest

from core.watchlist import Listing
from flows.credentials import block_name, stored_credentials
from spiders.engine.source import sources

LISTING = Listing(id="app", source="google_play_console", company="firm", target="a.b", options={"account": "two"})


def test_without_a_server_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    assert asyncio.run(stored_credentials(sources()["google_play_console"], LISTING)) == {}
    assert asyncio.run(stored_credentials(sources()["steam"], LISTING)) == {}


@pytest.mark.slow
def test_a_secret_block_fills_what_the_environment_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from prefect.blocks.system import Secret
    from prefect.testing.utilities import prefect_test_harness

    source, name = sources()["google_play_console"], "GOOGLE_PLAY_CREDENTIALS_TWO"
    with prefect_test_harness(server_startup_timeout=300):
        monkeypatch.setenv("PREFECT_API_URL", "http://configured.example/api")
        assert asyncio.run(stored_credentials(source, LISTING)) == {}
        asyncio.run(Secret(value="planted-in-a-block").asave(block_name(name)))
        assert asyncio.run(stored_credentials(source, LISTING)) == {name: "planted-in-a-block"}
        monkeypatch.setenv(name, "from-the-environment")
        assert asyncio.run(stored_credentials(source, LISTING)) == {}


def test_a_block_may_also_hold_what_can_be_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    async def block(name: str) -> str | None:
        return {"trustpilot-business-user-id": "the-user"}.get(name)

    listing = Listing(id="firm", source="trustpilot", company="firm", target="507f191e810c19729de860ea")
    monkeypatch.setattr("flows.credentials._block", block)
    monkeypatch.setenv("PREFECT_API_URL", "http://configured.example/api")
    found = asyncio.run(stored_credentials(sources()["trustpilot"], listing))
    assert found == {"TRUSTPILOT_BUSINESS_USER_ID": "the-user"}
