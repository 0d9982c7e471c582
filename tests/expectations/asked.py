"""Expectations asked of both engines, about a table of the columns below."""

from typing import Any

from tests.expectations.engines import KEY

COLUMNS = ["word", "number", "amount", "other", "truth", "day"]


def column_map() -> list[Any]:
    from great_expectations import expectations as gxe

    return [
        gxe.ExpectColumnValuesToNotBeNull(column="word"),
        gxe.ExpectColumnValuesToNotBeNull(column="amount", mostly=0.6),
        gxe.ExpectColumnValuesToBeNull(column="number"),
        gxe.ExpectColumnValuesToBeUnique(column="word"),
        gxe.ExpectColumnValuesToBeUnique(column="number", mostly=0.5),
        gxe.ExpectColumnValuesToBeUnique(column="day"),
        gxe.ExpectColumnValuesToBeInSet(column="word", value_set=["aap", "noot", "vuur", 1]),
        gxe.ExpectColumnValuesToBeInSet(column="number", value_set=[1, 2, 2.5, "5"]),
        gxe.ExpectColumnValuesToBeInSet(column="amount", value_set=[1.5, 0]),
        gxe.ExpectColumnValuesToBeInSet(column="number", value_set=[]),
        gxe.ExpectColumnValuesToNotBeInSet(column="word", value_set=["aap", None]),
        gxe.ExpectColumnValuesToNotBeInSet(column="number", value_set=[2], mostly=0.4),
        gxe.ExpectColumnValuesToMatchRegex(column="word", regex="^[a-z]{3,}"),
        gxe.ExpectColumnValuesToMatchRegex(column="word", regex="a$|é", mostly=0.2),
        gxe.ExpectColumnValuesToNotMatchRegex(column="word", regex="oo"),
        gxe.ExpectColumnValuesToMatchRegexList(column="word", regex_list=["^a", "t$"], match_on="any"),
        gxe.ExpectColumnValuesToMatchRegexList(column="word", regex_list=["^a", "p$"], match_on="all"),
        gxe.ExpectColumnValuesToNotMatchRegexList(column="word", regex_list=["^a", "t$"]),
        gxe.ExpectColumnValueLengthsToBeBetween(column="word", min_value=1, max_value=4),
        gxe.ExpectColumnValueLengthsToBeBetween(column="word", min_value=3, strict_min=True),
        gxe.ExpectColumnValueLengthsToEqual(column="word", value=3),
        gxe.ExpectColumnValuesToBeBetween(column="number", min_value=2, max_value=5),
        gxe.ExpectColumnValuesToBeBetween(column="number", min_value=2, max_value=5, strict_min=True, strict_max=True),
        gxe.ExpectColumnValuesToBeBetween(column="amount", max_value=1.5, strict_max=True),
        gxe.ExpectColumnValuesToBeBetween(column="amount", min_value=0, mostly=0.5),
    ]


def column_pairs_and_lists() -> list[Any]:
    from great_expectations import expectations as gxe

    pair, three = {"column_A": "number", "column_B": "other"}, ["number", "other", "amount"]
    rules = ["both_values_are_missing", "either_value_is_missing", "neither"]
    list_rules = ["all_values_are_missing", "any_value_is_missing", "never"]
    return [
        *(gxe.ExpectColumnPairValuesToBeEqual(**pair, ignore_row_if=rule) for rule in rules),
        *(gxe.ExpectColumnPairValuesAToBeGreaterThanB(**pair, ignore_row_if=rule) for rule in rules),
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(**pair, or_equal=True),
        gxe.ExpectColumnPairValuesToBeInSet(**pair, value_pairs_set=[(1, 1), (5, 5), (None, 3)]),
        gxe.ExpectColumnPairValuesToBeEqual(column_A="word", column_B="word", mostly=0.9),
        *(
            gxe.ExpectCompoundColumnsToBeUnique(column_list=["word", "number"], ignore_row_if=rule)
            for rule in list_rules
        ),
        *(
            gxe.ExpectSelectColumnValuesToBeUniqueWithinRecord(column_list=three, ignore_row_if=rule)
            for rule in list_rules
        ),
        gxe.ExpectMulticolumnSumToEqual(column_list=["number", "other"], sum_total=2),
        gxe.ExpectMulticolumnValuesToBeEqual(column_list=["number", "other"]),
    ]


