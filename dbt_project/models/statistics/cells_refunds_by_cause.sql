-- One row per cause, tax item and fiscal year, every combination with groups, totals and empty cells: what was
-- overpaid, appropriated, refunded and added as interest in the year. Money overpaid in one year and refunded in the
-- next stands in both, each time as what it was.
{%- set measures = [
    ('case_count', "sum(case facts.move_kind when 'arisen' then 1 else 0 end)"),
    ('overpaid_yen', "sum(case facts.move_kind when 'arisen' then facts.moved_yen else 0 end)"),
    ('appropriated_yen', "sum(case facts.move_kind when 'appropriated' then facts.moved_yen else 0 end)"),
    ('refunded_yen', "sum(case facts.move_kind when 'refunded' then facts.moved_yen else 0 end)"),
    ('refund_interest_yen', "sum(case facts.move_kind when 'interest' then facts.moved_yen else 0 end)"),
] %}
with moves as (
    select
        moves.*,
        periods.code as fiscal_year
    from {{ ref('cells_refund_facts') }} as moves
    {{ period_join('periods', 'refunds_by_cause', 'moves.moved_date') }}
),

cells as (
    {{ cells_with_evidence(
        'refunds_by_cause', 'moves', ['refund_cause_code', 'tax_item_code', 'fiscal_year'], measures, 'overpaid_yen',
        ['case_count', 'appropriated_yen', 'refunded_yen', 'refund_interest_yen']
    ) }}
)

select
    run.as_of_date,
    cells.*,
    false as is_structural_zero
from cells
cross join {{ ref('int_run') }} as run
