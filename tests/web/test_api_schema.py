"""The description of the API is true: whatever it allows is answered as it says."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok

from monitor.domain.access import DISTRICT, Role
from monitor.store.api_tokens import ApiTokenRepository
from monitor.web.access import FOR_PROGRAMS

if TYPE_CHECKING:
    from tests.web.conftest import Served, World

DATABASES = ["sqlite"]
EXAMPLES = 4
schemathesis.checks.load_all_checks()
UNTOLD: list[Any] = [schemathesis.checks.CHECKS.get_one("positive_data_acceptance")]
"""Rules without words in JSON Schema: whether a mark is one of ours, whether an action fits."""


@schemathesis.serializer("application/sdp")
def as_sdp(_context: object, value: Any) -> bytes:
    """Write an offer."""
    return str(value).encode("utf-8", "replace")


@pytest.fixture
def program(world: World) -> dict[str, str]:
    """Return the headers of a program that may do everything that programs may."""
    admin = world.user("admin", Role.ADMIN)
    text, _ = ApiTokenRepository(world.database).create(
        admin,
        "test",
        {item.value for item in FOR_PROGRAMS},
        DISTRICT,
        timedelta(days=1),
        world.now,
    )
    return {"Authorization": f"Bearer {text}"}


@pytest.fixture
def document(served: Served, program: dict[str, str]) -> dict[str, Any]:
    """Return the API's description."""
    with served.client() as client:
        found: dict[str, Any] = client.get("/api/v1/openapi.json", headers=program).json()
    return found


def test_every_call_tells_its_failures(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            told = set(operation["responses"])
            assert {"401", "403", "429"} <= told, (method, path)
            assert ("404" in told) is ("{" in path), (method, path)
            assert operation["summary"], (method, path)
    assert "HTTPValidationError" not in str(document)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_answers_are_as_described(
    served: Served,
    world: World,
    document: dict[str, Any],
    program: dict[str, str],
    mode: GenerationMode,
) -> None:
    world.raise_alert()
    world.add_clip(1, b"not really a video")
    world.add_frame()
    schema = schemathesis.openapi.from_dict(document)
    tried = 0
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if operation.path == "/api/v1/feed":  # never ends
            continue

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def answered(case: Case[Any]) -> None:
            served.app.state.site.doors.addresses.succeeded("127.0.0.1")
            answer = case.call(base_url=served.url, headers=program)
            case.validate_response(answer, excluded_checks=UNTOLD)

        answered()
        tried += 1
    assert tried >= 15
