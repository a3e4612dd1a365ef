"""A backup holds all that cannot be collected again, no secret, and brings back nobody who was forgotten."""

import json
import os
import signal
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from core.acts import Act, ActArguments, ActName
from core.errors import ConfigurationError, InputError
from core.home import Home
from core.journal import append_act, journal_file
from flows.backup import backup, restore
from flows.casework import handle_cases
from flows.forget import find_person, forget
from flows.job import Job
from flows.ledger import Ledger
from tests.flows.small_home import HOUR, NIGHT, WATCHLIST, night, rows
from warehouse.state import state_hash


@pytest.fixture
def home(tmp_path: Path) -> Home:
    root = tmp_path / "home"
    root.mkdir()
    (root / "watchlist.toml").write_text(WATCHLIST, encoding="utf-8")
    (root / "otklik.toml").write_text('secret = "correct horse"\nlanguage = "uk"\n[run]\nparquet = false\n')
    (root / ".env").write_text("TOKEN=123")
    night(root, NIGHT, ["old"])
    night(root, NIGHT + 24 * HOUR, ["r1", "r2"])
    job = night(root, NIGHT + 96 * HOUR, [])
    act = Act(
        act_id="a" * 32, at=NIGHT + 97 * HOUR, by="anna", source="shop", review_id="r1", reopen_no=0,
        act=ActName.note, args=ActArguments(text="we called them"),
    )  # fmt: skip
    append_act(job.home, act)
    return job.home


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A home elsewhere that has the secret and nothing else."""
    root = tmp_path / "other"
    (root / "data").mkdir(parents=True)
    (root / "data" / "secret").write_text("correct horse")
    return root


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    assert file is not None
    return file.read()


def test_a_home_comes_back_from_its_backup_without_its_secrets(home: Home, other: Path) -> None:
    job = Job.open(home.root, now=NIGHT + 100 * HOUR)
    archive = backup(job)
    assert archive.parent == home.data / "backups"
    assert archive.stat().st_mode & 0o777 == 0o600
    with tarfile.open(archive) as opened:
        names = opened.getnames()
        said = b"".join(_read(opened, name) for name in names if name.endswith((".toml", ".json", ".jsonl")))
    assert {"manifest.json", "otklik.toml", "watchlist.toml", "data/otklik.duckdb"} <= set(names)
    assert "data/journal/case_events.jsonl" in names
    assert not [name for name in names if "secret" in name or ".env" in name or "locks" in name]
    assert b"correct horse" not in said

    before = state_hash(home.warehouse)
    planned = rows(home, "SELECT count(*)::INT FROM alerts WHERE state = 'planned'")[0][0]
    assert planned
    restored = restore(archive, other)
    fresh = Home(other)
    assert restored.held == planned
    assert (restored.erased, state_hash(home.warehouse)) == (0, before)
    assert rows(fresh, "FROM cases ORDER BY ALL") == rows(home, "FROM cases ORDER BY ALL")
    assert journal_file(fresh).read_bytes() == journal_file(home).read_bytes()
    assert Job.open(other).settings.language == "uk"
    assert not list(other.glob(".restoring*"))
    again = Job.open(other, now=NIGHT + 101 * HOUR)
    handle_cases(again, Ledger.begin(again, "deliver"))  # the journal's act takes effect, and nothing is planned twice
    assert rows(fresh, "SELECT state FROM alerts WHERE state NOT IN ('held', 'covered')") == []
    assert rows(fresh, "SELECT count(*)::INT FROM case_events WHERE event = 'noted'") == [(1,)]


def test_a_home_that_is_not_empty_or_lacks_the_secret_refuses(home: Home, other: Path, tmp_path: Path) -> None:
    archive = backup(Job.open(home.root, now=NIGHT + 100 * HOUR), tmp_path / "kept.tar.gz")
    with pytest.raises(InputError, match=r"is not empty: it has otklik\.toml, watchlist\.toml, data/"):
        restore(archive, home.root)
    (other / "data" / "secret").write_text("another")
    with pytest.raises(InputError, match="another secret"):
        restore(archive, other)
    assert sorted(path.name for path in other.rglob("*")) == ["data", "secret"]
    night(home.root, NIGHT + 120 * HOUR, ["later"])
    restore(archive, home.root, force=True)
    assert rows(home, "SELECT count(*)::INT FROM reviews") == [(3,)]
    assert (home.root / ".env").exists()


@pytest.mark.parametrize("harm", ["cut", "changed", "missing", "added", "no archive", "newer"])
def test_a_backup_that_is_not_whole_is_refused_and_changes_nothing(
    home: Home, other: Path, tmp_path: Path, harm: str
) -> None:
    archive = backup(Job.open(home.root, now=NIGHT + 100 * HOUR), tmp_path / "kept.tar.gz")
    broken = tmp_path / "broken.tar.gz"
    if harm == "cut":
        broken.write_bytes(archive.read_bytes()[:-2000])
    elif harm == "no archive":
        broken.write_text("hello")
    else:
        inside = tmp_path / "inside"
        with tarfile.open(archive) as opened:
            opened.extractall(inside, filter="data")
        if harm == "changed":
            (inside / "watchlist.toml").write_text("")
        elif harm == "missing":
            (inside / "data" / "otklik.duckdb").unlink()
        elif harm == "added":
            (inside / "data" / "more.jsonl").write_text("{}")
        else:
            manifest = json.loads((inside / "manifest.json").read_text())
            (inside / "manifest.json").write_text(json.dumps(manifest | {"format": 9}))
        with tarfile.open(broken, "w:gz") as made:
            made.add(inside, ".")
    with pytest.raises(InputError, match=r"broken\.tar\.gz"):
        restore(broken, other)
    assert sorted(path.name for path in other.rglob("*")) == ["data", "secret"]


def test_who_was_forgotten_since_stays_forgotten_and_leaves_old_backups(home: Home, tmp_path: Path) -> None:
    job = Job.open(home.root, now=NIGHT + 100 * HOUR)
    away = backup(job, tmp_path / "away.tar.gz")
    inside_home = backup(job)
    forget(job, find_person(job, source="shop", review="r2"))
    restored = restore(away, home.root, force=True)
    assert restored.erased > 0
    assert rows(home, "SELECT review_id FROM reviews ORDER BY ALL") == [("old",), ("r1",)]
    assert not [path for path in home.landing.rglob("*.jsonl") if "плохо: r2" in path.read_text(encoding="utf-8")]
    restored = restore(inside_home, home.root, force=True)  # its manifest is that of what is left in it
    assert rows(home, "SELECT review_id FROM reviews ORDER BY ALL") == [("old",), ("r1",)]
    with tarfile.open(inside_home) as archive:
        assert not [one.name for one in archive if one.isfile() and b"r2" in _read(archive, one.name)]


KILLED = """
import os, sys, signal
from pathlib import Path
import flows.backup as backup
step = int(sys.argv[3])
count = 0
def counted(real):
    def call(*args, **kwargs):
        global count
        count += 1
        if count == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)
    return call
