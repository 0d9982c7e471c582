"""python -m audit LOG --key HEX [--head FILE]: verify a log without the rest of Koppelkamer."""

import argparse
import sys
from pathlib import Path

from audit.verify import verify_log
from declare import Refusal


def main(arguments: list[str] | None = None) -> int:
    """0 when the log holds, otherwise the exit code of the refusal."""
    parser = argparse.ArgumentParser(prog="python -m audit", description="Verify an audit or processing log.")
    parser.add_argument("log", type=Path)
    parser.add_argument("--key", required=True, type=bytes.fromhex, help="public Ed25519 key, hexadecimal")
    parser.add_argument("--head", type=Path, help="a signed head kept elsewhere")
    options = parser.parse_args(arguments)
    try:
        sys.stdout.write(f"{verify_log(options.log, options.key, options.head)}\n")
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        return refusal.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
