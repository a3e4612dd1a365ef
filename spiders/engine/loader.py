"""What Scrapy's own commands need: to find the spiders among the room's modules, and to keep texts out of logs."""

import builtins
import importlib
import pkgutil
from typing import Any, Self

from scrapy.http import Request
from scrapy.logformatter import LogFormatter
from scrapy.settings import BaseSettings
from scrapy.utils.spider import iter_spider_classes

import spiders
from core.errors import ConfigurationError
from spiders.engine.spider import ReviewSpider


class SourceLoader:
    """Scrapy's spider loader for this room: one spider a file, named like the file; engine/ and imports/ hold none."""

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Self:  # noqa: ARG003  the signature is Scrapy's
        """Return a loader."""
        return cls()

    def load(self, spider_name: str) -> type[ReviewSpider]:
        """Import one source and return its spider; KeyError if there is none."""
        found = _spider_in(spider_name) if spider_name in _modules() else None
        if found is None:
            raise KeyError(f"Spider not found: {spider_name}")
        return found

    def list(self) -> builtins.list[str]:
        """Return the names of all sources that can be crawled."""
        return [name for name in _modules() if _spider_in(name) is not None]

    def find_by_request(self, request: Request) -> builtins.list[str]:
        """Return the sources whose usual address has the request's host."""
        return [name for name in self.list() if self.load(name).handles_request(request)]


def load_spider(name: str) -> type[ReviewSpider]:
    """Return the spider of a source.

    Raises:
        ConfigurationError: there is no such source, or it can only be imported.
    """
    try:
        return SourceLoader().load(name)
    except KeyError as error:
        known = ", ".join(SourceLoader().list())
        raise ConfigurationError(f"no source {name!r} can be crawled; known are: {known}") from error


def _modules() -> builtins.list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(spiders.__path__) if not module.ispkg)


def _spider_in(name: str) -> type[ReviewSpider] | None:
    classes = iter_spider_classes(importlib.import_module(f"spiders.{name}"))
    return next((cls for cls in classes if issubclass(cls, ReviewSpider) and cls.name == name), None)


class DiscreetLogFormatter(LogFormatter):
    """Logs what happens to an item, never the item: it holds the words of customers."""

    def scraped(self, item: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        """Name the page alone."""
        return super().scraped("a page", *args, **kwargs)

    def dropped(self, item: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        """Log the reason alone."""
        return super().dropped("a page", *args, **kwargs)

    def item_error(self, item: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        """Log the error alone."""
        return super().item_error("a page", *args, **kwargs)
