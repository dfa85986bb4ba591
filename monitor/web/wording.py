"""How names, numbers and times are put in words, in either language."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from monitor.domain.alerts import SYSTEM
from monitor.domain.room_state import ViewFault
from monitor.domain.text import Language
from monitor.web.i18n import catalogue, translate

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SECONDS = ("after", "tolerance", "blink", "gap", "cool_down", "together", "remember", "lasted")
_RATIO_WORDS = ("confidence", "share", "ratio")


def rule_name(rule: str, language: Language) -> str:
    """Return the name of a rule; one that came with a plug-in is called by its own id."""
    return catalogue(language).get(f"rule.{rule}", rule.replace("_", " "))


def person(name: str, language: Language) -> str:
    """Return who did something; the system by its name on pages."""
    return translate(language, "step.system") if name == SYSTEM.name else name


def job_name(job: str, language: Language) -> str:
    """Return the name of a scheduled job."""
    return catalogue(language).get(f"system.job.{job}", job)


def input_name(key: str, language: Language) -> str:
    """Return what a checklist's reading was made from; a place is called by its own id."""
    return catalogue(language).get(f"reading.input.{key}", key)


def fact_name(key: str, language: Language) -> str:
    """Return the name of a piece of evidence or of a threshold."""
    return catalogue(language).get(f"fact.{key}", key.replace("_", " "))


def fact_value(pair: tuple[str, Any], language: Language) -> str:
    """Return the value of evidence or a threshold ``(key, value)`` as people write it."""
    key, value = pair
    if isinstance(value, bool):
        return translate(language, "fact.yes" if value else "fact.no")
    if value is None:
        return "–"
    if isinstance(value, int | float):
        if key in _RATIO_WORDS or key.endswith(_RATIO_WORDS):
            return f"{value:.0%}"
        if _is_seconds(key):
            return duration(float(value), language)
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return _listed(value, language)
    if isinstance(value, dict):
        named = [(_part_name(name, language), item) for name, item in value.items()]
        colon = "：" if language == "zh" else ": "
        return _listed([f"{name}{colon}{item}" for name, item in named], language)
    family = "fault" if key == "fault" else f"fact.{key}"
    return catalogue(language).get(f"{family}.{value}", str(value))


def camera_fault(fault: ViewFault | None, language: Language) -> str:
    """Return in words why a camera's view is not to be trusted."""
    return "" if fault is None else translate(language, f"fault.{fault}")


def duration(seconds: float, language: Language) -> str:
    """Return a length of time in its two greatest units, without the second if it is none."""
    total = max(0, round(seconds))
    minutes, second = divmod(total, 60)
    hours, minute = divmod(minutes, 60)
    day, hour = divmod(hours, 24)
    parts = (("day", day), ("hour", hour), ("minute", minute), ("second", second))
    first = next((index for index, (_, count) in enumerate(parts) if count), len(parts) - 1)
    shown = [part for part in parts[first : first + 2] if part[1] or part is parts[first]]
    return " ".join(translate(language, f"duration.{unit}", n=count) for unit, count in shown)


def moment(local: datetime, language: Language, style: str, today: date) -> str:
    """Return a local time: ``full`` with seconds, ``short`` without; the day unless it is today."""
    text = f"{local:%H:%M:%S}" if style == "full" else f"{local:%H:%M}"
    if local.date() == today:
        return text
    if local.year != today.year:
        return f"{day(local.date(), language)} {text}"
    if language == "zh":
        return f"{local.month}月{local.day}日 {text}"
    return f"{local.day} {_MONTHS[local.month - 1]} {text}"


def day(value: date, language: Language) -> str:
    """Return a day with its year."""
    if language == "zh":
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def month(value: date, language: Language) -> str:
    """Return a month with its year."""
    if language == "zh":
        return f"{value.year}年{value.month}月"
    return f"{_MONTHS[value.month - 1]} {value.year}"


def _part_name(key: str, language: Language) -> str:
    return catalogue(language).get(f"fact.{key}", input_name(key, language))


def _is_seconds(key: str) -> bool:
    return key in _SECONDS or key.endswith(("_after", "_seconds"))


def _listed(values: list[Any] | tuple[Any, ...], language: Language) -> str:
    return ("、" if language == "zh" else ", ").join(str(value) for value in values) or "–"
