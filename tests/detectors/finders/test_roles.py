from typing import Any

import pytest

from monitor.detectors.finders.roles import role_of, roles_of
from monitor.detectors.models import ModelSpec, Role
from monitor.domain.errors import ModelError
from monitor.domain.people import AgeClass


def spec(**roles: str) -> ModelSpec:
    fields: dict[str, Any] = {
        "name": "mine",
        "task": "detect",
        "licence": "own",
        "sha256": "0" * 64,
        "sources": [{"kind": "file", "path": "mine.pt"}],
        "roles": roles,
    }
    return ModelSpec.model_validate(fields)


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("person", Role.PERSON),
        ("Adult", Role.ADULT),
        ("WOMAN", Role.ADULT),
        ("grown_up", Role.ADULT),
        ("老师", Role.ADULT),
        ("kid", Role.CHILD),
        ("Boy", Role.CHILD),
        (" girl ", Role.CHILD),
        ("幼儿", Role.CHILD),
        ("chair", None),
        ("personal computer", None),
        ("childproof gate", None),
    ],
)
def test_usual_names_are_understood(name: str, role: Role | None) -> None:
    assert role_of(name) is role


def test_classes_are_taken_by_the_usual_vocabulary() -> None:
    roles = roles_of(spec(), ("chair", "teacher", "boy", "girl", "person"))
    assert roles.indices == (1, 2, 3, 4)
    assert roles.names == ("teacher", "boy", "girl", "person")
    assert roles.ages == (AgeClass.ADULT, AgeClass.CHILD, AgeClass.CHILD, AgeClass.UNKNOWN)


def test_the_manifest_has_the_last_word() -> None:
    roles = roles_of(spec(a="child", b="adult"), ("person", "b", "a"))
    assert roles.names == ("b", "a")
    assert roles.ages == (AgeClass.ADULT, AgeClass.CHILD)


def test_a_role_for_a_class_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ModelError, match="classes the model lacks: a") as caught:
        roles_of(spec(a="child"), ("person",))
    assert caught.value.hint == "the model's classes are: person"


def test_a_model_without_people_is_refused() -> None:
    with pytest.raises(ModelError, match="no class of the model"):
        roles_of(spec(), ("cat", "dog"))
