-- One row per late instalment with late charge segments: what has accrued by the as-of date. It is fixed once the
-- principal is paid in full; the segments then end on the day of that payment.
with sums as (
    select
        instalment_id,
        evaluate_date,
        tax_item_code,
        cast(sum(amount_yen) as bigint) as segments_yen,
        max(segment_to_date) as charged_to_date
    from {{ ref('int_late_charge_segments') }}
    group by instalment_id, evaluate_date, tax_item_code
)

select
    sums.instalment_id,
    sums.segments_yen,
    sums.charged_to_date,
    {{ cut_to_unit('sums.segments_yen', 'minimum.value', 'unit.value') }} as accrued_yen
from sums
{{ law_join('minimum', 'late_charge_result_minimum', 'sums.tax_item_code', 'sums.evaluate_date') }}
{{ law_join('unit', 'late_charge_result_unit', 'sums.tax_item_code', 'sums.evaluate_date') }}
