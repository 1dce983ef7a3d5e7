"""Statements that are written once and then only filled in.

To have Django write a statement takes ten times the processor of sending it. That is nothing for a
page, and most of what placing an order costs: orders.checkout keeps its statements here.
"""

from collections.abc import Callable, Sequence
from copy import copy
from datetime import datetime
from functools import cache
from itertools import chain

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BooleanField,
    CharField,
    Expression,
    Field,
    ForeignKey,
    IntegerField,
    Model,
    QuerySet,
)
from django.db.models.sql import InsertQuery

AS_IT_IS = (BooleanField, CharField, ForeignKey, IntegerField)  # what drivers take unchanged


class Blank(Expression):
    """The place of a value that is known when the query is asked."""

    def __init__(self, name: str, turn: int | None = None):
        super().__init__()
        self.name, self.turn = name, turn

    def as_sql(self, compiler, connection):
        return "%s", [self]

    def of(self, values: dict):
        value = values[self.name]
        return value if self.turn is None else value[self.turn]


class Query:
    """The rows of `build(name=…, …)`, for values that change: called with these, by name.

    `build` gets blanks, and lists of blanks: it may compare with them, not look at them. What else
    depends on the moment has to be a value, too.
    """

    def __init__(self, build: Callable[..., QuerySet]):
        self._build = build
        self._written = {}

    def __call__(self, **values) -> list:
        values = {name: _ready(value) for name, value in values.items()}
        sizes = tuple(len(each) if isinstance(each, list) else None for each in values.values())
        if sizes not in self._written:
            self._written[sizes] = self._write(values)
        queryset, compiler, converters, text, parameters = self._written[sizes]
        if not text:
            return []
        filled = tuple(each.of(values) if isinstance(each, Blank) else each for each in parameters)
        mine = copy(compiler)  # threads share what is written, not whom they ask
        mine.connection = connection
        mine.as_sql, mine.get_converters = lambda: (text, filled), lambda _: converters
        asked = queryset.all()
        asked.query.get_compiler = lambda *_, **__: mine
        return list(asked)

    def _write(self, values: dict) -> tuple:
        queryset = self._build(**{name: _blank(name, value) for name, value in values.items()})
        compiler = queryset.query.get_compiler(connection.alias)
        try:
            text, parameters = compiler.as_sql()
        except EmptyResultSet:  # an empty list: nothing can be in it
            return queryset, compiler, {}, "", ()
        columns = [column for column, *_ in compiler.select]
        return queryset, compiler, compiler.get_converters(columns), text, parameters


def _ready(value):
    """A value as the database takes it; a list in one of few lengths, its last value repeated."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, set | list | tuple):
        some = list(value)
        return some + some[-1:] * ((1 << (len(some) - 1).bit_length()) - len(some))
    return value


def _blank(name: str, value):
    if isinstance(value, list):
        return [Blank(name, turn) for turn in range(len(value))]
    return Blank(name)


def insert(rows: Sequence[Model]) -> None:
    """Store new rows of one model in one statement and tell each its id.

    As bulk_create does, but no field is asked to prepare what is of its type already.
    """
    model, database = type(rows[0]), connections[DEFAULT_DB_ALIAS]
    fields, beginning, end = _around(model)
    values = [[_value(row, field, database) for field in fields] for row in rows]
    compiler = InsertQuery(model).get_compiler(connection=database)
    places, parameters = compiler.assemble_as_sql(fields, values)
    with database.cursor() as cursor:
        text = f"{beginning} {database.ops.bulk_insert_sql(fields, places)} {end}"
        cursor.execute(text, [*chain.from_iterable(parameters)])
        for row, (row.pk,) in zip(rows, cursor.fetchall(), strict=True):
            row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


@cache
def _around(model: type[Model]) -> tuple[list[Field], str, str]:
    """What is stored of a row, and what stands before and after the rows."""
    meta, name = model._meta, connection.ops.quote_name
    fields = [field for field in meta.local_concrete_fields if not field.primary_key]
    columns = ", ".join(name(field.column) for field in fields)
    beginning = f"INSERT INTO {name(meta.db_table)} ({columns})"
    return fields, beginning, f"RETURNING {name(meta.pk.column)}"


def _value(row: Model, field: Field, database: BaseDatabaseWrapper):
    if isinstance(field, AS_IT_IS):
        return getattr(row, field.attname)
    return field.get_db_prep_save(field.pre_save(row, add=True), database)
