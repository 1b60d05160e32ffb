-- One row per area, age band and tax item code, every combination with groups, totals and empty cells: what is owed.
-- A cell is a structural zero when the law leaves it empty and it is; a wrong birth date does not open it up.
{%- set measures = [
    ('debtor_count', 'count(distinct facts.person_key)'),
    ('case_count', 'count(*)'),
    ('outstanding_yen', 'sum(facts.outstanding_yen)'),
] %}
with cells as (
    {{ cells_with_evidence(
        'arrears_by_area_age', ref('cells_arrears_facts'), ['area_code', 'age_band_code', 'tax_item_code'], measures, 'outstanding_yen'
    ) }}
)

select
    run.as_of_date,
    cells.*,
    coalesce(zeros.age_band_code is not null and cells.case_count = 0, false) as is_structural_zero
from cells
cross join {{ ref('int_run') }} as run
left join {{ ref('cells_structural_zeros') }} as zeros
    on cells.age_band_code = zeros.age_band_code and cells.tax_item_code = zeros.tax_item_code
