"""`python -m benchmarks.population --persons N --out DIR --seed S`: two linked files of made-up persons.

Half of the N records of `left.parquet` are persons of `right.parquet` too. Columns of both: `id` (row number from 0,
shuffled on each side apart), `given_name`, `surname`, `dob` (YYYY-MM-DD), `sex`, `postcode`, `city`; text but the id.
`truth.parquet` has `id_l`, `id_r` of the persons on both sides; `flags.parquet` has `errors` and `accent_dropped` too.

What is assumed stands in this module, `vocabulary.py` and `damage.py`; the same arguments give the same files.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from benchmarks.damage import damaged, with_gaps
from benchmarks.vocabulary import PERSONS_PER_POSTCODE, Indices, city, given_names, postcode, surnames
from declare import replacing

PARTITION: Final = 400_000
"""Records of one side that are made at once; bounds the memory."""

BUCKET: Final = 2_000_000
"""Records of one side that are put in order at once."""

SHARE_HOME: Final = 0.30
"""Share of persons who have surname and address of the person before them."""

TWINS: Final = 0.05
"""Share of those who have that person's birth date too."""

FIRST_DAY, LAST_DAY = np.datetime64("1935-01-01"), np.datetime64("2014-12-31")

COLUMNS: Final = ("given_name", "surname", "dob", "sex", "postcode", "city")


def main() -> None:
    """Write the four files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, required=True, help="records on each side")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=20_261_122)
    given = parser.parse_args()
    write(given.persons, given.out, given.seed)


def write(records: int, out: Path, seed: int) -> None:
    """`left`, `right`, `truth` and `flags` as Parquet in folder `out`, `records` rows a side."""
    out.mkdir(parents=True, exist_ok=True)
    shuffle = np.random.default_rng([seed, 0])
    order = {side: shuffle.permutation(records).astype(np.uint32) for side in ("left", "right")}
    starts = range(0, records, PARTITION)
    with tempfile.TemporaryDirectory(dir=out) as folder:
        flags = []
        for number, start in enumerate(starts, start=1):
            size = min(PARTITION, records - start)
            rng = np.random.default_rng([seed, number])
            left, right, both = _partition(size, rng, postcodes(records))
            for side, table in (("left", left), ("right", right)):
                ids = pl.Series("id", order[side][start : start + size])
                table.insert_column(0, ids).write_parquet(Path(folder) / f"{side}-{number:04}.parquet")
            overlap = slice(start, start + both.height)
            flags.append(
                pl.select(id_l=pl.lit(order["left"][overlap]), id_r=pl.lit(order["right"][overlap])).hstack(both)
            )
        for side in order:
            _in_order(Path(folder), side, records, out)
    found = pl.concat(flags).sort("id_l")
    for name, table in (("truth", found.select("id_l", "id_r")), ("flags", found)):
        with replacing(out / f"{name}.parquet") as path:
            table.write_parquet(path)


def postcodes(records: int) -> int:
    """How many there are: a country with more records has more places, not fuller ones."""
    return max(records // PERSONS_PER_POSTCODE, 20)


def _partition(size: int, rng: np.random.Generator, places: int) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Left and right records, the persons of both in front and in the same order, and the flags of those."""
    overlap = size // 2
    everyone = persons(2 * size - overlap, rng, places)
    chosen = rng.permutation(everyone.height)
    both, left, right = np.split(chosen, [overlap, size])
    spoiled, flags = damaged(everyone[both], rng, places)
    sides = (everyone[np.concatenate([both, left])], pl.concat([spoiled, everyone[right]]))
    return with_gaps(sides[0], rng), with_gaps(sides[1], rng), flags


def persons(size: int, rng: np.random.Generator, places: int) -> pl.DataFrame:
    """Persons without errors, households together. Columns `COLUMNS`."""
    same_home = rng.random(size) < SHARE_HOME
    same_home[0] = False
    home = _first(same_home)
    twin = _first(same_home & (rng.random(size) < TWINS))
    names = surnames()
    surname = names.values.gather(names.draw(rng, size)[home]).alias("surname")
    place = rng.integers(places, size=size)[home]
    days = rng.integers(int((LAST_DAY - FIRST_DAY).astype(int)) + 1, size=size)[twin]
    female = rng.random(size) < 0.5
    return pl.DataFrame(
        [
            _given_names(female, twin, rng),
            surname,
            pl.Series("dob", FIRST_DAY + days).cast(pl.Date).dt.to_string("%Y-%m-%d"),
            pl.Series("sex", ["M", "F"]).gather(female.astype(np.uint8)),
            postcode(place),
            city(place),
        ]
    )


def _given_names(
    female: np.ndarray[tuple[int], np.dtype[np.bool_]], twin: Indices, rng: np.random.Generator
) -> pl.Series:
    """A name by sex; a twin who drew the name of the first of them gets the next in the list."""
    tables = [given_names("M"), given_names("F")]
    drawn = np.where(female, tables[1].draw(rng, female.size), tables[0].draw(rng, female.size))
    later = np.arange(female.size) - twin
    clash = (later > 0) & (drawn == drawn[twin])
    drawn[clash] = (drawn[clash] + later[clash]) % min(len(table.values) for table in tables)
    drawn += np.where(female, len(tables[0].values), 0)
    return pl.concat([table.values for table in tables]).gather(drawn).alias("given_name")


def _first(same_as_before: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Indices:
    """For each row the first of the run it belongs to."""
    return np.maximum.accumulate(np.where(same_as_before, 0, np.arange(same_as_before.size)))


def _in_order(folder: Path, side: str, records: int, out: Path) -> None:
    """One file in order of id, put together in buckets so that never more than one of them is in memory."""
    made = pl.scan_parquet(folder / f"{side}-*.parquet")
    with replacing(out / f"{side}.parquet") as path:
        writer = None
        for start in range(0, records, BUCKET):
            inside = pl.col("id").is_between(start, start + BUCKET, closed="left")
            table = made.filter(inside).sort("id").collect(engine="streaming").to_arrow()
            writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table)
        if writer:
            writer.close()


if __name__ == "__main__":
    main()
