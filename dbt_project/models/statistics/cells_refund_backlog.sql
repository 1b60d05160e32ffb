-- One row per band of days since arising and tax item code, every combination with groups, totals and empty cells:
-- overpayments still to be paid back, and those of them whose claim lapses soon.
{%- set measures = [
    ('case_count', 'count(*)'),
    ('pending_yen', 'sum(facts.pending_yen)'),
    ('lapsing_case_count', 'sum(case when facts.is_lapsing then 1 else 0 end)'),
    ('lapsing_yen', 'sum(case when facts.is_lapsing then facts.pending_yen else 0 end)'),
] %}
with cells as (
    {{ cells_with_evidence(
        'refund_backlog', ref('cells_refund_backlog_facts'), ['days_band_code', 'tax_item_code'], measures,
        'pending_yen', ['lapsing_case_count']
    ) }}
)

select
    run.as_of_date,
    cells.*,
    false as is_structural_zero
from cells
cross join {{ ref('int_run') }} as run
