"""The access register: append-only, chained, the same whoever writes at the same time."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from monitor.domain.access import DISTRICT, Scope, ScopeKind
from monitor.domain.access_register import AccessKind, Accessor, NewAccess
from monitor.domain.chain import GENESIS
from monitor.domain.errors import InputError
from monitor.store.access_register import AccessFilter, AccessRegister
from monitor.store.base import Database
from monitor.store.place_repository import PlaceRepository

WANG = Accessor(7, "wang", "王老师", "指导中心", "10.0.0.7")
LI = Accessor(8, "li", "Li 100%", "Bamboo_Grove", "10.0.0.8")
SUN = Scope(ScopeKind.INSTITUTION, "sun")


def _viewing(who: Accessor = WANG, alert: int = 1, institution: str | None = "sun") -> NewAccess:
    return NewAccess(AccessKind.VIEWED, who, "家长询问", institution, alert, {"evidence": [3]})


@pytest.fixture
def register(database: Database) -> AccessRegister:
    return AccessRegister(database)


def test_what_was_put_down_is_found_and_chained(register: AccessRegister, now: datetime) -> None:
    first = register.put_down(_viewing(), now)
    second = register.put_down(_viewing(LI), now + timedelta(seconds=1))
    assert (first.position, first.former, second.former) == (1, GENESIS, first.hash)
    found = register.search(DISTRICT).entries
    assert found == (second, first)
    assert found[1].access == _viewing()
    assert found[1].at == now
    verdict = register.verify(known=first.hash)
    assert (verdict.sound, verdict.rows, verdict.head) == (True, 2, second.hash)
    assert not register.verify(known="ab" * 32).sound


def test_nothing_is_put_down_without_a_reason(register: AccessRegister, now: datetime) -> None:
    with pytest.raises(InputError, match="why"):
        register.put_down(NewAccess(AccessKind.VIEWED, WANG, " \x00 "), now)
    assert register.verify().rows == 0


@pytest.mark.parametrize(
    "statement",
    ["UPDATE access_entry SET person = 'nobody'", "DELETE FROM access_entry"],
)
def test_the_database_refuses_to_change_rows(
    database: Database, register: AccessRegister, now: datetime, statement: str
) -> None:
    register.put_down(_viewing(), now)
    with pytest.raises(DBAPIError, match="append-only"), database.transaction() as session:
        session.execute(text(statement))
    assert register.verify().sound


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE access_entry SET content = replace(content, '家长询问', 'nothing') "
        "WHERE position = 2",
        "UPDATE access_entry SET user_id = 9 WHERE position = 2",
        "DELETE FROM access_entry WHERE position = 2",
    ],
)
def test_who_owns_the_database_is_found_out(
    database: Database, register: AccessRegister, now: datetime, change: str
) -> None:
    for _ in range(3):
        register.put_down(_viewing(), now)
    with database.transaction() as session:
        if database.dialect == "sqlite":
            for verb in ("update", "delete"):
                session.execute(text(f"DROP TRIGGER access_entry_no_{verb}"))
        else:
            session.execute(text("DROP TRIGGER access_entry_no_change ON access_entry"))
        session.execute(text(change))
    verdict = register.verify()
    assert not verdict.sound
    assert verdict.at in (2, 3)


def test_the_register_is_searched_within_a_scope(
    database: Database, register: AccessRegister, now: datetime, places: PlaceRepository
) -> None:
    register.put_down(_viewing(), now)
    register.put_down(_viewing(LI, alert=2, institution="moon"), now + timedelta(hours=1))
    register.put_down(NewAccess(AccessKind.ACCOUNT, LI, "role"), now + timedelta(hours=2))

    def found(scope: Scope = DISTRICT, **wanted: object) -> list[int]:
        page = register.search(scope, AccessFilter(**wanted))  # type: ignore[arg-type]
        return [entry.position for entry in page.entries]

    assert found() == [3, 2, 1]
    assert found(SUN) == [1]
    assert found(Scope(ScopeKind.COMMUNITY, "竹园")) == [2]
    assert found(person="老师") == [1]
    assert found(person="100%") == [3, 2]
    assert found(person="o%g") == []
    assert found(person="bamboo_") == [3, 2]
    assert found(kinds=frozenset({AccessKind.VIEWED})) == [2, 1]
    assert found(alert_id=2) == found(institution_id="moon") == [2]
    assert found(since=now + timedelta(hours=1), until=now + timedelta(hours=2)) == [2]
    page = register.search(DISTRICT, limit=2)
    assert page.next == 2
    assert [e.position for e in register.search(DISTRICT, before=page.next).entries] == [1]
    year = register.between(DISTRICT, now, now + timedelta(hours=2))
    assert [entry.position for entry in year] == [1, 2]


def test_a_viewing_is_remembered_by_person_and_alert(
    register: AccessRegister, now: datetime
) -> None:
    register.put_down(_viewing(), now)
    assert register.last_viewing(7, 1) == now
    assert register.last_viewing(7, 2) is None
    assert register.last_viewing(8, 1) is None


PROGRAM = """
import sys
from datetime import UTC, datetime
from monitor.domain.access_register import Accessor, AccessKind, NewAccess
from monitor.store.access_register import AccessRegister
from monitor.store.base import Database
register = AccessRegister(Database(sys.argv[1]))
for number in range(12):
    who = Accessor(1, sys.argv[2], "p", "u")
    register.put_down(NewAccess(AccessKind.VIEWED, who, f"reason {number}"), datetime.now(UTC))
"""


def test_several_processes_write_one_chain(database: Database, register: AccessRegister) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    processes = [
        subprocess.Popen([sys.executable, "-c", PROGRAM, url, f"writer-{number}"])
        for number in range(3)
    ]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    verdict = register.verify()
    assert (verdict.sound, verdict.rows) == (True, 36)