Path.replace, Path.rename = counted(Path.replace), counted(Path.rename)
backup.shutil.rmtree = counted(backup.shutil.rmtree)
backup.restore(Path(sys.argv[1]), Path(sys.argv[2]), force=True)
"""


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5, 6])
def test_a_restore_killed_anywhere_and_run_again_ends_the_same(home: Home, tmp_path: Path, step: int) -> None:
    archive = backup(Job.open(home.root, now=NIGHT + 100 * HOUR), tmp_path / "kept.tar.gz")
    night(home.root, NIGHT + 120 * HOUR, ["later"])
    (home.root / "otklik.toml").write_text('language = "en"\n')
    (home.data / "secret").write_text("correct horse")
    command = [sys.executable, "-c", KILLED, str(archive), str(home.root), str(step)]
    done = subprocess.run(command, cwd=Path(__file__).resolve().parents[2], env=dict(os.environ), check=False)
    assert done.returncode == -signal.SIGKILL
    if (home.root / ".restoring" / "ready").exists():
        with pytest.raises(ConfigurationError, match="interrupted"):
            Job.open(home.root)
    restore(archive, home.root, force=True)
    assert Job.open(home.root).settings.language == "uk"
    assert rows(home, "SELECT count(*)::INT FROM reviews") == [(3,)]
    assert (home.data / "secret").read_text() == "correct horse"
    assert not (home.root / ".restoring").exists()
