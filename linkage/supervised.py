"""Supervised linkage: recordlinkage's classifiers learn from labelled pairs and score pairs in the model's stead.

What they see is what the fitted model makes of a pair, so that a few dozen labels are enough:

- `logistic`: the match weight and the weight of each field. Labels drawn by weight or pattern do no harm, for the
  chance of a match *given* these is what is learnt.
- `svm`: the same; margins become chances by a logistic curve over margins found by cross-validation (Platt 1999).
- `naive-bayes`: the level of each field, as Fellegi and Sunter, with m and u counted. Labels count for 1/inclusion.
- `ecm`: no labels; for each field whether it speaks for a match (Herzog, Scheuren and Winkler 2007).

A hundred labels brought `logistic` from F1 0.897 to 0.904 (fake_1000) and from 0.991 to 0.992 (census × social
security); `svm` needed three hundred, and the other two stayed below the fitted model: among pairs kept for their
weight, fields that agree go with fields that do not. Right chances need not give a higher F1: on bank transactions the
loss fell and F1 too, for hardly any pair there is likelier a match than not.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal, Self

import numpy as np
import polars as pl

from declare import WrongInput
from linkage.fitted import FittedModel
from linkage.labels import MATCH, UNSURE
from linkage.model import MOST_LEVELS
from linkage.words import say

Method = Literal["logistic", "svm", "naive-bayes", "ecm"]

LEAST_LABELS: Final = 10
"""Matches, and as many others, without which nothing is learnt."""
FOLDS: Final = 5

_STRENGTH: Final = 0.1
"""Inverse of the penalty on coefficients (scikit-learn's C): 0.1 or 1 was chosen on public sets, their truth known."""
_UNBOUND: Final = 1e3
"""The same where one coefficient is all there is to learn."""
_SMOOTHING: Final = 1.0
"""Pairs added to every level's count (Laplace)."""
_SUREST: Final = 100.0
"""Largest log2 odds, either way."""

Floats = np.ndarray[Any, np.dtype[np.float64]]
Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]
LogOdds = Callable[[Floats], Floats]
"""From what is seen of each pair to its log2 odds."""


@dataclass(frozen=True, slots=True, repr=False)
class _Sample:
    """Labelled pairs: what is seen of each, whether it is a match, and how many pairs it stands for."""

    seen: Floats
    match: Flags
    stands_for: Floats

    def where(self, rows: Flags) -> "_Sample":
        return _Sample(self.seen[rows], self.match[rows], self.stands_for[rows])


Teacher = Callable[[_Sample], LogOdds]


@dataclass(frozen=True, slots=True)
class Trial:
    """How well labelled pairs are told apart."""

    loss: float
    """Mean bits lost on a pair (log loss)."""
    wrong: int
    """Pairs on the wrong side of the model's threshold."""

    @classmethod
    def of(cls, log_odds: Floats, match: Flags, threshold: float) -> Self:
        """Surer than `_SUREST` nobody is."""
        against = np.clip(np.where(match, -log_odds, log_odds), -_SUREST, _SUREST)
        wrong = (log_odds >= _odds(np.asarray(threshold))) != match
        return cls(float(np.logaddexp2(0.0, against).mean()), int(wrong.sum()))


@dataclass(frozen=True, slots=True)
class Reason:
    """By how much (log2) a pair that agrees on `field` is likelier than one that does not, all else missing."""

    field: str
    learned: float
    model: float


