"""Damage for files of any kind, drawn by hypothesis: what happens to files on their way, and what never should.

``EXAMPLES`` is how many each property tries; a longer run: ``make fuzz EXAMPLES=2000``.
"""

from __future__ import annotations

import os

from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("OSAMARI_FUZZ_EXAMPLES", "20"))
_AWKWARD = (
    b'"',
    b",",
    b"\n",
    b"\r",
    b"\r\n",
    b"\x00",
    b"\x1f",
    b"\x81",
    b"\xff",
    b"\xef\xbb\xbf",
    "１".encode(),
    b"-",
    b"e3",
)


@st.composite
def damaged(draw: st.DrawFn, content: bytes, separator: bytes = b"\n") -> bytes:
    """The content after one to three accidents: cut, overwritten, stuffed, records lost, doubled or swapped."""
    for accident in draw(st.lists(st.sampled_from(_ACCIDENTS), min_size=1, max_size=3)):
        content = draw(accident(content, separator))
    return content


@st.composite
def _cut(draw: st.DrawFn, content: bytes, separator: bytes) -> bytes:
    del separator
    return content[: draw(st.integers(0, len(content)))]


@st.composite
def _overwritten(draw: st.DrawFn, content: bytes, separator: bytes) -> bytes:
    del separator
    place = draw(st.integers(0, max(0, len(content) - 1)))
    return content[:place] + draw(st.binary(min_size=1, max_size=4)) + content[place + 1 :]


@st.composite
def _stuffed(draw: st.DrawFn, content: bytes, separator: bytes) -> bytes:
    del separator
    place = draw(st.integers(0, len(content)))
    return content[:place] + draw(st.sampled_from(_AWKWARD)) + content[place:]


@st.composite
def _records_moved(draw: st.DrawFn, content: bytes, separator: bytes) -> bytes:
    """Two records change places, one is lost, or one comes twice."""
    records = content.split(separator)
    one, other = draw(st.integers(0, len(records) - 1)), draw(st.integers(0, len(records) - 1))
    what = draw(st.sampled_from(("swapped", "lost", "doubled")))
    if what == "swapped":
        records[one], records[other] = records[other], records[one]
    elif what == "lost":
        del records[one]
    else:
        records.insert(other, records[one])
    return separator.join(records)


@st.composite
def _fields_swapped(draw: st.DrawFn, content: bytes, separator: bytes) -> bytes:
    records = content.split(separator)
    place = draw(st.integers(0, len(records) - 1))
    fields = records[place].split(b",")
    one, other = draw(st.integers(0, len(fields) - 1)), draw(st.integers(0, len(fields) - 1))
    fields[one], fields[other] = fields[other], fields[one]
    records[place] = b",".join(fields)
    return separator.join(records)


_ACCIDENTS = (_cut, _overwritten, _stuffed, _records_moved, _fields_swapped)
