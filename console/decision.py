"""The form on which people decide: one step, reasons, and the officer's answers to each warning."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from console.words import ACTIONS, QUESTIONS
from register.decisions import Subjects
from register.models import Release
from register.operation import new_operation


class DecisionForm(forms.Form):
    """`seen` and `operation` come back as shown: a page that is out of date or sent twice decides nothing new."""

    action = forms.ChoiceField(label=_("Your decision"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reasons"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    operation = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)

    def __init__(self, subject: Subjects, possible: Sequence[str], data: Any = None) -> None:
        super().__init__(data, initial={"seen": subject.digest, "operation": new_operation()})
        self.fields["action"].choices = [(name, ACTIONS[name]) for name in possible]  # type: ignore[attr-defined] # set by ChoiceField
        self.warnings = subject.warnings if isinstance(subject, Release) and "release" in possible else []
        for rule in self.warnings:
            for question, label in QUESTIONS.items():
                self.fields[f"{rule}.{question}"] = forms.CharField(
                    label=str(label), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
                )

    @property
    def plain(self) -> list[forms.BoundField]:
        """The fields that are no answer to a warning."""
        return [field for field in self.visible_fields() if field.name != "action" and "." not in field.name]

    @property
    def to_answer(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Each warning with the fields of its four answers."""
        return [(rule, [self[f"{rule}.{question}"] for question in QUESTIONS]) for rule in self.warnings]

    @property
    def answers(self) -> dict[str, dict[str, str]]:
        """Per warning the four answers, as the register takes them."""
        return {
            rule: {question: self.cleaned_data[f"{rule}.{question}"] for question in QUESTIONS}
            for rule in self.warnings
        }


class RemarkForm(forms.Form):
    """A remark in the thread of a request; sent twice it is said once."""

    text = forms.CharField(label=_("Your remark"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
    operation = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"operation": new_operation()})
