"""What a model's class names mean: a person, an adult, a child, or nothing to us."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.detectors.models.manifest import ModelSpec, Role
from monitor.domain.errors import ModelError
from monitor.domain.people import AgeClass

_WORDS: dict[Role, frozenset[str]] = {
    Role.PERSON: frozenset(
        (
            "person",
            "persons",
            "people",
            "human",
            "humans",
            "pedestrian",
            "head",
            "人",
            "人员",
            "行人",
        )
    ),
    Role.ADULT: frozenset(
        (
            *("adult", "adults", "man", "men", "woman", "women", "teacher", "teachers", "carer"),
            *("caregiver", "nurse", "staff", "parent", "nanny", "grown up", "grownup"),
            *("成人", "大人", "成年人", "老师", "教师", "保育员", "家长"),
        )
    ),
    Role.CHILD: frozenset(
        (
            *("child", "children", "kid", "kids", "boy", "boys", "girl", "girls", "baby", "babies"),
            *("infant", "infants", "toddler", "toddlers", "pupil", "student"),
            *("儿童", "孩子", "小孩", "幼儿", "婴儿", "婴幼儿", "宝宝", "男孩", "女孩"),
        )
    ),
}
_AGES = {
    Role.PERSON: AgeClass.UNKNOWN,
    Role.ADULT: AgeClass.ADULT,
    Role.CHILD: AgeClass.CHILD,
}


@dataclass(frozen=True, slots=True)
class ClassRoles:
    """The classes of a model that are people: their index, their name and the age they name."""

    indices: tuple[int, ...]
    names: tuple[str, ...]
    ages: tuple[AgeClass, ...]


def role_of(class_name: str) -> Role | None:
    """Return what ``class_name`` means by the usual vocabulary, or ``None``."""
    word = re.sub(r"[\s_-]+", " ", class_name).strip().casefold()
    return next((role for role, words in _WORDS.items() if word in words), None)


def roles_of(spec: ModelSpec, classes: Sequence[str]) -> ClassRoles:
    """Return the classes that are people: as the manifest says, else by the usual vocabulary.

    Raises:
        ModelError: none of the classes is a person.
    """
    strange = sorted(set(spec.roles) - set(classes))
    if strange:
        raise ModelError(
            f"the manifest gives a role to classes the model lacks: {', '.join(strange)}",
            where=spec.name,
            hint=f"the model's classes are: {_some(classes)}",
        )
    roles = [spec.roles.get(name) if spec.roles else role_of(name) for name in classes]
    chosen = [(index, role) for index, role in enumerate(roles) if role is not None]
    if not chosen:
        raise ModelError(
            "no class of the model is known to be a person, an adult or a child",
            where=spec.name,
            hint=f"name them under 'roles' in the manifest; the classes are: {_some(classes)}",
        )
    return ClassRoles(
        indices=tuple(index for index, _ in chosen),
        names=tuple(classes[index] for index, _ in chosen),
        ages=tuple(_AGES[role] for _, role in chosen),
    )


def _some(names: Iterable[str], most: int = 12) -> str:
    listed = list(names)
    return ", ".join(listed[:most]) + ("…" if len(listed) > most else "")
