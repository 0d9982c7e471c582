"""The command line. Every command prints one screen, or JSON, and exits 0 done, 1 refused, 2 wrong input, 3 fault."""

import argparse
import os
import re
import signal
import sys
from collections.abc import Sequence
from itertools import chain
from typing import Final

from declare import Fault, Refusal, WrongInput
from koppelkamer.cli.screen import refuse

_STRAY: Final = re.compile(r"[\ud800-\udfff]")
"""What Python makes of bytes that are no UTF-8."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    from koppelkamer.cli.commands import parse

    call = parse(arguments)
    if not _is_text(call):
        return refuse(NOT_UTF8, as_json=call.json)
    # What a command writes is for its user and the room's group, not for everybody on the machine.
    os.umask(0o027)
    signal.signal(signal.SIGINT, _interrupt)
    try:
        call.command(call).show(as_json=call.json)
    except Refusal as refusal:
        return refuse(refusal, as_json=call.json)
    except KeyboardInterrupt:
        stopped = Fault("stopped by you; nothing is half-written", remedy="Run the same command again to go on.")
        return refuse(stopped, as_json=call.json)
    except (SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        # The last resort: a library's own message may quote the value it stumbled over, so it is not shown. A panic
        # inside Polars is no `Exception` and quotes as well.
        from flows.shield import fault_of

        return refuse(fault_of(error, call.name), as_json=call.json)
    return 0


NOT_UTF8: Final = WrongInput(
    "an argument holds bytes that are no UTF-8; nothing was done", remedy="See that the terminal writes UTF-8."
)


def _is_text(call: argparse.Namespace) -> bool:
    """Whether all that was typed as text, and not as the name of a file, can be written down."""
    typed = chain.from_iterable(value if isinstance(value, list) else [value] for value in vars(call).values())
    return not any(_STRAY.search(value) for value in typed if isinstance(value, str))


def _interrupt(*_: object) -> None:
    """Ctrl-C, once. Polars raises for it by itself, and a second `KeyboardInterrupt` would break the clearing up."""
    if not isinstance(sys.exception(), KeyboardInterrupt):
        raise KeyboardInterrupt
