"""Tables to which rows are only ever added: the database itself refuses anything else.

It keeps programs from altering what was put down by mistake. Who owns the database can remove the
triggers; that is what the hash chain is for.
"""

from __future__ import annotations

from sqlalchemy import DDL, FromClause, Table, event


def append_only(clause: FromClause) -> None:
    """Let the database refuse to change or remove rows, from the table's creation on."""
    table = clause
    if not isinstance(table, Table):
        raise TypeError("only a table can be protected")
    for dialect, statements in refusals(table.name).items():
        for statement in statements:
            made = DDL(statement).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", made)


def refusals(name: str) -> dict[str, tuple[str, ...]]:
    """Return the statements by dialect that protect a table; migrations run them, too.

    A table that exists already is not changed by what is changed here: that takes a migration.
    """
    refuse = f"{name} is append-only"
    return {
        "sqlite": tuple(
            f"CREATE TRIGGER {name}_no_{verb} BEFORE {verb.upper()} ON {name} "
            f"BEGIN SELECT RAISE(ABORT, '{refuse}'); END"
            for verb in ("update", "delete")
        ),
        "postgresql": (
            f"CREATE FUNCTION {name}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{refuse}'; END $$",
            f"CREATE TRIGGER {name}_no_change BEFORE UPDATE OR DELETE ON {name} "
            f"FOR EACH ROW EXECUTE FUNCTION {name}_refuse()",
            f"CREATE TRIGGER {name}_no_truncate BEFORE TRUNCATE ON {name} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}_refuse()",
        ),
    }
