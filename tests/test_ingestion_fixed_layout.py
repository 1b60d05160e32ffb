"""A city's own fixed-width layout: one file and one row of the catalogue, no code.

Which kinds of record there are, how they are told apart and what a trailer must equal come from there alone.
"""

from __future__ import annotations

import csv
from itertools import chain
from typing import TYPE_CHECKING

import pytest

from ingestion import contract as catalogue
from ingestion.contract import FeedContract, load_contract
from ingestion.control import block_faults
from ingestion.errors import ConfigurationError
from ingestion.fixed_width_reader import read_fixed_width_feed

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.framing import Framed

HEADINGS = "record,no,item_ja,name,type,length,required,codes,personal,description_ja"
HEADER = ["header,1,区分,header_mark,code,2,yes,HD=始め,none,", "header,2,日,created_date,date,8,yes,,none,"]
DATA = [
    "data,1,区分,data_mark,code,2,yes,DA=明細;DB=明細2,none,",
    "data,2,番号,slip_no,text,4,yes,,key,",
    "data,3,金額,paid_yen,yen,4,yes,,none,",
]
TRAILER = [
    "trailer,1,区分,trailer_mark,code,2,yes,TR=計,none,",
    "trailer,2,件数,total_count,int,3,yes,,none,",
    "trailer,3,計,total_yen,yen,5,yes,,none,",
]
END = ["end,1,区分,end_mark,code,2,yes,ZZ=終わり,none,", "end,2,予備,end_reserved,text,8,,,none,"]
RULES = "total_count=count|total_yen=paid_yen"
SLIPS = [b"DA00010900", b"DB00020050"]


def own_feed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, records: list[list[str]], rules: str, control: str
) -> FeedContract:
    """The contract of a catalogue that has one feed of these records."""
    row = {
        "feed": "own", "family": "receipt", "title_ja": "自市", "format": "fixed", "extension": "dat",
        "encoding": "cp932", "record_bytes": "10", "record_key": "slip_no", "row_kind": "event", "amount": "paid_yen",
        "control": control, "instalment_key": "", "assumed": "yes", "source": "", "items": "", "trailer": rules,
    }  # fmt: skip
    with (folder / "feeds.csv").open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, row)
        writer.writeheader()
        writer.writerow(row)
    (folder / "own.csv").write_text("\n".join([HEADINGS, *chain(*records)]) + "\n", encoding="utf-8")
    monkeypatch.setattr(catalogue, "LAYOUT_FOLDER", folder)
    return load_contract("own")


def read(folder: Path, contract: FeedContract, records: list[bytes]) -> tuple[Framed, list[str]]:
    (folder / "own.dat").write_bytes(b"\r\n".join(records))
    framed = read_fixed_width_feed(folder / "own.dat", contract, "cp932", folder / "framed.csv")
    return framed, (folder / "framed.csv").read_text(encoding="utf-8").splitlines()


def test_records_without_header_and_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = own_feed(tmp_path, monkeypatch, [DATA, TRAILER], RULES, "trailer")
    framed, lines = read(tmp_path, own, [*SLIPS, b"TR00200950", SLIPS[0], b"TR00100900"])
    assert (framed.faults, block_faults(framed)) == ([], [])
    assert lines == ["1,DA,0001,0900", "2,DB,0002,0050", "4,DA,0001,0900"]
    framed, _ = read(tmp_path, own, [*SLIPS, b"TR00200951"])
    assert [fault.cause for fault in block_faults(framed)] == [
        "the trailer states 951 yen (total_yen), its records add up to 950"
    ]


def test_data_records_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = own_feed(tmp_path, monkeypatch, [DATA], "", "sidecar")
    framed, lines = read(tmp_path, own, SLIPS)
    assert framed.faults == []
    assert lines == ["1,DA,0001,0900", "2,DB,0002,0050"]
    framed, _ = read(tmp_path, own, [b"DA00010900", b"XX00020050"])
    assert [fault.line_no for fault in framed.faults] == [2]


def test_a_header_with_an_end_record_but_no_trailer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = own_feed(tmp_path, monkeypatch, [HEADER, DATA, END], "", "sidecar")
    records = [b"HD20250401", b"DA00010900", b"HD20250402", b"DB00020050", b"ZZ        "]
    framed, lines = read(tmp_path, own, records)
    assert framed.faults == []
    assert lines == ["2,HD,20250401,DA,0001,0900", "4,HD,20250402,DB,0002,0050"]
    framed, _ = read(tmp_path, own, records[:-1])
    assert [fault.cause for fault in framed.faults] == ["the file ends without its end record"]


@pytest.mark.parametrize(
    ("records", "rules", "cause"),
    [
        ([DATA, TRAILER], "total_count=count", "the numbers of the trailer are total_count, total_yen"),
        ([DATA, TRAILER], RULES.replace("paid_yen", "slip_no"), "slip_no is no number"),
        ([DATA, TRAILER], RULES + ":fee_code=1", "fee_code is no column"),
        ([DATA, TRAILER], "total_count=count|total_yen=count", "does not state rows and yen"),
        ([DATA, TRAILER], "total_count:count", "is no rule such as"),
        ([DATA], "", "does not state rows and yen"),
        ([DATA, [line.replace("TR=", "DA=") for line in TRAILER]], RULES, "does not tell the kinds"),
        ([DATA[:2]], "", "has no column"),
        ([[line.replace(",4,yes,,key", ",5,yes,,key") for line in DATA]], "", "11 bytes, not 10"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, records: list[list[str]], rules: str, cause: str
) -> None:
    with pytest.raises(ConfigurationError, match=cause) as refused:
        own_feed(tmp_path, monkeypatch, records, rules, "trailer")
    assert refused.value.remedy
