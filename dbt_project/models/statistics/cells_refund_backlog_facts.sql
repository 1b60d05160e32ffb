-- One row per overpayment that is still to be paid back: since how many days, how much, and whether the claim lapses
-- within the window after the as-of date. What is lapsed already is owed to nobody and is not here.
with pending as (
    select
        *,
        {{ days_between('arising_date', 'as_of_date') }} as days_count
    from {{ ref('fct_refunds') }}
    where pending_yen > 0 and refund_state <> 'lapsed'
)

select
    refunds.overpayment_id,
    refunds.addressee_key,
    addressees.holding_key,
    refunds.tax_item_code,
    bands.code as days_band_code,
    refunds.pending_yen,
    refunds.claim_expiry_date <= {{ add_months('refunds.as_of_date', 'windows.months_count') }} as is_lapsing
from pending as refunds
inner join {{ ref('dim_addressee') }} as addressees on refunds.addressee_key = addressees.addressee_key
inner join {{ ref('statistics_windows') }} as windows
    on windows.table_name = 'refund_backlog' and windows.window_name = 'lapse_window'
inner join {{ ref('statistics_bands') }} as bands
    on
        bands.table_name = 'refund_backlog'
        and bands.dimension = 'days_band_code'
        and refunds.days_count >= bands.from_value
        and refunds.days_count <= coalesce(bands.to_value, refunds.days_count)
