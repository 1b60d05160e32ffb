"""The rows cut into blocks that have no unknown in common: what follows in one block says nothing about another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from marts.attacker.equations import AT_MOST, CEILING, EQUAL, Rows, across

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Numbers = npt.NDArray[np.int64]

Sparse = Any
"""A scipy ``csr_array``; scipy has no types."""


class Contradiction(ValueError):  # noqa: N818 - it says what is wrong
    """No figures at all agree with the rows: something was revised unnoticed, or a release contradicts itself."""


@dataclass(frozen=True)
class Block:
    """Unknowns that hang together, numbered from 0; ``unknowns`` are their numbers over all releases."""

    unknowns: Numbers
    rows: Rows

    @property
    def releases(self) -> tuple[int, ...]:
        """The releases that the rows come from."""
        of_rows = self.rows.release
        tellers = across(of_rows[of_rows < 0])
        return tuple(int(release) for release in np.unique(np.concatenate([self.rows.entry_release, tellers])))

    @property
    def joins_releases(self) -> bool:
        """Whether it rests on figures being the same in several releases."""
        return len(self.releases) > 1

    def equal(self) -> tuple[Sparse, Numbers]:
        """The sums, each once."""
        return self._matrix(EQUAL)

    def at_most(self) -> tuple[Sparse, Numbers]:
        """The orderings, each once."""
        return self._matrix(AT_MOST)

    def ceilings(self) -> dict[int, int]:
        """What the public accounts allow at most, by unknown."""
        found: dict[int, int] = {}
        for row in np.flatnonzero(self.rows.kind == CEILING):
            unknown = int(self.rows.entry_unknown[np.flatnonzero(self.rows.entry_row == row)[0]])
            found[unknown] = min(int(self.rows.constant[row]), found.get(unknown, int(self.rows.constant[row])))
        return found

    def apart(self) -> list[Block]:
        """The block as each release tells it by itself: no figure counts as the same in two of them."""
        rows = self.rows
        keep = _chosen(rows, np.flatnonzero(rows.release >= 0))
        pairs, number = np.unique(np.stack([keep.entry_unknown, keep.entry_release]), axis=1, return_inverse=True)
        own = replace(keep, entry_unknown=number.reshape(-1))
        return list(blocks_of(own, self.unknowns[pairs[0]]))

    def only(self, release: int) -> list[Block]:
        """The part that one release tells by itself."""
        rows = _chosen(self.rows, np.flatnonzero(self.rows.release == release))
        return list(blocks_of(rows, self.unknowns)) if len(rows.kind) else []

    def _matrix(self, kind: int) -> tuple[Sparse, Numbers]:
        rows = self.rows
        chosen = np.flatnonzero(rows.kind == kind)
        place = np.full(len(rows.kind), -1)
        place[chosen] = np.arange(len(chosen))
        mine = place[rows.entry_row] >= 0
        matrix = csr_array(
            (rows.entry_coefficient[mine], (place[rows.entry_row[mine]], rows.entry_unknown[mine])),
            shape=(len(chosen), len(self.unknowns)),
        )
        matrix.sum_duplicates()
        return _each_once(matrix, rows.constant[chosen])


def _each_once(matrix: Sparse, constant: Numbers) -> tuple[Sparse, Numbers]:
    """Releases repeat each other; the same row with the same constant is said once."""
    seen: dict[tuple[bytes, bytes, int], int] = {}
    for row in range(matrix.shape[0]):
        part = slice(matrix.indptr[row], matrix.indptr[row + 1])
        seen.setdefault((matrix.indices[part].tobytes(), matrix.data[part].tobytes(), int(constant[row])), row)
    kept = np.array(list(seen.values()), dtype=np.int64)
    return (matrix, constant) if len(kept) == len(constant) else (matrix[kept], constant[kept])


def blocks_of(rows: Rows, unknowns: Numbers) -> Iterator[Block]:
    """The blocks of ``rows``; what stands in no row is in none: nothing is known of it but that it is not negative."""
    count = len(unknowns)
    graph = csr_array(
        (np.ones(len(rows.entry_row)), (rows.entry_row + count, rows.entry_unknown)),
        shape=(count + len(rows.kind), count + len(rows.kind)),
    )
    _, label = connected_components(graph, directed=False)
    of_row, of_entry = label[count:], label[rows.entry_unknown]
    row_order, entry_order = np.argsort(of_row, kind="stable"), np.argsort(of_entry, kind="stable")
    row_ends, entry_ends = _ends(of_row[row_order]), _ends(of_entry[entry_order])
    place = np.empty(len(rows.kind), dtype=np.int64)
    for (start, end), (first, last) in zip(row_ends, entry_ends, strict=True):
        mine, entries = row_order[start:end], entry_order[first:last]
        place[mine] = np.arange(len(mine))
        own, number = np.unique(rows.entry_unknown[entries], return_inverse=True)
        yield Block(unknowns[own], _part(rows, mine, entries, place, number))


def _ends(sorted_labels: Numbers) -> list[tuple[int, int]]:
    """First and last place of each run of equal labels."""
    starts = np.flatnonzero(np.diff(sorted_labels, prepend=-1))
    return list(zip(starts.tolist(), [*starts[1:].tolist(), len(sorted_labels)], strict=True)) if len(starts) else []


def _chosen(rows: Rows, chosen: Numbers) -> Rows:
    place = np.full(len(rows.kind), -1, dtype=np.int64)
    place[chosen] = np.arange(len(chosen))
    entries = np.flatnonzero(place[rows.entry_row] >= 0)
    return _part(rows, chosen, entries, place, rows.entry_unknown[entries])


def _part(rows: Rows, chosen: Numbers, entries: Numbers, place: Numbers, unknown: Numbers) -> Rows:
    return Rows(
        rows.kind[chosen],
        rows.constant[chosen],
        rows.release[chosen],
        place[rows.entry_row[entries]],
        unknown,
        rows.entry_coefficient[entries],
        rows.entry_release[entries],
    )
