"""clkhash: a Bloom filter of 512 bits per value of one field, bigrams, ten bits each; anonlink: Dice of all pairs."""

from anonlink.similarities import dice_coefficient_accelerated
from clkhash.clk import generate_clks
from clkhash.comparators import get_comparator
from clkhash.field_formats import BitsPerTokenStrategy, FieldHashingProperties, StringSpec
from clkhash.schema import Schema
from tokens_run import KEY, Task, main

BIGRAMS = FieldHashingProperties(get_comparator({"type": "ngram", "n": 2}), BitsPerTokenStrategy(10))
SCHEMA = Schema([StringSpec("value", BIGRAMS)], 512)


def filters(values: list[str]) -> Task:
    def work() -> tuple[int, str]:
        made = generate_clks([(value,) for value in values], SCHEMA, KEY, validate=False, max_workers=1)
        return len(made), made[0].to01()[:32]

    return work


def dice(values: list[str]) -> Task:
    made = generate_clks([(value,) for value in values], SCHEMA, KEY, validate=False, max_workers=1)

    def work() -> tuple[int, str]:
        found, _ = dice_coefficient_accelerated([made, made], 0.8)
        return len(made) ** 2, f"{len(found)} of at least 0.8"

    return work


main({"filters": filters, "dice": dice})
