"""What is wrong with the parameters of rules, in both languages."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from monitor.detectors.rules import rule_kinds
from monitor.detectors.rules.parameters import Kind, Parameter
from monitor.documents import Complaint, Location
from monitor.domain.errors import WrongValueError
from monitor.domain.text import Text

_WANTED: Mapping[Kind, str] = {
    "duration": "时长（如 60s、2m）",
    "share": "数",
    "count": "整数",
    "length": "以米为单位的数",
    "flag": " true 或 false",
}


def rule_complaints(rules: Mapping[str, Mapping[str, object]], at: Location) -> Iterator[Complaint]:
    """Yield what is wrong with the parameters of rules found at ``at``."""
    known = rule_kinds()
    for name, values in rules.items():
        if name in known:
            yield from _parameters(name, known[name].parameters, values, (*at, name))
        else:
            yield Complaint(
                (*at, name),
                Text(f"没有规则“{name}”", f"there is no rule '{name}'"),
                Text(f"现有规则：{'、'.join(known)}", f"known rules: {', '.join(known)}"),
            )


def _parameters(
    rule: str, parameters: tuple[Parameter, ...], values: Mapping[str, object], at: Location
) -> Iterator[Complaint]:
    known = {parameter.name: parameter for parameter in parameters}
    for name, value in values.items():
        if name not in known:
            yield Complaint(
                (*at, name),
                Text(f"规则“{rule}”没有参数“{name}”", f"rule '{rule}' has no parameter '{name}'"),
                Text(f"现有参数：{'、'.join(known)}", f"known parameters: {', '.join(known)}"),
            )
        elif (wrong := _wrong(known[name], value)) is not None:
            help_text = known[name].help
            yield Complaint(
                (*at, name),
                Text(f"规则“{rule}”的 {name}{wrong.zh}", f"{name} of rule '{rule}' {wrong.en}"),
                Text(f"{name}：{help_text.zh}", f"{name}: {help_text.en}"),
            )


def _wrong(parameter: Parameter, value: object) -> Text | None:
    try:
        parameter.parse(value)
    except WrongValueError as error:
        return Text(f"：{error.text.zh}", error.text.en)
    except ValueError as error:
        return Text(f"应为{_WANTED[parameter.kind]}{_bounds(parameter)}", str(error))
    return None


def _bounds(parameter: Parameter) -> str:
    if parameter.kind == "flag":
        return ""
    unit = " 秒" if parameter.kind == "duration" else ""
    if math.isinf(parameter.most):
        return f"，不小于 {parameter.least:g}{unit}"
    return f"，在 {parameter.least:g} 到 {parameter.most:g}{unit} 之间"