def aggregates() -> list[Any]:
    from great_expectations import expectations as gxe

    return [
        *(kind(column="number", min_value=0, max_value=3) for kind in _between()),
        *(kind(column="amount", min_value=0, max_value=3, strict_min=True) for kind in _between()),
        gxe.ExpectColumnUniqueValueCountToBeBetween(column="word", min_value=2, max_value=3),
        gxe.ExpectColumnProportionOfUniqueValuesToBeBetween(column="number", min_value=0.5, max_value=0.9),
        gxe.ExpectColumnProportionOfNonNullValuesToBeBetween(column="word", min_value=0.5),
        gxe.ExpectColumnDistinctValuesToBeInSet(column="word", value_set=["aap", "noot"]),
        gxe.ExpectColumnDistinctValuesToContainSet(column="number", value_set=[1, 2, 9]),
        gxe.ExpectColumnDistinctValuesToEqualSet(column="number", value_set=[1, 2, 5, 7]),
        gxe.ExpectTableRowCountToBeBetween(min_value=2, max_value=6),
        gxe.ExpectTableRowCountToEqual(value=7),
        gxe.ExpectTableColumnCountToEqual(value=7),
        gxe.ExpectTableColumnCountToBeBetween(min_value=9),
        gxe.ExpectTableColumnsToMatchSet(column_set=["word", "number"], exact_match=False),
        gxe.ExpectTableColumnsToMatchSet(column_set=["word", "nothing"]),
        gxe.ExpectTableColumnsToMatchOrderedList(column_list=[KEY, *COLUMNS]),
        gxe.ExpectColumnToExist(column="nothing"),
    ]


def _between() -> list[Any]:
    from great_expectations import expectations as gxe

    return [
        gxe.ExpectColumnMinToBeBetween,
        gxe.ExpectColumnMaxToBeBetween,
        gxe.ExpectColumnMeanToBeBetween,
        gxe.ExpectColumnMedianToBeBetween,
        gxe.ExpectColumnSumToBeBetween,
        gxe.ExpectColumnStdevToBeBetween,
    ]


def conditioned() -> list[Any]:
    from great_expectations import expectations as gxe
    from great_expectations.expectations.row_conditions import Column

    number, word = Column("number"), Column("word")
    conditions = [
        number > 1,
        number != 2,
        word.is_null(),
        word.is_not_null(),
        word.is_in(["aap", "noot"]),
        word.is_not_in(["aap"]),
        (number >= 2) & (word == "noot"),
        (number < 2) | word.is_null(),
        number == 99,
    ]
    return [
        *(gxe.ExpectColumnValuesToBeInSet(column="other", value_set=[1, 5], row_condition=each) for each in conditions),
        *(gxe.ExpectColumnSumToBeBetween(column="number", min_value=3, row_condition=each) for each in conditions[:2]),
        gxe.ExpectColumnValuesToBeUnique(column="word", row_condition=number > 1),
        gxe.ExpectCompoundColumnsToBeUnique(column_list=["number", "other"], row_condition=conditions[3]),
        gxe.ExpectTableRowCountToEqual(value=2, row_condition=word == "aap"),
    ]


def texts() -> list[Any]:
    from great_expectations import expectations as gxe

    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer", "minimum": 2}}}
    return [
        gxe.ExpectColumnValuesToMatchStrftimeFormat(column="date", strftime_format="%Y-%m-%d"),
        gxe.ExpectColumnValuesToMatchStrftimeFormat(column="date", strftime_format="%d-%m-%Y", mostly=0.2),
        gxe.ExpectColumnValuesToMatchStrftimeFormat(column="date", strftime_format="%d %B %Y"),
        gxe.ExpectColumnValuesToMatchStrftimeFormat(column="date", strftime_format="%y%m%d"),
        gxe.ExpectColumnValuesToMatchStrftimeFormat(column="date", strftime_format="%H:%M:%S.%f"),
        gxe.ExpectColumnValuesToBeDateutilParseable(column="date"),
        gxe.ExpectColumnValuesToBeJsonParseable(column="json"),
        gxe.ExpectColumnValuesToBeJsonParseable(column="date", mostly=0.1),
        gxe.ExpectColumnValuesToBeJsonParseable(column="number"),
        gxe.ExpectColumnValuesToMatchJsonSchema(column="json", json_schema=schema),
        gxe.ExpectColumnValuesToMatchJsonSchema(column="object", json_schema=schema, mostly=0.3),
        gxe.ExpectColumnValuesToMatchRegex(column="truth", regex="^T"),
        gxe.ExpectColumnValueLengthsToBeBetween(column=KEY, max_value=1),
    ]


