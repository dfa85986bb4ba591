"""YAML documents: read with care, checked against a schema; mistakes in both languages."""

from monitor.documents.checking import checked, schema_complaints
from monitor.documents.complaint import Complaint, refusal
from monitor.documents.reading import (
    MAX_DOCUMENT_BYTES,
    Document,
    Location,
    dotted,
    not_utf8,
    parse_document,
    read_document,
)

__all__ = [
    "MAX_DOCUMENT_BYTES",
    "Complaint",
    "Document",
    "Location",
    "checked",
    "dotted",
    "not_utf8",
    "parse_document",
    "read_document",
    "refusal",
    "schema_complaints",
]
