"""The SQL of a list: its columns in order, name and address in front, and no text that a spreadsheet would compute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion.protected_list import PROTECTED
from marts.lists.declaration import ListColumn
from marts.spreadsheet_text import FORMULA_START

if TYPE_CHECKING:
    from marts.lists.declaration import ListDeclaration

NAME_COLUMNS = (
    ListColumn("addressee_code", "varchar", "宛名番号"),
    ListColumn("addressee_name", "varchar", "氏名・名称"),
    ListColumn("addressee_address", "varchar", "住所"),
)


NAMES = f"""
select
    addressees.addressee_key,
    versions.addressee_code,
    case when addressees.is_hidden then '{PROTECTED}' else versions.basic_full_name_kanji end as addressee_name,
    case
        when addressees.is_hidden then '{PROTECTED}'
        else concat_ws('　', versions.address_kanji, versions.building_name_kanji)
    end as addressee_address
from (
    select
        *,
        not $shows_protected
        and (is_protected or addressee_key in (select unnest(cast($listed as varchar[])))) as is_hidden
    from dim_addressee
) as addressees
inner join stg_addressee as versions using (source_file_no, source_line_no)
"""
"""One row per addressee. ``$listed`` are keys of the city's own list, beside the flags that the feeds bring.

Neither name nor address of somebody under protection (支援措置) stands in a list unless ``$shows_protected``.
"""


def columns_of(declaration: ListDeclaration) -> tuple[ListColumn, ...]:
    """The columns of the file, in order."""
    return (NAME_COLUMNS if declaration.has_names else ()) + declaration.columns


def rows_query(declaration: ListDeclaration, condition: str) -> str:
    """The rows of the file, in order; the same rows in the same order every time.

    Takes the parameters of the condition and, where the list has names, those of :data:`NAMES`.
    """
    selected = ", ".join(_cell(column) for column in columns_of(declaration))
    names = f"left join ({NAMES}) as names using (addressee_key)" if declaration.has_names else ""
    order = ", ".join(f"rows_asked.{text} nulls last" for text in declaration.order_by)
    return f"""
        with rows_asked as (select * from {declaration.view} where {condition})
        select {selected} from rows_asked {names} order by {order}
    """


def totals_query(declaration: ListDeclaration, condition: str) -> str:
    """``row_count`` and the totals of the rows under a condition, as one row."""
    sums = [f"coalesce(sum({name}), 0) as {name}" for name in declaration.totals]
    distinct = [f"count(distinct {declaration.distinct}) as distinct_count"] if declaration.distinct else []
    return f"select count(*) as row_count, {', '.join(sums + distinct)} from {declaration.view} where {condition}"


def _cell(column: ListColumn) -> str:
    if column.data_type != "varchar":
        return column.name
    guarded = (
        f"case when regexp_matches({column.name}, '{FORMULA_START}') then '''' || {column.name} else {column.name}"
    )
    return f"{guarded} end as {column.name}"
