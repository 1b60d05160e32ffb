-- One row per tax item code and listed period, every pair with groups, totals and empty cells: people and companies who
-- fell into arrears after months without any, for how many instalments, what they owed, and how many of the instalments
-- were paid in full so many days after they were due. A month in which nothing of a tax item could fall into arrears is
-- empty by the calendar.
{%- set measures = [
    ('debtor_count', 'count(distinct facts.person_key)'),
    ('case_count', 'count(*)'),
    ('overdue_yen', 'sum(facts.overdue_yen)'),
] %}
{%- set paid = [] %}
{%- for days in ['30', '60', '90'] %}
    {%- do paid.append('paid_in_' ~ days ~ '_days_count') %}
    {%- do measures.append((paid[-1], 'sum(case when facts.days_to_settle <= ' ~ days ~ ' then 1 else 0 end)')) %}
{%- endfor %}
with cells as (
    {{ cells_with_evidence(
        'new_debtors', ref('cells_new_debtors_facts'), ['tax_item_code', 'period_code'], measures, 'overdue_yen', paid
    ) }}
)

select
    run.as_of_date,
    cells.*,
    coalesce(possible.tax_item_code is null and cells.case_count = 0, false) as is_structural_zero
from cells
cross join {{ ref('int_run') }} as run
left join {{ ref('cells_arrears_months') }} as possible
    on cells.tax_item_code = possible.tax_item_code and cells.period_code = possible.period_code
