-- One row per tax item, kind of failure and period code, every combination with groups, totals and empty cells:
-- account transfers that failed. What was paid stands in cells_payment_channels only; requests stand nowhere, since
-- requests less payments would be the failures, masked or not.
{%- set measures = [('failure_count', 'count(*)'), ('failed_yen', 'sum(facts.requested_yen)')] %}
with failures as (
    select
        requests.*,
        periods.code as period_code,
        case
            when requests.transfer_result_code <> '1' then 'other'
            when requests.is_repeated_failure then 'repeated'
            else 'first'
        end as transfer_failure_code
    from {{ ref('cells_transfer_facts') }} as requests
    {{ period_join('periods', 'transfer_failures', 'requests.transfer_date') }}
    where requests.transfer_result_code <> '0'
),

cells as (
    {{ cells_with_evidence(
        'transfer_failures', 'failures', ['tax_item_code', 'transfer_failure_code', 'period_code'], measures,
        'failed_yen'
    ) }}
)

select
    run.as_of_date,
    cells.*,
    false as is_structural_zero
from cells
cross join {{ ref('int_run') }} as run
