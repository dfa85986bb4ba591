"""SQLAlchemy models, migrations and repositories; evidence files by fsspec.

One synchronous stack on SQLite (embedded) and PostgreSQL (production). A repository method
opens one transaction, does its whole work in it and returns plain values of the domain.
"""
