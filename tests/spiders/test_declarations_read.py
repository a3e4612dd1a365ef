"""Declarations of sources are read from their files: by several threads at once, too."""

import ast
import threading
import time
from typing import Any

import pytest

from spiders.engine import source


def test_two_threads_never_parse_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    inside, most, found = [], [], []
    parse = ast.parse

    def watched(*arguments: Any, **options: Any) -> ast.Module:
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.0005)
        module: ast.Module = parse(*arguments, **options)
        inside.pop()
        return module

    monkeypatch.setattr(source.ast, "parse", watched)
    source._sources.cache_clear()
    threads = [threading.Thread(target=lambda: found.append(source.sources())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1
    assert len(found) == 4
    assert all(one == found[0] for one in found)
