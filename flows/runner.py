"""Who carries out the steps of a story: this process alone, or Prefect with its retries and its page."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

T = TypeVar("T")

logger = logging.getLogger(__name__)


class Runner(Protocol):
    """Carries out one step after another, and shows the report."""

    async def step(self, name: str, work: Callable[[], T]) -> T:
        """Run one blocking step in a thread and return its result."""

    async def network(self, name: str, work: Callable[[], Awaitable[T]], *, retries: int, delay: float) -> T:
        """Run one step that talks to the network; an exception is tried again `retries` times."""

    async def show(self, key: str, markdown: str) -> None:
        """Keep the report where people look for it."""


class Direct:
    """Runs the steps in this process, without a server."""

    async def step(self, name: str, work: Callable[[], T]) -> T:
        """Run one blocking step in a thread and return its result."""
        logger.debug("step %s", name)
        return await asyncio.to_thread(work)

    async def network(self, name: str, work: Callable[[], Awaitable[T]], *, retries: int, delay: float) -> T:
        """Run one step that talks to the network; an exception is tried again `retries` times."""
        for left in range(retries, 0, -1):
            try:
                return await work()
            except Exception as error:  # noqa: BLE001  whatever it was, the last try raises it
                logger.warning("%s: %s; %d more tries", name, error, left)
                await asyncio.sleep(delay)
        return await work()

    async def show(self, key: str, markdown: str) -> None:
        """Nothing to do: the console prints the report."""