@dataclass(frozen=True, slots=True, repr=False)
class Learned:
    """A classifier that has learnt from `labels` labelled pairs."""

    method: Method
    fitted: FittedModel
    start: float
    """log2 odds of a pair before any field is looked at (`linkage.score.start_of`)."""
    labels: int
    crossed: Trial | None
    """On labelled pairs it did not learn from (cross-validation); None without labels."""
    model: Trial | None
    """The fitted model on the same pairs: only with a smaller loss than its have the labels paid."""
    _log_odds: LogOdds

    def score(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """`pairs` (with their levels and `match_weight`) with `match_probability` as learnt, and `match_weight`: the
        log2 Bayes factor that makes it of the start. Fit for assignment and all that follows."""
        odds = np.clip(self._log_odds(_features(pairs, self.fitted, self.method)), -_SUREST, _SUREST)
        return pairs.with_columns(
            match_weight=pl.Series(odds - self.start), match_probability=pl.Series(1 / (1 + np.exp2(-odds)))
        )

    @property
    def paid(self) -> bool | None:
        """Whether it does better than the model on labels it did not learn from; None without labels."""
        return self.crossed.loss < self.model.loss if self.crossed and self.model else None

    @property
    def said(self) -> tuple[str, ...]:
        """Sentences for who looks at the links."""
        found = [say("learnt", method=self.method)]
        if against := [reason.field for reason in self.reasons() if reason.learned < 0]:
            found.append(say("turned", method=self.method, fields=", ".join(against)))
        if self.crossed is None or self.model is None:
            found.append(say("learnt_alone", method=self.method))
        elif not self.paid:
            losses = {"bits": f"{self.crossed.loss:.3f}", "model": f"{self.model.loss:.3f}"}
            found.append(say("not_paid", method=self.method, **losses))
        return tuple(found)

    def reasons(self) -> tuple[Reason, ...]:
        """What each field tells the classifier, beside what it tells the model."""
        fields = self.fitted.fields
        ends = [(number, level) for number, field in enumerate(fields) for level in (1, len(field.levels) + 1)]
        levels = np.zeros((len(ends), len(fields)), dtype=np.uint8)
        for row, (number, level) in enumerate(ends):
            levels[row, number] = level
        weight = sum(
            (factor.weights[tuple(levels[:, f] for f in factor.fields)] for factor in self.fitted.factors),
            np.zeros(len(ends)),
        )
        columns = {f"level {field.field}": levels[:, number] for number, field in enumerate(fields)}
        pairs = pl.DataFrame({**columns, "match_weight": weight})
        learnt = self._log_odds(_features(pairs, self.fitted, self.method))
        apart = zip(fields, -np.diff(learnt)[::2], -np.diff(weight)[::2], strict=True)
        return tuple(Reason(field.field, float(mine), float(models)) for field, mine, models in apart)

    @property
    def facts(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {
            "method": self.method,
            "labels": self.labels,
            "cross-validated": self.crossed and asdict(self.crossed),
            "model": self.model and asdict(self.model),
            "reasons": [asdict(reason) for reason in self.reasons()],
        }


def learn(
    pairs: pl.DataFrame,
    fitted: FittedModel,
    start: float,
    labels: pl.DataFrame | None = None,
    method: Method = "logistic",
) -> Learned:
    """The classifier, learnt from those of `labels` (`l`, `r`, `label`, `inclusion`) that are sure and among the scored
    `pairs` (`l`, `r`, `level <field>`, `match_weight`, `match_probability`); `linkage.labels.at_positions` gives labels
    their positions, `linkage.score.start_of` the start.

    The fitted model must not have been trained on these labels, or it would be taken for better than it is. Raises
    `WrongInput` when there are no pairs, or too few labels of either kind. The same labels in another order teach the
    same.
    """
    if pairs.is_empty():
        raise WrongInput("there are no pairs to learn from", remedy="Mend the blocks, or link without a classifier.")
    if method == "ecm":
        return Learned(method, fitted, start, 0, None, None, _ecm(_features(pairs, fitted, method)))
    known = _known(pairs, labels)
    match = (known["label"] == MATCH).to_numpy()
    sample = _Sample(_features(known, fitted, method), match, 1 / known["inclusion"].fill_null(1.0).to_numpy())
    teach, threshold = _TEACHERS[method], fitted.model.threshold
    return Learned(
        method,
        fitted,
        start,
        known.height,
        Trial.of(_crossed(teach, sample), match, threshold),
        Trial.of(_odds(known["match_probability"].to_numpy()), match, threshold),
        teach(sample),
    )


def _known(pairs: pl.DataFrame, labels: pl.DataFrame | None) -> pl.DataFrame:
    """Labelled pairs nobody is unsure of, by position."""
    if labels is None:
        raise WrongInput("nothing is learnt without labels", remedy="Label pairs first, or choose ecm.")
    sure = labels.filter(pl.col("label") != UNSURE).select("l", "r", "label", "inclusion")
    known = pairs.join(sure, on=["l", "r"], how="inner").sort("l", "r")
    matches = int((known["label"] == MATCH).sum())
    if min(matches, known.height - matches) < LEAST_LABELS:
        raise WrongInput(
            f"of the scored pairs {matches} are labelled as a match and {known.height - matches} as another; "
            f"{LEAST_LABELS} of each are needed",
            remedy="Label more pairs, chosen near the threshold.",
        )
    return known


def _features(pairs: pl.DataFrame, fitted: FittedModel, method: Method) -> Floats:
    """What the method sees of each pair."""
    levels = [pairs[f"level {field.field}"].to_numpy() for field in fitted.fields]
    if method == "naive-bayes":
        return np.column_stack(levels).astype(np.float64)
    weights = [factor.weights[tuple(levels[number] for number in factor.fields)] for factor in fitted.factors]
    if method == "ecm":
        return (np.column_stack(weights) > 0).astype(np.float64)
    return np.column_stack([pairs["match_weight"].to_numpy(), *weights])


def _logistic(sample: _Sample, strength: float = _STRENGTH) -> LogOdds:
    from recordlinkage import LogisticRegressionClassifier

    classifier = LogisticRegressionClassifier(C=strength, max_iter=10_000)
    _fit(classifier, sample)
    return lambda seen: np.asarray(classifier.kernel.decision_function(seen) / np.log(2))


def _svm(sample: _Sample) -> LogOdds:
    crossed = replace(sample, seen=_crossed(_margins, sample)[:, None])
    margins, chances = _margins(sample), _logistic(crossed, _UNBOUND)
    return lambda seen: chances(margins(seen)[:, None])


def _margins(sample: _Sample) -> LogOdds:
    from recordlinkage import SVMClassifier

    classifier = SVMClassifier(C=_STRENGTH, dual=False)
    _fit(classifier, sample)
    return lambda seen: np.asarray(classifier.kernel.decision_function(seen))


def _naive_bayes(sample: _Sample) -> LogOdds:
    from recordlinkage import NaiveBayesClassifier

    # Without these rows, which weigh nothing, it would take a level that no label shows for the first that one does.
    every_level = np.repeat(np.arange(MOST_LEVELS + 2, dtype=np.float64)[:, None], sample.seen.shape[1], axis=1)
    nothing = np.zeros(len(every_level))
    # Matches and others weigh the same in all, so that a level nobody saw weighs nothing; the prior is given apart.
    totals = np.array([sample.stands_for[~sample.match].sum(), sample.stands_for[sample.match].sum()])
    weights = sample.stands_for / totals[sample.match.astype(np.int64)] * sample.match.size / 2
    kernel = NaiveBayesClassifier(alpha=_SMOOTHING, class_prior=totals / totals.sum()).kernel
    kernel.fit(
        np.concatenate([sample.seen, every_level]),
        np.concatenate([sample.match, nothing]).astype(np.int64),
        np.concatenate([weights, nothing]),
    )
    return _log_ratio(kernel)


def _ecm(seen: Floats) -> LogOdds:
    import pandas
    from recordlinkage import ECMClassifier

    classifier = ECMClassifier()
    classifier.fit(pandas.DataFrame(seen))
    return _log_ratio(classifier.kernel)


_TEACHERS: Final[dict[str, Teacher]] = {"logistic": _logistic, "svm": _svm, "naive-bayes": _naive_bayes}


def _fit(classifier: Any, sample: _Sample) -> None:
    import pandas

    classifier.fit(pandas.DataFrame(sample.seen), pandas.Index(np.flatnonzero(sample.match)))


def _log_ratio(kernel: Any) -> LogOdds:
    def log_odds(pairs: Floats) -> Floats:
        other, match = kernel.predict_log_proba(pairs).T
        return np.asarray((match - other) / np.log(2))

    return log_odds


def _crossed(teach: Teacher, sample: _Sample) -> Floats:
    """What each pair gets from a classifier that learnt from the other folds; matches are dealt out evenly."""
    fold = np.zeros(sample.match.size, dtype=np.int64)
    for kind in (sample.match, ~sample.match):
        fold[kind] = np.arange(kind.sum()) % FOLDS
    found = np.zeros(sample.match.size)
    for number in range(FOLDS):
        found[fold == number] = teach(sample.where(fold != number))(sample.seen[fold == number])
    return found


def _odds(chance: Floats) -> Floats:
    """log2 odds; what is certain is as sure as may be."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.clip(np.log2(chance) - np.log2(1 - chance), -_SUREST, _SUREST))
