"""polars-hash: HMAC-SHA-256 of every row, as hexadecimal text. The key goes into the plan."""

import polars as pl
import polars_hash as plh
from tokens_run import KEY, Task, main


def tokens(values: list[str]) -> Task:
    frame = pl.DataFrame({"value": values})

    def work() -> tuple[int, str]:
        made = frame.select(plh.col("value").chash.hmac_sha256(key=KEY)).to_series()
        return made.len(), made[0][:32]

    return work


main({"tokens": tokens})
