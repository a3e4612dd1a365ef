"""The home folder: where settings, the watchlist and all data of one installation lie."""

import secrets
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Home:
    """Paths under one home folder. Nothing is created before it is needed."""

    root: Path

    @property
    def data(self) -> Path:
        """All that Otklik writes."""
        return self.root / "data"

    @property
    def inbox(self) -> Path:
        """Drop folders, one per listing."""
        return self.data / "inbox"

    @property
    def landing(self) -> Path:
        """JSON Lines of sightings as they were collected: <run>/<source>/<listing>.<attempt>.jsonl."""
        return self.data / "landing"

    @property
    def raw(self) -> Path:
        """Raw responses, kept for some days."""
        return self.data / "raw"

    @property
    def journal(self) -> Path:
        """The append-only journal of human acts."""
        return self.data / "journal"

    @property
    def forgotten(self) -> Path:
        """Tombstones of those who were erased on request; see `core.forgotten`."""
        return self.data / "forgotten.jsonl"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file that only flows write."""
        return self.data / "otklik.duckdb"

    @property
    def published(self) -> Path:
        """The folder of copies for readers; `otklik.duckdb` in it is the newest."""
        return self.data / "published"

    @property
    def graphs(self) -> Path:
        """Models converted for this machine, kept to start faster; may be removed at any time."""
        return self.data / "graphs"

    def secret(self, configured: str) -> bytes:
        """Return the key of the authors' hashes: the configured one, else one made once and kept (mode 0600)."""
        if configured:
            return configured.encode()
        path = self.data / "secret"
        if not path.exists():
            self.data.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f"secret.{secrets.token_hex(4)}")
            fresh.write_text(secrets.token_hex(32))
            fresh.chmod(0o600)
            try:
                path.hardlink_to(fresh)  # first one wins, also between two processes
            except FileExistsError:
                path.chmod(0o600)
            finally:
                fresh.unlink()
        return path.read_text().encode()
