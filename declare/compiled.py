"""Compiled loops: functions that Numba compiles when they first run, and keeps on this machine for the next process.

Numba keeps compiled code by the text of one file and would not see that another has changed, of which constants or the
layout of arrays were compiled in. Here it is kept under a digest of all files that matter. Where nothing can be kept,
or what was kept cannot be read, every process compiles anew: slower, and never a reason to stop.

It takes a moment to import: import what is compiled where it is used, not before.
"""

import hashlib
import pickle
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import numba
from numba.core import config
from numba.core.caching import FunctionCache


def compiler(*read: ModuleType) -> Callable[[Callable[..., Any]], Any]:
    """A decorator for functions of the modules `read` last; the others hold what is compiled in besides."""
    folder = _folder(hashlib.sha256(b"".join(Path(str(module.__file__)).read_bytes() for module in read)))

    def compiled(function: Callable[..., Any]) -> Any:
        dispatcher = numba.njit(nogil=True, error_model="numpy")(function)
        if folder is not None:
            dispatcher._cache = _kept(function, folder)
        return dispatcher

    return compiled


class _Kept(FunctionCache):
    """A file that is broken, or a disk that is full, costs time and nothing else."""

    @contextmanager
    def _guard_against_spurious_io_errors(self) -> Iterator[None]:
        with suppress(OSError, EOFError, pickle.UnpicklingError):
            yield


def _kept(function: Callable[..., Any], folder: Path) -> FunctionCache:
    # Numba asks its configuration where to keep things, once for every function.
    before, config.CACHE_DIR = config.CACHE_DIR, str(folder)
    try:
        return _Kept(function)
    finally:
        config.CACHE_DIR = before


def _folder(content: "hashlib._Hash") -> Path | None:
    """Where code of this content is kept: the first place that can be written."""
    content.update(numba.__version__.encode())
    beside, own = Path(__file__).parent / "__pycache__", Path.home() / ".cache" / "koppelkamer"
    # Numba's own setting: NUMBA_CACHE_DIR
    for place in [Path(config.CACHE_DIR)] if config.CACHE_DIR else [beside, own]:
        folder = place / f"compiled-{content.hexdigest()[:16]}"
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
    return None
