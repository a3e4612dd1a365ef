"""`otklik backup`, `otklik restore` and `otklik rebuild`: what outlives a disk, and a warehouse built anew."""

from pathlib import Path
from typing import Annotated

import typer

from console.options import HomeOption, NowOption


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(backup)
    app.command()(restore)
    app.command()(rebuild)


def backup(
    file: Annotated[
        Path | None, typer.Argument(help="Archive to write; a new one in data/backups if not named.")
    ] = None,
    home: HomeOption = Path(),
    now: NowOption = None,
) -> None:
    """Write one archive of all that cannot be collected again.

    It holds the warehouse, the landing files, the journal, the drop folders, the tombstones of forgotten people and
    the settings, with a hash of each; no secrets: keep `.env` and `data/secret` (without which nothing can be
    restored) in another safe place. `otklik forget` also erases from what lies in data/backups.

    Example: `otklik backup` or `otklik backup /mnt/safe/otklik.tar.gz`
    """
    from console.progress import listening
    from flows.backup import backup as write
    from flows.job import Job

    with listening() as listener:
        path = write(Job.open(home, now=now, listener=listener), file)
    typer.echo(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


def restore(
    file: Annotated[Path, typer.Argument(help="Archive that `otklik backup` wrote.")],
    home: HomeOption = Path(),
    force: Annotated[bool, typer.Option("--force", help="Replace what the home folder has.")] = False,
) -> None:
    """Bring a home folder to what a backup holds, after every file of it is proved whole.

    Who was forgotten since the backup was made stays forgotten. Alerts that were planned then are held, since they may
    have been sent in between; `otklik deliver --release-held` lets them go. Interrupted, run it again.

    Example: `otklik restore otklik.tar.gz --home my-firm`
    """
    from flows.backup import restore as bring_back

    restored = bring_back(file, home, force=force)
    typer.echo(
        f"restored as of {restored.manifest.created_at:%Y-%m-%d %H:%M} UTC: {len(restored.manifest.files)} files"
    )
    if restored.erased:
        typer.echo(f"{restored.erased} rows about people who were forgotten since then are erased again")
    if restored.held:
        typer.echo(f"{restored.held} alerts are held; look at them, then `otklik deliver --release-held`")


def rebuild(
    check: Annotated[bool, typer.Option("--check", help="Build and compare only; nothing is replaced.")] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="Without any copy of the warehouse: all is history, to be judged again.")
    ] = False,
    home: HomeOption = Path(),
    now: NowOption = None,
) -> None:
    """Build the warehouse anew from the landing files, and say whether it came out the same.

    What a model judged, what was decided, done and sent is carried over from the warehouse, or from its newest
    publication where it cannot be opened; nothing is sent again. Acts that only the journal has take effect with the
    next flow.

    Example: `otklik rebuild --check` or `otklik rebuild`
    """
    from console.progress import listening
    from flows.job import Job
    from flows.rebuild import rebuild as build

    with listening() as listener:
        built = build(Job.open(home, now=now, listener=listener), check=check, anew=anew)
    for name, count in built.counts_after.items():
        before = built.counts_before.get(name)
        typer.echo(f"{name:>12}  {count}" + (f"  (before: {before})" if before not in {None, count} else ""))
    if built.as_they_were:
        typer.echo(
            f"{built.as_they_were} reviews were taken over as they were: the landing files do not tell all of them"
        )
    for name in built.missing:
        typer.echo(f"missing: {name} in data/landing", err=True)
    if built.before is None:
        typer.echo(f"state {built.after}; there was nothing to compare it with")
    elif built.same:
        typer.echo(f"the same state: {built.after}")
    else:
        typer.echo(f"another state: {built.after}, before: {built.before}", err=True)
        raise typer.Exit(1 if check else 0)
