"""Operation ids: one for each happening, the same in register and logs."""

import uuid


def new_operation() -> str:
    return uuid.uuid4().hex
