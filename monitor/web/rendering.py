"""Jinja2 pages: escaping on, missing values are faults, texts and times in the reader's own way."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from monitor import __version__
from monitor.domain.clock import to_datetime
from monitor.domain.text import Language, Text
from monitor.web import wording
from monitor.web.context import WebContext
from monitor.web.i18n import catalogue, translate

HERE = Path(__file__).parent
STATIC = HERE / "static"


class Renderer:
    """Renders templates for one district."""

    def __init__(self, context: WebContext) -> None:
        settings = context.settings
        self._context = context
        self.zone = ZoneInfo(settings.district.timezone)
        self._own: dict[str, Any] = {
            "demo": settings.demo,
            "district": settings.district.name.text(),
            "zone": self.zone.key,
            "moment": self._moment,
            "at": self._at,
            "clock": self._clock,
        }

    def render(self, template: str, language: Language, **values: Any) -> str:
        """Return a rendered template; ``values`` are its variables."""
        page = _environment().get_template(template)
        return page.render(language=language, **self._own, **values)

    @pass_context
    def _moment(self, context: Context, when: datetime, style: str = "full") -> Markup:
        local = when.astimezone(self.zone)
        text = wording.moment(local, context["language"], style, self._today())
        return Markup('<time datetime="{}">{}</time>').format(_iso(when), text)

    @pass_context
    def _at(self, context: Context, posix: float) -> Markup:
        return self._moment(context, to_datetime(posix))

    def _clock(self, when: datetime) -> str:
        return f"{when.astimezone(self.zone):%H:%M:%S}"

    def _today(self) -> date:
        return self._context.now().astimezone(self.zone).date()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        version=__version__,
        t=_t,
        raw_text=_raw_text,
        day=_worded(wording.day),
        month_name=_worded(wording.month),
        icon=_icon,
    )
    environment.filters.update(
        say=_say,
        kept=_kept,
        job_name=_worded(wording.job_name),
        person=_worded(wording.person),
        input_name=_worded(wording.input_name),
        rule_name=_worded(wording.rule_name),
        fact_name=_worded(wording.fact_name),
        fact_value=_worded(wording.fact_value),
        camera_fault=_worded(wording.camera_fault),
        duration=_worded(wording.duration),
    )
    return environment


@pass_context
def _t(context: Context, key: str, **values: object) -> str:
    return translate(context["language"], key, **values)


@pass_context
def _raw_text(context: Context, key: str) -> str:
    return catalogue(context["language"])[key]


@pass_context
def _say(context: Context, text: Text) -> str:
    return text.of(context["language"])


@pass_context
def _kept(context: Context, text: str) -> str:
    """Return what was kept in both languages, or in only one, in the language of the page."""
    return Text.read_back(text).of(context["language"])


def _worded(function: Any) -> Any:
    @pass_context
    def in_language(context: Context, value: Any) -> Any:
        return function(value, context["language"])

    return in_language


def _icon(name: str) -> Markup:
    return Markup(
        '<svg class="icon" aria-hidden="true"><use href="/static/icons.svg#{}"/></svg>'
    ).format(name)


def _iso(when: datetime) -> str:
    return when.isoformat(timespec="milliseconds")
