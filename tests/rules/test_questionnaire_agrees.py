"""What the questionnaire refuses is what the checker reports: both know Quartz."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rendering import Renderer

from bundlewright.rules.schedules.quartz import fault_of

VALUES = st.one_of(
    st.integers(0, 70).map(str),
    st.sampled_from(
        ["MON", "sun", "JAN", "L", "LW", "L-3", "15W", "6L", "FRIL", "2#3", "*", "?", "", "x"]
    ),
)
ITEMS = st.one_of(
    VALUES,
    st.tuples(VALUES, VALUES).map("-".join),
    st.tuples(VALUES, st.integers(0, 70).map(str)).map("/".join),
)
FIELDS = st.one_of(
    st.just("*"), st.just("?"), ITEMS, st.lists(ITEMS, min_size=2, max_size=3).map(",".join)
)
EXPRESSIONS = st.lists(FIELDS, min_size=5, max_size=8).map(" ".join)
GOOD = ["0 0 2 * * ?", "0 0 2 ? * MON", "0 0 2 * * ? 2030"]


@st.composite
def spoilt_in_one_field(draw: st.DrawFn) -> str:
    fields = draw(st.sampled_from(GOOD)).split()
    fields[draw(st.integers(0, len(fields) - 1))] = draw(FIELDS)
    return " ".join(fields)


@pytest.fixture(scope="module")
def refusal(renderer: Renderer) -> Any:
    """The questionnaire's sentence about a Quartz expression, or ""."""
    checks = renderer.environment.get_template("includes/questionnaire/checks.jinja").module
    return lambda expression: str(checks.quartz(expression)).strip()


def agree(refusal: Any, expression: str) -> None:
    refused, fault = refusal(expression), fault_of(expression)
    assert bool(refused) == bool(fault), (expression, refused, fault)


FORMS = (
    "{}",
    "1-{}",
    "{}-2",
    "0/{}",
    "*/{}",
    "L-{}",
    "{}W",
    "{}L",
    "2#{}",
    "L,{}",
    "{}W,1",
    "1,{}L",
)
NUMBERS = (*range(61), 1969, 1970, 2199, 2200)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("expression", GOOD)
def test_every_number_in_every_field(refusal: Any, expression: str, form: str) -> None:
    for index in range(len(expression.split())):
        for number in NUMBERS:
            fields = expression.split()
            fields[index] = form.format(number)
            agree(refusal, " ".join(fields))


@settings(max_examples=500, deadline=None)
@given(expression=st.one_of(EXPRESSIONS, spoilt_in_one_field()))
def test_any_expression(refusal: Any, expression: str) -> None:
    # The questionnaire also wants single spaces between the fields.
    agree(refusal, " ".join(expression.split()))
