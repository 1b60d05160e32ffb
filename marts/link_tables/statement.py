"""The SQL of a link: made from its registration and from nothing else, so what is not registered cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marts.link_tables.known_columns import record_identity
from marts.link_tables.link import ADDRESSEE_KEY, CHANGED, DELETED, INSERTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marts.link_tables.link import Link, LinkItem

RECORD_ID = "record_id"
SYSTEM_COLUMNS = (RECORD_ID, ADDRESSEE_KEY)
"""In front of key and items in a link table: never delivered."""
DIFFERENCE = "link_difference"
_DELETE_MARK = "has_deleted_flag"


def standing_records(link: Link) -> str:
    """The registered items of every record that stands as of ``$as_of``; one row per record, by the newest delivery.

    A record ends when its delete mark is set or a full delivery no longer held it (``ended_records``). A row that an
    erasure made nobody's (``erased_lines``) is no record any more.
    """
    feed = link.contract
    columns = [
        f'record."{c.column}" as {c.name}' if not c.joined_on else f"{c.source}.{c.column} as {c.name}"
        for c in link.columns
    ]
    marked = _DELETE_MARK in feed.layout.by_name
    return f"""
select {_identity(link)} as {RECORD_ID}, record.{ADDRESSEE_KEY}, {", ".join(columns)}
from ({_placed(link) if link.records else _newest(link)}) as record
anti join (
  select source_file_no, source_line_no from ended_records where feed = '{feed.feed}' and delivery_date <= $as_of
  union all
  select source_file_no, source_line_no from erased_lines where feed = '{feed.feed}'
) as ended on record.source_file_no = ended.source_file_no and record.source_line_no = ended.source_line_no
{_joins(link)}
where {"not coalesce(record.has_deleted_flag, false)" if marked else "true"}
"""


def _newest(link: Link) -> str:
    """The newest row of each key, of the chosen ones."""
    chosen = f" and {link.rows_on} in (select {link.rows_on} from {link.rows_in})" if link.rows_in else ""
    return f"""
  select * from {link.contract.raw_table} where delivery_date <= $as_of{chosen}
  qualify row_number() over (
    partition by {", ".join(f'"{name}"' for name in _partition(link))}
    order by delivery_date desc, delivery_seq desc, source_file_no desc, source_line_no desc
  ) = 1
"""


def _placed(link: Link) -> str:
    """The rows that a model says stand, each under the pseudonym of whom it is about."""
    return f"""
  select delivered.* replace (place.{ADDRESSEE_KEY} as {ADDRESSEE_KEY})
  from {link.contract.raw_table} as delivered
  inner join {link.records} as place
    on delivered.source_file_no = place.source_file_no and delivered.source_line_no = place.source_line_no
  where delivered.delivery_date <= $as_of
"""


def _joins(link: Link) -> str:
    joined = {column.source: column.joined_on for column in link.columns if column.joined_on}
    return "\n".join(f"left join {model} on record.{on} = {model}.{on}" for model, on in joined.items())


def _partition(link: Link) -> Sequence[str]:
    known = record_identity(link.contract)
    return (known,) if known else link.contract.record_key


def _identity(link: Link) -> str:
    """One text that stands for the key, so that two tables are joined by one column."""
    known = ADDRESSEE_KEY if link.records else record_identity(link.contract)
    parts = [f"""coalesce(cast(record."{name}" as varchar), '')""" for name in link.contract.record_key]
    return f"record.{known}" if known else f"concat_ws(chr(31), {', '.join(parts)})"


def table_columns(link: Link) -> list[tuple[str, str]]:
    """Name and type of every column of the link table."""
    return [(name, "VARCHAR") for name in SYSTEM_COLUMNS] + [(c.name, c.duckdb_type) for c in link.columns]


def difference(link: Link, standing: str) -> str:
    """What the consumer has against what stands: one row per record that is new, changed or gone.

    Values are compared, not digests of them: no change can hide behind an equal digest. A record that is gone keeps
    its key and nothing else.
    """
    same = " or ".join(f"now.{c.name} is distinct from held.{c.name}" for c in link.columns) or "false"
    keys = [f"coalesce(now.{c.name}, held.{c.name}) as {c.name}" for c in link.keys]
    items = [f"now.{c.name}" for c in link.items]
    return f"""
create or replace temp table {DIFFERENCE} as
with now as ({standing})
select
  case when held.{RECORD_ID} is null then '{INSERTED}' when now.{RECORD_ID} is null then '{DELETED}'
    else '{CHANGED}' end as change_class,
  coalesce(now.{RECORD_ID}, held.{RECORD_ID}) as {RECORD_ID},
  coalesce(now.{ADDRESSEE_KEY}, held.{ADDRESSEE_KEY}) as {ADDRESSEE_KEY},
  {", ".join(keys + items)}
from now full join {link.table} as held on now.{RECORD_ID} = held.{RECORD_ID}
where held.{RECORD_ID} is null or now.{RECORD_ID} is null or {same}
"""


def nothing(link: Link) -> str:
    """No record at all: what stands of a link that has expired."""
    return f"select * from {link.table} where false"


def held_records(link: Link) -> str:
    """Everything the consumer has, as insertions: a full delivery."""
    return f"create or replace temp table {DIFFERENCE} as select '{INSERTED}' as change_class, * from {link.table}"


def held_without(link: Link) -> str:
    """The records of certain people, by the table ``erased_people``, as deletions with only their keys."""
    items = [f"cast(null as {c.duckdb_type}) as {c.name}" for c in link.items]
    return f"""
create or replace temp table {DIFFERENCE} as
select '{DELETED}' as change_class, {", ".join([*SYSTEM_COLUMNS, *(c.name for c in link.keys), *items])}
from {link.table} where {ADDRESSEE_KEY} in (select {ADDRESSEE_KEY} from erased_people)
"""


def file_rows(link: Link) -> str:
    """The rows of a delivery as texts in the form of the feeds, under their headings, ordered by key."""
    columns = [f'{_as_text(c)} as "{_quoted(c.heading)}"' for c in link.columns]
    order = ", ".join(f"{c.name} nulls first" for c in link.keys)
    return f'select change_class as "異動区分", {", ".join(columns)} from {DIFFERENCE} order by {order}'


def _as_text(column: LinkItem) -> str:
    if column.duckdb_type == "DATE":
        return f"strftime({column.name}, '%Y%m%d')"
    if column.duckdb_type == "BOOLEAN":
        return f"cast(cast({column.name} as integer) as varchar)"
    return f"cast({column.name} as varchar)"


def _quoted(heading: str) -> str:
    return heading.replace('"', '""')


def looked_up(link: Link) -> str:
    """The registered items of one person, by ``$code``, as texts under their headings."""
    columns = [f'{_as_text(c)} as "{_quoted(c.heading)}"' for c in link.columns]
    order = ", ".join(f"{c.name} nulls first" for c in link.keys)
    return f"select {', '.join(columns)} from {link.table} where {link.addressee_code.name} = $code order by {order}"


def held_digest(link: Link) -> str:
    """Number of records and a digest of all that the consumer has; the order of rows does not matter.

    MD5 and not DuckDB's own hash, which may change with its version. It guards against editing by hand, and a chained
    log holds it; it is no secret.
    """
    columns = ", ".join(name for name, _ in table_columns(link))
    text = f"cast(row({columns}) as varchar)"
    return f"select count(*), coalesce(bit_xor(md5_number({text})), 0) from {link.table}"
