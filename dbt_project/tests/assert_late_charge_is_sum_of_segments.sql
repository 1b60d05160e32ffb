-- The late charge of an arrear is the sum of its listed segments, cut as the law says, so that every yen of it can be
-- explained line by line; and the segments of one instalment never overlap.
-- Does not test the segments themselves; see tests/cases.
with segments as (
    select
        *,
        lag(segment_to_date) over (partition by instalment_id order by segment_from_date) as previous_to_date
    from {{ ref('fct_late_charge_segments') }}
),

sums as (
    select
        instalment_id,
        sum(amount_yen) as segments_yen,
        bool_or(segment_from_date <= previous_to_date) as has_overlap
    from segments
    group by instalment_id
)

select
    arrears.instalment_id,
    arrears.late_charge_accrued_yen,
    sums.segments_yen
from {{ ref('fct_arrears') }} as arrears
left join sums on arrears.instalment_id = sums.instalment_id
{{ law_join('minimum', 'late_charge_result_minimum', 'arrears.tax_item_code', 'arrears.as_of_date') }}
{{ law_join('unit', 'late_charge_result_unit', 'arrears.tax_item_code', 'arrears.as_of_date') }}
where
    coalesce(sums.has_overlap, false)
    or arrears.late_charge_accrued_yen <> case
        when coalesce(sums.segments_yen, 0) < minimum.value then 0
        else sums.segments_yen - sums.segments_yen % cast(unit.value as bigint)
    end
