"""Registers as spreadsheets: a template to fill in, and what a filled one says, row by row."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import xlsxwriter

from monitor.domain.registers import Entry, key_text
from monitor.domain.text import Language, Text
from monitor.registers.forms import Field, FieldKind, Form, forms, read_entry, shown, written_of
from monitor.registers.names import NO, YES
from monitor.registers.tables import Table

_ROWS_WITH_CHOICES = 2000
_LIKE_ENOUGH = 0.5
_CELL = {"num_format": "@"}


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong in one cell, or with a whole row or sheet."""

    sheet: str
    row: int
    column: Text | None
    message: Text


@dataclass(frozen=True, slots=True)
class Filled:
    """What a spreadsheet says: entries by book, and everything that is wrong with it."""

    entries: Mapping[str, tuple[Entry, ...]]
    problems: tuple[RowProblem, ...]

    @property
    def count(self) -> int:
        """Return how many entries there are."""
        return sum(len(entries) for entries in self.entries.values())


def read_filled(tables: Sequence[Table]) -> Filled:
    """Return what the sheets of a filled template say; sheets without rows say nothing."""
    entries: dict[str, list[Entry]] = {}
    problems: list[RowProblem] = []
    for table in tables:
        if not table.rows:
            continue
        form = _form_for(table)
        if form is None:
            problems.append(RowProblem(table.title, 1, None, _unknown_sheet()))
            continue
        found, wrong = _rows(table, form)
        entries.setdefault(form.book, []).extend(found)
        problems += wrong
    for book, group in entries.items():
        problems += _twice(forms()[book], group)
    return Filled({book: tuple(group) for book, group in entries.items()}, tuple(problems))


def write_template(
    language: Language, filled: Mapping[str, Iterable[Entry]] | None = None
) -> bytes:
    """Return a workbook with one sheet for each book, with the entries given, or empty."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        heading = book.add_format({"bold": True, "bg_color": "#D7EEF0", "border": 1})
        needed = book.add_format({"bold": True, "bg_color": "#FBF5DD", "border": 1})
        plain = book.add_format(_CELL)
        for form in forms().values():
            sheet = book.add_worksheet(form.title.of(language))
            sheet.freeze_panes(1, 0)
            for column, field in enumerate(form.fields):
                mark = "*" if field.required else ""
                style = needed if field.required else heading
                sheet.write_string(0, column, field.label.of(language) + mark, style)
                sheet.set_column(column, column, 18, plain)
                _offer(sheet, column, field, language)
            for number, entry in enumerate((filled or {}).get(form.book, ()), 1):
                written = written_of(form, entry)
                for column, field in enumerate(form.fields):
                    text = shown(field, written[field.name]).of(language)
                    sheet.write_string(number, column, text, plain)
    return target.getvalue()


def _offer(
    sheet: xlsxwriter.worksheet.Worksheet, column: int, field: Field, language: Language
) -> None:
    names: list[str] = []
    if field.kind is FieldKind.CHOICE:
        names = [name.of(language) for name in field.choices.values()]
    elif field.kind is FieldKind.FLAG:
        names = [YES.of(language), NO.of(language)]
    # A list is one text of at most 255 characters, parted by commas.
    if names and len(",".join(names)) <= 255 and not any("," in name for name in names):
        rule = {"validate": "list", "source": names}
        sheet.data_validation(1, column, _ROWS_WITH_CHOICES, column, rule)


def _form_for(table: Table) -> Form | None:
    for form in forms().values():
        if table.title in (form.title.zh, form.title.en, form.book):
            return form
    best = max(forms().values(), key=lambda form: _likeness(form, table))
    return best if _likeness(best, table) >= _LIKE_ENOUGH else None


def _likeness(form: Form, table: Table) -> float:
    """Return how much of a sheet without a title fits a form; 0 where a key is missing."""
    known = _columns(form)
    found = {known[heading].name for heading in table.headings if heading in known}
    if not {field.name for field in form.fields if field.key and field.required} <= found:
        return 0.0
    return len(found) / max(1, sum(bool(heading) for heading in table.headings))


def _columns(form: Form) -> dict[str, Field]:
    return {
        name: field
        for field in form.fields
        for name in (field.name, field.label.zh, field.label.en)
    }


def _rows(table: Table, form: Form) -> tuple[list[Entry], list[RowProblem]]:
    columns = _columns(form)
    sheet = table.title or form.title.zh
    problems = [
        RowProblem(sheet, 1, Text(heading, heading), _unknown_column(form))
        for heading in table.headings
        if heading and heading not in columns
    ]
    found: list[Entry] = []
    for number, row in table.rows:
        written = {columns[name].name: value for name, value in row.items() if name in columns}
        read = read_entry(form, written)
        if isinstance(read, tuple):
            problems += [
                RowProblem(sheet, number, item.field.label if item.field else None, item.message)
                for item in read
            ]
        else:
            found.append(read)
    return found, problems


def _twice(form: Form, entries: Iterable[Entry]) -> Iterator[RowProblem]:
    seen: set[str] = set()
    for entry in entries:
        key = key_text(entry)
        if key in seen:
            named = key.replace("|", " ")
            message = Text(zh=f"“{named}”出现两次", en=f"'{named}' appears twice")
            yield RowProblem(form.title.zh, 0, None, message)
        seen.add(key)


def _unknown_sheet() -> Text:
    titles = [form.title for form in forms().values()]
    return Text(
        zh="不认识这张表；表名应为：" + "、".join(title.zh for title in titles),
        en="this sheet is not known; it should be one of: " + ", ".join(t.en for t in titles),
    )


def _unknown_column(form: Form) -> Text:
    return Text(
        zh="不认识这一列；应为：" + "、".join(field.label.zh for field in form.fields),
        en="this column is not known; it should be one of: "
        + ", ".join(field.label.en for field in form.fields),
    )
