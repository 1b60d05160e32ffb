-- One row per tax item, transfer result and period code, every combination with groups, totals and empty cells:
-- account transfers requested, those of them that were paid, and failures that follow a failure. What was paid stands
-- here under the names it has in cells_payment_channels, so that both tables are protected together.
{%- set measures = [
    ('request_count', 'count(*)'),
    ('requested_yen', 'sum(facts.requested_yen)'),
    ('payment_count', "sum(case when facts.transfer_result_code = '0' then 1 else 0 end)"),
    ('paid_yen', "sum(case when facts.transfer_result_code = '0' then facts.requested_yen else 0 end)"),
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
        'requested_yen', ['payment_count', 'repeated_failure_count']
    ) }}
)

select
    run.as_of_date,
    cells.*,
    false as is_structural_zero
from cells
cross join {{ ref('int_run') }} as run
