"""Plain Python, one value at a time: HMAC-SHA-256, a Bloom filter of keyed bigrams, and Dice of whole numbers."""

import hmac
from itertools import islice, pairwise, product

from tokens_run import KEY, Task, main


def tokens(values: list[str]) -> Task:
    def work() -> tuple[int, str]:
        made = [hmac.digest(KEY.encode(), value.encode(), "sha256")[:16] for value in values]
        return len(made), made[0].hex()

    return work


def filter_of(value: str) -> int:
    text, bits = f"_{value}_", 0
    for left, right in pairwise(text):
        mac = hmac.digest(KEY.encode(), b"\0" + (left + right).encode(), "sha256")
        for start in range(0, 20, 2):
            bits |= 1 << int.from_bytes(mac[start : start + 2], "big") % 512
    return bits


def filters(values: list[str]) -> Task:
    def work() -> tuple[int, str]:
        made = [filter_of(value) for value in values]
        return len(made), f"{made[0]:0128x}"

    return work


def dice(values: list[str]) -> Task:
    made = [filter_of(value) for value in values]

    def work() -> tuple[int, str]:
        pairs = islice(product(made, made), 300_000)
        found = [2 * (one & two).bit_count() / (one.bit_count() + two.bit_count()) for one, two in pairs]
        return len(found), f"{found[1]:.6f}"

    return work


main({"tokens": tokens, "filters": filters, "dice": dice})
