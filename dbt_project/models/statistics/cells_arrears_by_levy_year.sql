-- One row per levy year code and tax item code, every pair with groups, totals and empty cells: what is still owed.
-- Yen are what is owed today of that year's levy, not what fell into arrears in that year.
{%- set measures = [
    ('debtor_count', 'count(distinct facts.person_key)'),
    ('case_count', 'count(*)'),
    ('outstanding_yen', 'sum(facts.outstanding_yen)'),
] %}
with cells as (
    {{ cells_with_evidence(
        'arrears_by_levy_year', ref('cells_arrears_facts'), ['levy_year_code', 'tax_item_code'], measures, 'outstanding_yen'
    ) }}
)

select
    run.as_of_date,
    cells.*,
    coalesce(due.tax_item_code is null and cells.case_count = 0, false) as is_structural_zero
from cells
cross join {{ ref('int_run') }} as run
left join {{ ref('cells_levies_due') }} as due
    on cells.levy_year_code = due.levy_year_code and cells.tax_item_code = due.tax_item_code