def spread() -> list[Any]:
    from great_expectations import expectations as gxe

    ordered = [gxe.ExpectColumnValuesToBeIncreasing, gxe.ExpectColumnValuesToBeDecreasing]
    weights = {"bins": [-3.0, 0.0, 1.0, 2.0], "weights": [0.25, 0.25, 0.5]}
    words = {"values": ["aap", "noot", "vuur"], "weights": [0.5, 0.3, 0.2]}
    return [
        *(kind(column="number", strictly=strictly) for kind in ordered for strictly in (None, True)),
        *(kind(column="amount", mostly=0.6) for kind in ordered),
        *(
            gxe.ExpectColumnValueZScoresToBeLessThan(column="number", threshold=limit, double_sided=both)
            for limit in (0.5, -0.5, 1)
            for both in (True, False)
        ),
        *(
            gxe.ExpectColumnValuesToNotBeOutliers(column=column, method=method, multiplier=multiplier)
            for column in ("number", "amount")
            for method, multiplier in (("iqr", 0.2), ("iqr", 1.5), ("std", 0.9), ("std", 0))
        ),
        *(
            gxe.ExpectColumnQuantileValuesToBeBetween(
                column=column,
                quantile_ranges={"quantiles": [0, 0.3, 0.5, 1], "value_ranges": [[0, 2], [1, None], [None, 2], [3, 9]]},
                allow_relative_error=ties,
            )
            for column, ties in (("number", False), ("amount", "linear"), ("number", "lower"))
        ),
        gxe.ExpectColumnMostCommonValueToBeInSet(column="word", value_set=["aap"]),
        gxe.ExpectColumnMostCommonValueToBeInSet(column="number", value_set=[2, 5], ties_okay=True),
        gxe.ExpectColumnKLDivergenceToBeLessThan(column="amount", partition_object=weights, threshold=0.1),
        gxe.ExpectColumnKLDivergenceToBeLessThan(
            column="amount", partition_object=weights, threshold=0.5, tail_weight_holdout=0.1
        ),
        gxe.ExpectColumnKLDivergenceToBeLessThan(column="word", partition_object=words, threshold=0.3),
        gxe.ExpectColumnKLDivergenceToBeLessThan(
            column="word", partition_object=words, threshold=0.3, tail_weight_holdout=0.1
        ),
    ]


def types() -> list[Any]:
    from great_expectations import expectations as gxe

    named = {"word": ["str", "int", "object"], "truth": ["bool", "str"], "amount": ["float64", "float", "int64", "int"]}
    return [
        *(gxe.ExpectColumnValuesToBeOfType(column=column, type_=name) for column in named for name in named[column]),
        *(gxe.ExpectColumnTypeToBe(column=column, type_=name) for column in named for name in named[column][-2:]),
        gxe.ExpectColumnValuesToBeInTypeList(column="word", type_list=["str", "VARCHAR"]),
        gxe.ExpectColumnValuesToBeInTypeList(column="amount", type_list=["int", "float64"]),
        gxe.ExpectColumnValuesToBeInTypeList(column="amount", type_list=["int", "str"]),
    ]


def of_another_type() -> list[Any]:
    """Asked of columns that hold something else."""
    from great_expectations import expectations as gxe

    return [
        gxe.ExpectColumnValuesToMatchStrftimeFormat(column="number", strftime_format="%Y"),
        gxe.ExpectColumnValuesToBeDateutilParseable(column="number"),
        gxe.ExpectColumnValuesToMatchJsonSchema(column="number", json_schema={}),
        gxe.ExpectColumnValuesToBeIncreasing(column="word"),
        gxe.ExpectColumnValueZScoresToBeLessThan(column="word", threshold=1, double_sided=True),
        gxe.ExpectColumnValuesToNotBeOutliers(column="word"),
        gxe.ExpectColumnValuesToBeBetween(column="word", min_value=1),
        gxe.ExpectColumnMeanToBeBetween(column="word", min_value=1),
    ]


def like() -> list[Any]:
    """What only SQL knows."""
    from great_expectations import expectations as gxe

    return [
        gxe.ExpectColumnValuesToMatchLikePattern(column="word", like_pattern="a%"),
        gxe.ExpectColumnValuesToNotMatchLikePattern(column="word", like_pattern="a%"),
        gxe.ExpectColumnValuesToMatchLikePatternList(column="word", like_pattern_list=["a%", "%p"], match_on="all"),
        gxe.ExpectColumnValuesToNotMatchLikePatternList(column="word", like_pattern_list=["a%", "_"]),
    ]


def queried() -> list[Any]:
    from great_expectations import expectations as gxe

    conditions = [
        ("number > 1 and word != 'noot'", "pandas"),
        ("word.isnull() | number == 5", "pandas"),
        ("@other > 1", "pandas"),
        ('col("number") > 1', "great_expectations"),
        ('col("word").notNull()', "great_expectations"),
    ]
    return [
        gxe.ExpectColumnValuesToBeInSet(column="other", value_set=[1, 5], row_condition=text, condition_parser=parser)
        for text, parser in conditions
    ]


GROUPS = {
    "column map": column_map,
    "pairs and lists": column_pairs_and_lists,
    "aggregates": aggregates,
    "row conditions": conditioned,
    "text": texts,
    "order, spread and distribution": spread,
    "conditions as text": queried,
}
