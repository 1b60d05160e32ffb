"""What stands in a release folder beside data and certificate: workbook, page, dictionary, metadata for catalogues.

All of it is made from the released tables and their contracts. A digest is of data files only, so none is circular.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from marts.catalogue_entry import catalogue_entry
from marts.csvw import csvw_metadata, csvw_name
from marts.datapackage import data_package
from marts.page.render import render_page
from marts.release_files import WORKBOOK
from marts.workbook import workbook_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marts.certificate import Setting
    from marts.released_table import ReleasedTable


def description_files(
    release_id: str,
    setting: Setting,
    tables: Sequence[ReleasedTable],
    files: Mapping[str, bytes],
    relations: Mapping[str, object],
) -> dict[str, bytes]:
    """The further files of a release by name; ``files`` are its tables as CSV and Parquet.

    ``relations`` are what the data package says of cells of different tables.
    """
    workbook = {WORKBOOK: workbook_bytes(release_id, setting, tables)}
    data = {**files, **workbook}
    page = render_page(release_id, setting.as_of, setting.municipality_code, {table.name: table for table in tables})
    return {
        **workbook,
        "index.html": page.encode(),
        "datapackage.json": json_bytes(data_package(release_id, setting, tables, data, relations)),
        "metadata.dcat.jsonld": json_bytes(catalogue_entry(release_id, setting, tables, data)),
        **{csvw_name(table): json_bytes(csvw_metadata(table)) for table in tables},
    }


def json_bytes(content: Mapping[str, object]) -> bytes:
    """JSON for people and programs: Japanese as it is, one key a line."""
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
