"""Bodies of forms, read whole: the fields as plain text, and one uploaded file if there is one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

_MOST_FIELDS = 200


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as a browser sent it; nothing about it is to be believed."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as a browser sent it; of a name that comes twice the last counts."""

    fields: dict[str, str]
    file: SentFile | None = None

    def text(self, name: str, limit: int = 500) -> str:
        """Return a field without the blanks around it, or an empty text."""
        return self.fields.get(name, "").strip()[:limit]


async def _sent(request: Request) -> Sent:
    fields: dict[str, str] = {}
    file: SentFile | None = None
    async with request.form(max_files=1, max_fields=_MOST_FIELDS) as form:
        for key, value in form.multi_items():
            if isinstance(value, UploadFile):
                if value.filename:
                    file = SentFile(value.filename, await value.read())
            else:
                fields[key] = value
    return Sent(fields, file)


SentForm = Annotated[Sent, Depends(_sent)]
"""The body of a form."""
