"""`splink_documented.py LEFT RIGHT OUT`: made-up persons linked as Splink's tutorial and comparison guides show it.

Ready-made comparisons for names and birth date, exact match with term frequency for the city, dates as text.
"""

import splink.comparison_library as cl
from splink import block_on
from splink_run import Plan, main

PREPARE = "SELECT id, given_name, surname, dob, sex, postcode, city FROM '{file}'"

PLAN = Plan(
    prepare=(PREPARE,) * 2,
    comparisons=[
        cl.NameComparison("given_name"),
        cl.NameComparison("surname"),
        cl.DateOfBirthComparison("dob", input_is_string=True),
        cl.ExactMatch("sex"),
        cl.LevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
        cl.ExactMatch("city").configure(term_frequency_adjustments=True),
    ],
    blocks=[
        block_on("surname", "substr(dob, 1, 4)"),
        block_on("given_name", "dob"),
        block_on("postcode", "substr(surname, 1, 2)"),
        block_on("postcode", "dob"),
    ],
    deterministic=[block_on("given_name", "surname", "dob"), block_on("surname", "dob", "postcode")],
    recall=0.85,
    train_on=[block_on("dob", "postcode"), block_on("given_name", "surname")],
)

if __name__ == "__main__":
    main(PLAN, __doc__)
