"""The command line. Every command prints one screen, or JSON, and exits 0 done, 1 refused, 2 wrong input, 3 fault."""

import os
import signal
import sys
from collections.abc import Sequence

from declare import Fault, Refusal
from koppelkamer.cli.screen import refuse


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    from koppelkamer.cli.commands import parse

    call = parse(arguments)
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


def _interrupt(*_: object) -> None:
    """Ctrl-C, once. Polars raises for it by itself, and a second `KeyboardInterrupt` would break the clearing up."""
    if not isinstance(sys.exception(), KeyboardInterrupt):
        raise KeyboardInterrupt
