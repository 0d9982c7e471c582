"""Dutch addresses: postcode, house number and addition, wherever the addition was written."""

import polars as pl

from pseudonymise.standardise.fold import absent, column, glued


def address(table: pl.DataFrame) -> pl.DataFrame:
    """Evidence by ending: postcode, number and addition in one; the postcode; the number without its addition."""
    written = column(table, "house_number")
    # "12A", "12-1" and "12 bis" in the number's column hold their addition there
    behind = written.str.extract(r"^\d+(.*)$")
    addition = pl.concat_str(behind, column(table, "house_addition"), ignore_nulls=True)
    found = table.select(
        postcode=absent(glued(column(table, "postcode")), r"^(?:0+|9999\p{L}{0,2}|0000\p{L}{2})$"),
        number=absent(written.str.extract(r"^0*(\d+)"), r"^0*$"),
        addition=addition.str.replace_all(r"[^\p{L}\p{N}]+", ""),
    )
    return found.select(
        pl.concat_str("postcode", "number", "addition", separator=" ").alias(""),
        pl.col("postcode").alias(".postcode"),
        pl.col("number").alias(".number"),
    )
