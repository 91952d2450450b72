"""JSON Schema, draft 2020-12, over configuration of which some values are not known offline.

Source: https://json-schema.org/draft/2020-12/json-schema-validation

A subschema holds, fails, or stays open: where it would fail at a value that only a workspace
knows. What is open is not reported, and whatever combines subschemas counts with it. As for the
CLI, a field that is null is not set, and 3 and "3" are the same.
"""

import re

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.exceptions import best_match
from jsonschema.validators import extend
from referencing import Registry

from bundlewright.bundle.access import is_true, place_at
from bundlewright.bundle.document import Map
from bundlewright.bundle.references import is_reference
from bundlewright.errors import CannotRun
from bundlewright.rules import did_you_mean
from bundlewright.schema.walker import load_table

OPEN = "depends on a value that only a workspace knows"
FAILED = "fails"
FORBIDDEN = {"not": {}}  # stands for `false`, at which jsonschema does not say where it failed
_LONGEST = 80  # characters of a value in a message

_INNER = ("additionalProperties", "propertyNames", "items", "contains", "not", "if", "then", "else")
_INNER_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_INNER_MAPS = ("properties", "patternProperties", "dependentSchemas", "$defs")
# These ask about the value as a whole; all others about one level of it.
_DEEP = ("enum", "const", "uniqueItems")
_PLAIN = (
    *("type", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("pattern", "minLength", "maxLength", "required", "dependentRequired"),
    *("minProperties", "maxProperties", "minItems", "maxItems"),
)
# What says nothing by itself, or for people only.
_OTHER = ("$ref", "minContains", "maxContains", "title", "description", "$comment")
KEYWORDS = (*_INNER, *_INNER_LISTS, *_INNER_MAPS, *_DEEP, *_PLAIN, *_OTHER)


class BadPolicy(CannotRun):
    """A policy that cannot be used; the message says where and why."""

    def __init__(self, message, place):
        file, line, column = place
        super().__init__(f"{file}:{line}:{column}: {message}")


def compiled(schema, place):
    """Make a validator of a policy's schema.

    Args:
        schema: the schema as read.
        place: its place.

    Returns:
        A validator for `failures`.

    Raises:
        BadPolicy: it is no schema, or refers to something outside itself.
    """
    if not isinstance(schema, Map):
        raise BadPolicy("'schema' must be a map", place)
    error = best_match(_META.iter_errors(schema))
    if error is not None:
        raise BadPolicy(f"not a JSON Schema: {error.message}", place_at(schema, error.path))
    parts, references = {}, {}
    validator = _Validator(_prepared(schema, "#", parts, references), registry=Registry())
    for reference, of_reference in references.items():
        if reference not in parts:
            message = f"$ref {reference!r} leads to no part of the schema; nothing is fetched"
            raise BadPolicy(message, of_reference)
    for pointer, part in parts.items():
        try:
            validator.evolve(schema=part).is_valid(object())
        except RecursionError:
            message = f"the schema at {pointer!r} leads back to itself without end"
            raise BadPolicy(message, place) from None
    return validator


def _prepared(schema, pointer, parts, references):
    """Copy a schema without `false`.

    Args:
        schema: a schema or a part of one.
        pointer: the JSON Pointer to it.
        parts: takes pointer -> copy, for it and each of its parts.
        references: takes `$ref` -> place.
    """
    prepared = parts[pointer] = FORBIDDEN if schema is False else {}
    if isinstance(schema, bool):
        return prepared
    for key, value in schema.items():
        key_place, place = schema.places[key]
        if key not in KEYWORDS:
            hint = did_you_mean(key, KEYWORDS) or "see docs/policies.md for what there is"
            raise BadPolicy(f"unknown keyword {key!r}: {hint}", key_place)
        inside = f"{pointer}/{key}"
        if key in _INNER:
            value = _prepared(value, inside, parts, references)
        elif key in _INNER_LISTS:
            value = [
                _prepared(item, f"{inside}/{index}", parts, references)
                for index, item in enumerate(value)
            ]
        elif key in _INNER_MAPS:
            value = {
                name: _prepared(item, f"{inside}/{_escaped(name)}", parts, references)
                for name, item in value.items()
            }
        elif key == "$ref":
            references.setdefault(value, place)
        prepared[key] = value
    return prepared


def _escaped(name):
    return name.replace("~", "~0").replace("/", "~1")


def failures(validator, value):
    """Judge a value.

    Args:
        validator: what `compiled` made.
        value: the value.

    Returns:
        (path below the value, whether its key is meant, what is there or missing) triples.
    """
    for error in validator.iter_errors(value):
        if error.message != OPEN:
            yield _explain(error)


def _explain(error):
    # Of alternatives that all fail, the one that got furthest was most likely meant.
    while error.validator in ("anyOf", "oneOf") and error.context:
        deepest = max(error.context, key=lambda one: len(one.absolute_path))
        if len(deepest.absolute_path) == len(error.absolute_path):
            break
        error = deepest
    path = tuple(error.absolute_path)
    value = error.instance
    if error.validator in ("required", "dependentRequired"):
        return path, False, error.message
    if "propertyNames" in error.absolute_schema_path:
        return (*path, value), True, _found(value)
    if error.schema is FORBIDDEN and path and isinstance(path[-1], str):
        return path, True, _found(path[-1])
    return path, False, _found(value)


def _found(value):
    if isinstance(value, (dict, list)):
        return ""
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return f"found {text if len(text) <= _LONGEST else text[:_LONGEST] + '...'}"


def _is_open(errors):
    return bool(errors) and all(error.message == OPEN for error in errors)


def _aware(keyword, judge):
    """A keyword's function that knows references, null, and numbers and booleans in quotes."""

    def aware(validator, expected, instance, schema):
        if is_reference(instance) or (keyword in _DEEP and _holds_reference(instance)):
            yield ValidationError(OPEN)
            return
        if isinstance(instance, dict) and None in instance.values():
            instance = {key: value for key, value in instance.items() if value is not None}
        errors = list(judge(validator, expected, instance, schema))
        other = _other_spelling(instance)
        if other is not None:
            # One spelling must be right; a bound or a pattern only looks at the one of its kind.
            others = list(judge(validator, expected, other, schema))
            errors = errors and others if keyword in ("type", "enum", "const") else errors + others
        yield from errors

    return aware


def _holds_reference(value):
    if isinstance(value, dict):
        return any(map(_holds_reference, value.values()))
    return any(map(_holds_reference, value)) if isinstance(value, list) else is_reference(value)


def _other_spelling(value):
    """A number or boolean as text, or text as the number or boolean that it spells, or None."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if not isinstance(value, str):
        return None
    spelled = load_table().spelled
    if re.search(spelled["number"], value):
        return float(value)
    return is_true(value) if re.search(spelled["boolean"], value) else None


def _required(validator, names, instance, schema):
    if isinstance(instance, dict):
        for name in names:
            if name not in instance:
                yield ValidationError(f"{name!r} is missing")


def _dependent_required(validator, dependencies, instance, schema):
    for name, names in dependencies.items():
        if isinstance(instance, dict) and name in instance:
            yield from _required(validator, names, instance, schema)


def _count(validator, pairs, low, high):
    """Whether as many (value, schema) pairs hold as two bounds say."""
    verdicts = [list(validator.descend(value, schema)) for value, schema in pairs]
    holding = verdicts.count([])
    possible = holding + sum(map(_is_open, verdicts))
    if possible < low:
        context = [error for errors in verdicts for error in errors]
        yield ValidationError(FAILED, context=context)
    elif holding > high:
        yield ValidationError(FAILED)
    elif holding < low or possible > high:
        yield ValidationError(OPEN)


def _any_of(validator, schemas, instance, schema):
    return _count(validator, [(instance, one) for one in schemas], 1, len(schemas))


def _one_of(validator, schemas, instance, schema):
    return _count(validator, [(instance, one) for one in schemas], 1, 1)


def _not(validator, forbidden, instance, schema):
    return _count(validator, [(instance, forbidden)], 0, 0)


def _contains(validator, wanted, instance, schema):
    if isinstance(instance, list):
        low, high = schema.get("minContains", 1), schema.get("maxContains", len(instance))
        yield from _count(validator, [(item, wanted) for item in instance], low, high)


def _if(validator, condition, instance, schema):
    verdict = list(validator.descend(instance, condition))
    undecided = _is_open(verdict)
    for branch, is_taken in (("then", not verdict), ("else", bool(verdict))):
        if branch in schema and (is_taken or undecided):
            for error in validator.descend(instance, schema[branch], schema_path=branch):
                yield ValidationError(OPEN) if undecided else error


_OWN = {"required": _required, "dependentRequired": _dependent_required, "contains": _contains}
_COMBINING = {"anyOf": _any_of, "oneOf": _one_of, "not": _not, "if": _if}
_PASSING_ON = (*_COMBINING, "allOf", "$ref")
_JUDGES = {**Draft202012Validator.VALIDATORS, **_OWN}
_Validator = extend(
    Draft202012Validator,
    {
        **{key: _aware(key, judge) for key, judge in _JUDGES.items() if key not in _PASSING_ON},
        **_COMBINING,
    },
)
_META = Draft202012Validator(
    Draft202012Validator.META_SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER
)
