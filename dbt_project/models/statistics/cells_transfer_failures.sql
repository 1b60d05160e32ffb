-- One row per tax item, transfer result and period code, every combination with groups, totals and empty cells:
-- account transfers requested, and failures that follow a failure.
{%- set measures = [
    ('request_count', 'count(*)'),
    ('requested_yen', 'sum(facts.requested_yen)'),
    ('repeated_failure_count', 'sum(case when facts.is_repeated_failure then 1 else 0 end)'),
] %}
with requests as (
    select
        requests.*,
        periods.code as period_code
    from {{ ref('cells_transfer_facts') }} as requests
    {{ period_join('periods', 'transfer_failures', 'requests.transfer_date') }}
),

cells as (
    {{ cells_with_evidence(
        'transfer_failures', 'requests', ['tax_item_code', 'transfer_result_code', 'period_code'], measures,
        'requested_yen', ['repeated_failure_count']
    ) }}
)

select
    run.as_of_date,
    cells.*,
    false as is_structural_zero
from cells
cross join {{ ref('int_run') }} as run
