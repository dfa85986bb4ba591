"""Rules: from who is in a room to what somebody must be told."""

from monitor.detectors.rules.catalogue import (
    parse_parameters,
    rule_kinds,
    rule_parameters,
    rules_for,
    validate_rules,
)
from monitor.detectors.rules.engine import Origin, RuleEngine
from monitor.detectors.rules.rule import Assessment, Rule, RuleKind, Timing

__all__ = [
    "Assessment",
    "Origin",
    "Rule",
    "RuleEngine",
    "RuleKind",
    "Timing",
    "parse_parameters",
    "rule_kinds",
    "rule_parameters",
    "rules_for",
    "validate_rules",
]
