"""The loop of `pseudonymise.keys.openssl`, compiled. Only that module imports it, late and once OpenSSL is found."""

import sys
from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import binding
from numba import types

from declare.compiled import compiler
from pseudonymise.keys.openssl import address


def _called(name: str, words: int) -> Any:
    """A function of OpenSSL that takes so many pointers or sizes, a word each."""
    binding.add_symbol(name, address(name))
    return types.ExternalFunction(name, types.int32(*[types.intp] * words))


_start, _update, _finish = _called("HMAC_Init_ex", 5), _called("HMAC_Update", 3), _called("HMAC_Final", 3)


@compiler(sys.modules[__name__])
def each(context: int, content: int, offsets: npt.NDArray[np.int64], found: int, size: int) -> int:
    """Write the MAC of every message, `size` bytes apart; 1 when every call was fine."""
    done = 1
    for row in range(offsets.size - 1):
        done &= _start(context, 0, 0, 0, 0)
        done &= _update(context, content + offsets[row], offsets[row + 1] - offsets[row])
        done &= _finish(context, found + size * row, 0)
    return done
