"""The district's file as people change it: checked, versioned, never overwritten unseen.

The file is the truth and may be edited by hand at any time. Every text that it had while the
service knew of it is a version in the database; what was changed by hand while the service ran is
one too, but comes in force only when somebody adopts it or the service starts anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor.documents import Complaint, parse_document, refusal
from monitor.domain.alerts import SYSTEM, Actor
from monitor.domain.clock import Clock, utc_now
from monitor.domain.errors import ConfigError, ConflictError, InputError
from monitor.domain.text import Text
from monitor.settings.load import examined
from monitor.settings.revising.difference import DiffLine, difference
from monitor.settings.revising.file import read_text, replace_file
from monitor.settings.revising.rewrite import rewritten
from monitor.settings.revising.secrets import hidden_text, restored
from monitor.settings.revising.variables import new_variables
from monitor.store.base import Database
from monitor.store.config_versions import (
    ConfigVersion,
    ConfigVersions,
    NewVersion,
    VersionKind,
    fingerprint,
)

_CHANGED = Text("其间文件已被修改", "the file was changed meanwhile")


@dataclass(frozen=True, slots=True)
class Present:
    """The file as it is now; it holds passwords.

    ``value`` is ``None`` and ``problem`` says why where the file cannot be used as it is.
    ``in_force`` is the newest version that the service takes over.
    """

    text: str = field(repr=False)
    config_version: str
    value: dict[str, Any] | None = field(repr=False)
    problem: ConfigError | None
    in_force: ConfigVersion | None

    @property
    def changed_by_hand(self) -> bool:
        """Whether the file is another than what is in force."""
        return self.in_force is not None and self.in_force.config_version != self.config_version


@dataclass(frozen=True, slots=True)
class Draft:
    """What the file would become: its text, what is wrong with it, and what it changes.

    ``text`` holds passwords, ``lines`` do not. ``seen`` is the version that it was made from.
    """

    text: str = field(repr=False)
    seen: str
    complaints: tuple[Complaint, ...]
    lines: tuple[DiffLine, ...]

    @property
    def changes(self) -> bool:
        """Whether it is another text than the file has."""
        return fingerprint(self.text) != self.seen


class ConfigDesk:
    """Changes to the file at ``config``."""

    def __init__(self, database: Database, config: Path, secret: str, clock: Clock) -> None:
        self.versions = ConfigVersions(database, secret)
        self._config = config.resolve()
        self._clock = clock

    @property
    def name(self) -> str:
        """What messages call the file."""
        return self._config.name

    def on_disk(self) -> str:
        """Return the version of the file as it lies there; empty where it cannot be read."""
        try:
            return fingerprint(read_text(self._config))
        except ConfigError:
            return ""

    def begin(self) -> ConfigVersion:
        """Take down what the service starts with."""
        return self._found(VersionKind.START)

    def present(self) -> Present:
        """Return the file as it is; one that no version has yet is kept as one first.

        Raises:
            ConfigError: the file cannot be read at all.
        """
        text = read_text(self._config)
        in_force = self.versions.newest(in_force=True)
        value, problem = self._value(text)
        known = in_force is not None and in_force.config_version == fingerprint(text)
        if not known and not problem:
            self._found(VersionKind.DISK)
        return Present(text, fingerprint(text), value, problem, in_force)

    def by_hand(self, present: Present) -> tuple[DiffLine, ...]:
        """Return what was changed by hand and is not in force."""
        if present.in_force is None or not present.changed_by_hand or present.problem is not None:
            return ()
        return difference(
            self.versions.text(present.in_force.position), present.text, self._config.name
        )

    def draft(self, present: Present, wanted: dict[str, Any]) -> Draft:
        """Return what the file becomes when it means ``wanted``, whose secrets may be hidden.

        For forms: environment variables that the file does not have already are mistakes.

        Raises:
            ConflictError: the file is unsound, or cannot be changed by program.
        """
        if present.value is None:
            raise ConflictError(
                Text("文件有错误", "the file has mistakes"),
                where=self.name,
                hint=Text("请手工改正，或撤销修改", "mend it by hand, or undo"),
            )
        whole, missing = restored(wanted, present.value)
        foreign = new_variables(whole, present.value)
        written = rewritten(present.text, self.name, whole)
        return self._draft(written, present, [*missing, *foreign])

    def draft_text(self, present: Present, text: str) -> Draft:
        """Return the draft of a whole new text, whose secrets may be hidden.

        Raises:
            ConfigError: it is not sound YAML.
        """
        value = parse_document(text, self.name).value
        if not isinstance(value, dict):
            raise ConfigError(
                Text("文件应为“键: 值”的形式", "the file must be a mapping"),
                hint=Text("见 configs/district.yaml", "see configs/district.yaml"),
            )
        whole, missing = restored(value, present.value)
        written = rewritten(text, self.name, whole)
        if present.value is not None and _reads_alike(written, present.text, self.name):
            written = present.text
        return self._draft(written, present, missing)

    def save(
        self,
        draft: Draft,
        kind: VersionKind,
        actor: Actor,
        reason: str,
        restores: int | None = None,
    ) -> ConfigVersion:
        """Write a draft to the file and keep it as a version.

        Raises:
            ConfigError: it has mistakes.
            ConflictError: the file was changed meanwhile, or cannot be written.
            InputError: no reason is given, or nothing is changed.
        """
        if draft.complaints:
            raise refusal(parse_document(draft.text, self.name), draft.complaints)
        _check_reason(reason)
        if not draft.changes:
            raise InputError(Text("没有任何修改", "nothing is changed"), where=self.name)

        def write() -> None:
            if fingerprint(read_text(self._config)) != draft.seen:
                raise ConflictError(
                    _CHANGED, where=self.name, hint=Text("请重新查看", "look at it anew")
                )
            replace_file(self._config, draft.text)

        version = NewVersion(kind, draft.text, actor, reason, restores)
        return self.versions.add(version, utc_now(self._clock), write)

    def adopt(self, seen: str, actor: Actor, reason: str) -> ConfigVersion:
        """Put in force what was changed by hand.

        Raises:
            ConflictError: the file has mistakes, is another than ``seen``, or is in force already.
            InputError: no reason is given.
        """
        _check_reason(reason)
        present = self.present()
        if present.problem is not None or present.config_version != seen:
            raise ConflictError(_CHANGED, where=self.name)
        if not present.changed_by_hand:
            raise ConflictError(Text("已经生效", "this is in force already"), where=self.name)
        version = NewVersion(VersionKind.ADOPTED, present.text, actor, reason)
        return self.versions.add(version, utc_now(self._clock))

    def taken(
        self, kind: VersionKind, actor: Actor, reason: str, before: str = ""
    ) -> ConfigVersion:
        """Keep what was just written to the file by other means, and what it was ``before``."""
        if before:
            found = NewVersion(VersionKind.DISK, before, SYSTEM, "")
            self.versions.add_unless_newest(found, utc_now(self._clock))
        version = NewVersion(kind, read_text(self._config), actor, reason)
        return self.versions.add_unless_newest(version, utc_now(self._clock))

    def draft_undo(self, position: int) -> Draft:
        """Return the draft that brings the text of an earlier version back.

        Raises:
            NotFoundError: there is no such version.
        """
        text = read_text(self._config)
        value, problem = self._value(text)
        present = Present(text, fingerprint(text), value, problem, None)
        return self._draft(self.versions.text(position), present, [])

    def changed_by(self, position: int) -> tuple[DiffLine, ...]:
        """Return what a version changed against the last one with another text.

        Raises:
            NotFoundError: there is no such version.
        """
        text = self.versions.text(position)
        former = self.versions.former(position)
        before = text if former is None else self.versions.text(former.position)
        return difference(before, text, self.name)

    def shown(self, text: str) -> str:
        """Return a text of the file without its secrets."""
        return hidden_text(text, self.name)

    def _draft(self, text: str, present: Present, missing: list[Complaint]) -> Draft:
        document = parse_document(text, self.name)
        _, found = examined(document, self._config.parent)
        before = present.text if present.value is not None else text
        lines = difference(before, text, self.name)
        return Draft(text, present.config_version, (*missing, *found), lines)

    def _value(self, text: str) -> tuple[dict[str, Any] | None, ConfigError | None]:
        try:
            document = parse_document(text, self.name)
            _, found = examined(document, self._config.parent)
        except ConfigError as error:
            return None, error
        return document.value, refusal(document, found) if found else None

    def _found(self, kind: VersionKind) -> ConfigVersion:
        return self.taken(kind, SYSTEM, "")


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise InputError(
            Text(
                "请写明原因：每次修改都连同原因保存",
                "say why: every change is kept with its reason",
            ),
            where="reason",
        )


def _reads_alike(one: str, other: str, name: str) -> bool:
    same_value = parse_document(one, name).value == parse_document(other, name).value
    return same_value and hidden_text(one, name) == hidden_text(other, name)
