-- One row per tax item code and listed period, every pair with groups, totals and empty cells: people and companies who
-- fell into arrears after months without any, what they owed, and how many had paid all of it so many days after it
-- was due. A month in which nothing of a tax item could fall into arrears is empty by the calendar.
{%- set debtors = 'count(distinct facts.addressee_key)' %}
{%- set measures = [
    ('debtor_count', debtors),
    ('overdue_yen', 'sum(facts.overdue_yen)'),
] %}
{%- for days in ['30', '60', '90'] %}
    {%- set is_late = 'coalesce(facts.days_to_settle > ' ~ days ~ ', true)' %}
    {%- do measures.append((
        'paid_in_' ~ days ~ '_days_count',
        debtors ~ ' - count(distinct case when ' ~ is_late ~ ' then facts.addressee_key end)'
    )) %}
{%- endfor %}
with cells as (
    {{ cells_with_evidence(
        'new_debtors', ref('cells_new_debtors_facts'), ['tax_item_code', 'period_code'], measures, 'overdue_yen'
    ) }}
)

select
    run.as_of_date,
    cells.*,
    coalesce(possible.tax_item_code is null and cells.debtor_count = 0, false) as is_structural_zero
from cells
cross join {{ ref('int_run') }} as run
left join {{ ref('cells_arrears_months') }} as possible
    on cells.tax_item_code = possible.tax_item_code and cells.period_code = possible.period_code
