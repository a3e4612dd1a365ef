"""Errors that end a command with one clear line instead of a traceback."""

from pydantic import ValidationError


class OtklikError(Exception):
    """Base of the errors that a person can act on; the message is one or more complete lines."""


class ConfigurationError(OtklikError):
    """A file of the home folder, or the environment, says something that cannot be used."""


class InputError(OtklikError):
    """A file or payload is not what it was said to be; the message names it."""


class BusyError(OtklikError):
    """Another run holds what this one needs."""


class NotBegunError(BusyError):
    """Another run holds what this one needs, and nothing was begun: a run on a schedule may pass in silence."""


def describe_validation(error: ValidationError, where: str) -> str:
    """Turn pydantic's report into lines of `where: key: what was expected (got ...)`."""
    lines = []
    for problem in error.errors(include_url=False, include_context=False):
        key = ".".join(str(part) for part in problem["loc"]) or "(top level)"
        got = problem.get("input")
        shown = "" if isinstance(got, dict | list) or problem["type"] == "missing" else f" (got {got!r:.80})"
        lines.append(f"{where}: {key}: {problem['msg']}{shown}")
    return "\n".join(lines)
