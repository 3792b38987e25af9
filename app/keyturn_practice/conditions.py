"""The `Condition` of a policy's statement: IAM's operators.

Source: IAM's reference of condition operators; moto ignores them all (facts/aws.md B2).
"""

from __future__ import annotations

import ipaddress
import operator
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from keyturn_practice.patterns import Context, as_list, matches

Test = Callable[[str, str, Context], bool]


def _same_text(wanted: str, value: str, context: Context) -> bool:
    return matches(wanted, value, context, wildcards=False)


def _same_text_any_case(wanted: str, value: str, context: Context) -> bool:
    return matches(wanted, value, context, wildcards=False, ignore_case=True)


def _like(wanted: str, value: str, context: Context) -> bool:
    return matches(wanted, value, context)


def _number(compare: Callable[[float, float], bool]) -> Test:
    def test(wanted: str, value: str, context: Context) -> bool:
        try:
            return compare(float(value), float(wanted))
        except ValueError:
            return False

    return test


def _date(compare: Callable[[datetime, datetime], bool]) -> Test:
    def test(wanted: str, value: str, context: Context) -> bool:
        try:
            return compare(_moment(value), _moment(wanted))
        except ValueError:
            return False

    return test


def _moment(text: str) -> datetime:
    if text.isdigit():
        return datetime.fromtimestamp(int(text), UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _in_network(wanted: str, value: str, context: Context) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False


_TESTS: Mapping[str, Test] = {
    "stringequals": _same_text,
    "stringequalsignorecase": _same_text_any_case,
    "stringlike": _like,
    "arnequals": _like,
    "arnlike": _like,
    "bool": _same_text_any_case,
    "binaryequals": _same_text,
    "ipaddress": _in_network,
    "numericequals": _number(operator.eq),
    "numericlessthan": _number(operator.lt),
    "numericlessthanequals": _number(operator.le),
    "numericgreaterthan": _number(operator.gt),
    "numericgreaterthanequals": _number(operator.ge),
    "dateequals": _date(operator.eq),
    "datelessthan": _date(operator.lt),
    "datelessthanequals": _date(operator.le),
    "dategreaterthan": _date(operator.gt),
    "dategreaterthanequals": _date(operator.ge),
}
_NEGATED: Mapping[str, str] = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
    "notipaddress": "ipaddress",
    "numericnotequals": "numericequals",
    "datenotequals": "dateequals",
}


def known_operator(name: str) -> bool:
    """True where IAM knows the operator."""
    plain = _split(name)[1]
    return plain == "null" or plain in _TESTS or plain in _NEGATED


def conditions_hold(conditions: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    """True where every operator holds for every key; the values behind one key are alternatives.

    Raises:
        ValueError: for an operator that IAM does not know; `documents.read_policy` refuses such a policy.
    """
    return all(
        _holds(name, key.lower(), as_list(wanted), context)
        for name, test in conditions.items()
        for key, wanted in test.items()
    )


def _split(name: str) -> tuple[str, str, bool]:
    quantifier, colon, rest = name.lower().rpartition(":")
    plain = rest.removesuffix("ifexists")
    return (quantifier if colon else "", plain, plain != rest)


def _holds(name: str, key: str, wanted: list[str], context: Context) -> bool:
    quantifier, plain, if_exists = _split(name)
    values = context.get(key)
    if plain == "null":
        return any((values is None) == (choice.lower() == "true") for choice in wanted)
    if not known_operator(name):
        raise ValueError(f"unknown condition operator: {name}")
    if values is None and if_exists:
        return True
    negated = plain in _NEGATED
    test = _TESTS[_NEGATED.get(plain, plain)]
    fits = [any(test(choice, value, context) for choice in wanted) is not negated for value in values or ()]
    if quantifier == "forallvalues":
        return all(fits)
    if quantifier == "foranyvalue":
        return any(fits)
    # Without the key, "is not" holds and "is" does not.
    return all(fits) if fits else negated
