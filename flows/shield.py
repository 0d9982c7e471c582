"""No message of a library reaches a log, a screen or Prefect's database: it may quote the value it stumbled over."""

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

from declare import Fault, Refusal

P = ParamSpec("P")
R = TypeVar("R")

PASSING: Final = (KeyboardInterrupt, SystemExit, GeneratorExit)
"""No faults. All else is one, also what is no `Exception`: a panic inside Polars is none, and quotes values too."""


def shielded(name: str, step: Callable[P, R]) -> Callable[P, R]:
    """`step`, whose refusals pass as they are; anything else but Ctrl-C becomes a `Fault` with type and place only."""

    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return step(*args, **kwargs)
        except Refusal as refusal:
            raise refusal.with_traceback(None) from None
        except PASSING:
            raise
        except BaseException as error:
            raise fault_of(error, name) from None

    return run


def fault_of(error: BaseException, step: str) -> Fault:
    """What may be said of an unexpected exception: its type and where it rose, without its message or cause."""
    if type(error).__name__ in ("OperationalError", "InterfaceError"):  # of the database, whichever it is
        return Fault(
            f"{step} stopped because the register's database does not take it; nothing is half-written",
            remedy="Make room on the disk, see that the database can be reached and written, and run it again.",
        )
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(last.filename).name}:{last.lineno}"
    return Fault(
        f"{step} stopped on {type(error).__name__} at {place}; nothing is half-written",
        remedy="Run it again; if it stops at the same place, report type and place to the maintainers.",
    )
