"""Stripe's forms: brackets become dictionaries, and each parameter is checked by a rule.

A rule is a function of (value, name) that returns the clean value or raises Refusal.
"""

import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

from .refusals import Refusal, bad_parameter

Rule = Callable[[object, str], object]

NAME = re.compile(r"([A-Za-z0-9_]{1,64})((?:\[[^\[\]]{0,64}\]){0,4})")
INTEGER = re.compile(r"-?[0-9]{1,15}")  # [0-9], because \d also takes the digits of other scripts
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
MAX_FIELDS = 300


def decode(text: str) -> dict:
    """a[b]=1&c[]=2 → {"a": {"b": "1"}, "c": {"0": "2"}}."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:
        raise Refusal("The form cannot be read.", kept=False) from None
    form: dict = {}
    for key, value in pairs:
        match = NAME.fullmatch(key)
        if not match:
            raise bad_parameter("This is not the name of a parameter.", key[:64])
        name, brackets = match.groups()
        _put(form, [name, *re.findall(r"\[([^\[\]]*)\]", brackets)], value, key)
    return form


def _put(form: dict, path: list[str], value: str, key: str) -> None:
    for step in path[:-1]:
        form = form.setdefault(step, {})
        if not isinstance(form, dict):
            raise bad_parameter("One name holds both a value and a group.", key)
    last = path[-1] or str(len(form))
    if isinstance(form.get(last), dict):
        raise bad_parameter("One name holds both a value and a group.", key)
    form[last] = value


def check(form: dict, rules: dict[str, Rule], within: str = "") -> dict:
    """The clean parameters. Refuses unknown ones and, by their rules, missing or wrong ones."""
    for name in form:
        if name not in rules:
            shown = f"{within}[{name}]" if within else name
            raise bad_parameter(f"Unknown parameter: {shown}", shown, "parameter_unknown")
    clean = {}
    for name, rule in rules.items():
        shown = f"{within}[{name}]" if within else name
        if name in form:
            clean[name] = rule(form[name], shown)
        elif getattr(rule, "required", False):
            raise bad_parameter(f"Missing parameter: {shown}", shown, "parameter_missing")
    return clean


def required(rule: Rule) -> Rule:
    def needed(value, name):
        return rule(value, name)

    needed.required = True
    return needed


def text(longest: int = 5000) -> Rule:
    def rule(value, name):
        if not isinstance(value, str):
            raise bad_parameter("This must be text.", name, "parameter_invalid_string")
        if not value:
            raise bad_parameter("This may not be empty.", name, "parameter_invalid_empty")
        if len(value) > longest:
            raise bad_parameter(f"This is longer than {longest} letters.", name)
        return value

    return rule


def integer(least: int, most: int, too_much: str = "parameter_invalid_integer") -> Rule:
    def rule(value, name):
        if not isinstance(value, str) or not INTEGER.fullmatch(value):
            raise bad_parameter("This is not an integer.", name, "parameter_invalid_integer")
        if int(value) < least:
            raise bad_parameter(f"The least is {least}.", name, "parameter_invalid_integer")
        if int(value) > most:
            raise bad_parameter(f"The most is {most}.", name, too_much)
        return int(value)

    return rule


def choice(*allowed: str) -> Rule:
    def rule(value, name):
        if value not in allowed:
            raise bad_parameter(f"This must be one of {', '.join(allowed)}.", name)
        return value

    return rule


def flag(value, name):
    if not isinstance(value, str) or value.lower() not in ("true", "false"):
        raise bad_parameter("This is not a boolean.", name)
    return value.lower() == "true"


def email(value, name):
    if not isinstance(value, str) or len(value) > 800 or not EMAIL.fullmatch(value):
        raise bad_parameter("This is not an e-mail address.", name, "email_invalid")
    return value


def url(value, name):
    parts = urlsplit(value) if isinstance(value, str) else urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise bad_parameter("This is not a web address.", name, "url_invalid")
    return value


def group(rules: dict[str, Rule]) -> Rule:
    def rule(value, name):
        if not isinstance(value, dict):
            raise bad_parameter("This is not a group of parameters.", name)
        return check(value, rules, within=name)

    return rule


def listing(each: Rule) -> Rule:
    def rule(value, name):
        if not isinstance(value, dict) or not all(INTEGER.fullmatch(key) for key in value):
            raise bad_parameter("This is not a list.", name, "parameter_invalid_array")
        return [each(item, f"{name}[{key}]") for key, item in value.items()]

    return rule


def metadata(value, name):
    """At most 50 notes; an empty value takes a note away."""
    if value == "":
        return {}
    if not isinstance(value, dict) or len(value) > 50:
        raise bad_parameter("Metadata is a group of at most 50 notes.", name)
    for key, note in value.items():
        if not isinstance(note, str) or len(key) > 40 or len(note) > 500:
            raise bad_parameter("A name has 40 letters at most, a note 500.", f"{name}[{key}]")
    return value


def moment(value, name):
    """A time, or a range of times: {"gte": …, "lt": …}."""
    seconds = integer(0, 10**12)
    if isinstance(value, dict):
        return group(dict.fromkeys(("gt", "gte", "lt", "lte"), seconds))(value, name)
    return {"gte": seconds(value, name), "lte": seconds(value, name)}
