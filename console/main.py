"""The command `otklik`. Heavy libraries are imported inside the commands, so that help and questions are quick."""

import sys
from typing import Annotated

import typer

from console.commands import (
    ask,
    backup,
    case_acts,
    data,
    demo,
    explain,
    judging,
    listings,
    privacy,
    replies,
    run,
    setup,
    sources,
)
from core.errors import OtklikError

app = typer.Typer(
    help="Otklik watches public reviews, finds complaints, and does not rest until each one is answered.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"otklik {version('otklik')}")
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    pass


demo.register(app)
setup.register(app)
sources.register(app)
listings.register(app)
run.register(app)
data.register(app)
judging.register(app)
privacy.register(app)
backup.register(app)
replies.register(app)
case_acts.register(app)
explain.register(app)
ask.register(app)


def main() -> None:
    """Run the command line; an error that a person can act on is one clear line and exit code 1."""
    try:
        app()
    except OtklikError as error:
        for line in str(error).splitlines():
            sys.stderr.write(f"otklik: {line}\n")
        sys.exit(1)
    except UnicodeEncodeError as error:
        sys.stderr.write(f"otklik: the output cannot be written as {error.encoding}; set PYTHONUTF8=1\n")
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output went away (`| head`); that is no error of ours.
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        sys.stderr.write(f"otklik: {error}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
