from __future__ import annotations

from sqlalchemy import text

from monitor.store.base import Database


def test_a_reader_does_not_wait_for_a_writer(database: Database) -> None:
    with database.transaction() as writer:
        writer.execute(
            text("INSERT INTO demo_message (received, payload) VALUES ('2026-01-01', '{}')")
        )
        with database.reading() as reader:
            assert reader.execute(text("SELECT count(*) FROM demo_message")).scalar() == 0
    with database.reading() as reader:
        assert reader.execute(text("SELECT count(*) FROM demo_message")).scalar() == 1
