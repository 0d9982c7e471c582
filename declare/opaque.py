"""What holds a secret does not show it and does not leave its process."""

from typing import NoReturn


class Opaque:
    """Base of everything that holds a secret: no repr, no pickle, no copy."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} stays in its process")

    def __getstate__(self) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} stays in its process")
