-- One row per tax item, channel and period code, every combination with groups, totals and empty cells: payments.
-- A cell is a structural zero when the law knows no such withholding for the tax item and nothing stands in it.
{%- set measures = [('payment_count', 'count(*)'), ('paid_yen', 'sum(facts.paid_yen)')] %}
with payments as (
    select
        payments.*,
        periods.code as period_code
    from {{ ref('cells_payment_facts') }} as payments
    {{ period_join('periods', 'payment_channels', 'payments.credited_date') }}
),

cells as (
    {{ cells_with_evidence(
        'payment_channels', 'payments', ['tax_item_code', 'channel_code', 'period_code'], measures, 'paid_yen'
    ) }}
)

select
    run.as_of_date,
    cells.*,
    coalesce(zeros.channel_code is not null and cells.payment_count = 0, false) as is_structural_zero
from cells
cross join {{ ref('int_run') }} as run
left join {{ ref('cells_channel_zeros') }} as zeros
    on cells.tax_item_code = zeros.tax_item_code and cells.channel_code = zeros.channel_code
