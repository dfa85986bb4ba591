"""What every part of a configuration file is made of: strict models, ids and names."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from monitor.domain.errors import WrongValueError
from monitor.domain.text import Text

_ID = re.compile(r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$")


class Model(BaseModel):
    """Base of all parts: unknown keys are mistakes, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def is_id(text: str) -> bool:
    """Say whether ``text`` may be the id of something."""
    return _ID.fullmatch(text) is not None


def _identifier(value: Any) -> Any:
    if isinstance(value, str) and not is_id(value):
        raise WrongValueError(
            Text(
                f"“{value}”不能作编号：只能用小写字母、数字和连字符，最多 64 个",
                f"'{value}' is not an id: use lower-case letters, digits and hyphens, at most 64",
            )
        )
    return value


Id = Annotated[str, BeforeValidator(_identifier)]


class Names(Model):
    """A name in both languages; one plain text stands for both."""

    zh: str = Field(min_length=1, description="Simplified Chinese")
    en: str = Field(min_length=1, description="English")

    def text(self) -> Text:
        """Return the domain's bilingual text."""
        return Text(zh=self.zh, en=self.en)


def _names(value: Any) -> Any:
    return {"zh": value, "en": value} if isinstance(value, str) else value


Name = Annotated[Names, BeforeValidator(_names)]
