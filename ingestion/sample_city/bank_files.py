"""Fixed-width files between the city, its banks and the pension insurers, block by block with header and trailer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.columns import Columns, row_count, take
from ingestion.sample_city.outgoing_rows import (
    refund_header,
    refund_text,
    refund_trailer,
    request_header,
    request_text,
    request_trailer,
)
from ingestion.sample_city.receipt_rows import transfer_header, transfer_text, transfer_trailer

if TYPE_CHECKING:
    from ingestion.sample_city.people import City
    from ingestion.sample_city.writers import FeedFile


def write_transfers(file: FeedFile, rows: Columns, city: City, _: int) -> None:
    """Results of account transfer, one block for each debit day."""
    for debit_day in np.unique(rows["paid"]).tolist():
        block = take(rows, rows["paid"] == debit_day)
        block = take(block, np.argsort(block["slip_no"], kind="stable"))
        text = transfer_text(block, city)
        file.add_block(transfer_header(debit_day), text, row_count(block), transfer_trailer(block))


def write_refunds(file: FeedFile, rows: Columns, city: City, _: int) -> None:
    """Refunds paid out, one block for each transfer day."""
    for settled_on in np.unique(rows["settled_on"]).tolist():
        block = take(rows, rows["settled_on"] == settled_on)
        block = take(block, np.lexsort((block["serial"], block["fiscal_year"], block["tax"])))
        text = refund_text(block, city)
        file.add_block(refund_header(settled_on), text, row_count(block), refund_trailer(block))


def write_requests(file: FeedFile, rows: Columns, city: City, day: int) -> None:
    """Requests to withhold from pensions, one block for each tax."""
    for tax in np.unique(rows["tax"]).tolist():
        block = take(rows, rows["tax"] == tax)
        text = request_text(block, day, city)
        file.add_block(request_header(block, day), text, row_count(block), request_trailer(block, day))


BANK_FILES = {
    "account_transfer_result": write_transfers,
    "refund_transfer": write_refunds,
    "pension_special_collection": write_requests,
}
"""How each of these feeds is written from the rows of one delivery day."""
