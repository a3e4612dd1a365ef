"""Which due alerts go together into one message."""

from collections.abc import Sequence

from core.records import AlertView


def group(views: Sequence[AlertView]) -> list[list[AlertView]]:
    """Return the messages that `views` become, in order of urgency; each has one destination.

    An alert with level >= 1 that is not folded speaks for itself, together with all others of the same person about
    the same review. Everything else of one person goes into one message.
    """
    singles: dict[tuple[str, str, str], list[AlertView]] = {}
    rest: dict[str, list[AlertView]] = {}
    for view in views:
        if view.alert.level >= 1 and not view.alert.folded:
            singles.setdefault(_about(view), []).append(view)
    for view in views:
        if view.alert.level >= 1 and not view.alert.folded:
            continue
        together = singles.get(_about(view)) if view.alert.level >= 1 else None
        if together is None:
            together = rest.setdefault(view.alert.destination, [])
        together.append(view)
    urgent = sorted(singles.values(), key=lambda one: (-max(view.alert.level for view in one), _about(one[0])))
    return [*urgent, *(rest[name] for name in sorted(rest))]


def _about(view: AlertView) -> tuple[str, str, str]:
    return view.alert.destination, view.alert.source, view.alert.review_id
