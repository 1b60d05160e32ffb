-- One row per levy year code and tax item code, every pair with groups, totals and empty cells: what is still owed.
-- Yen are what is owed today of that year's levy, not what fell into arrears in that year.
with cells as (
    {{ cells_with_evidence(ref('cells_arrears_facts'), ['levy_year_code', 'tax_item_code']) }}
)

select
    run.as_of_date,
    cells.*,
    -- No tax item is younger than the levy years that are listed.
    false as is_structural_zero
from cells
cross join {{ ref('int_run') }} as run
