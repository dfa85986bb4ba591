from __future__ import annotations

from monitor.detectors.models.manifest import Role
from monitor.detectors.training.plan import TrainingPlan

AGES = ("adult", "child"), (Role.ADULT, Role.CHILD)


def plan(names: tuple[str, ...], roles: tuple[Role | None, ...], **more: object) -> TrainingPlan:
    return TrainingPlan.model_validate(
        {"names": names, "roles": roles, "width": 320, "height": 192, "epochs": 1, "seconds": 1}
        | more
    )


def test_new_classes_start_from_the_score_of_a_person() -> None:
    assert plan(*AGES).rows(("bicycle", "person")) == (1, 1)


def test_a_class_of_the_same_name_or_role_goes_before() -> None:
    assert plan(*AGES).rows(("person", "child", "adult")) == (2, 1)
    assert plan(*AGES).rows(("boy", "man")) == (1, 0)
    named = plan(*AGES, base_roles={"a": "adult", "b": "child"})
    assert named.rows(("x", "b", "a")) == (2, 1)


def test_any_person_is_better_than_none_and_none_is_told() -> None:
    assert plan(("child",), (Role.CHILD,)).rows(("man",)) == (0,)
    assert plan(*AGES).rows(("cat", "dog")) == (None, None)
    assert plan(("cot", "adult"), (None, Role.ADULT)).rows(("person",)) == (0, 0)


def test_a_plan_travels_as_json() -> None:
    sent = plan(*AGES, base_roles={"person": "person"})
    assert TrainingPlan.model_validate_json(sent.model_dump_json()) == sent
