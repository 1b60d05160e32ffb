-- One row per overpayment whose interest period has begun: the refund interest, each rate segment cut to whole yen.
with segments as (
    select
        periods.overpayment_id,
        periods.tax_item_code,
        periods.interest_end_date,
        {{ charge_yen(
            'periods.base_yen', 'rates.rate_percent',
            days_between('greatest(periods.span_from_date, rates.from_date)', 'least(periods.span_to_date, rates.to_date)')
            ~ ' + 1',
            'year_days.value'
        ) }} as amount_yen
    from {{ ref('int_refund_interest_spans') }} as periods
    inner join {{ ref('int_rate_periods') }} as rates
        on
            periods.tax_item_code = rates.tax_item_code
            and rates.parameter = 'refund_interest_rate'
            and periods.span_from_date <= rates.to_date
            and periods.span_to_date >= rates.from_date
    {{ law_join('year_days', 'days_per_year', 'periods.tax_item_code', 'periods.span_from_date') }}
    where periods.span_from_date <= periods.span_to_date
),

sums as (
    select
        overpayment_id,
        tax_item_code,
        interest_end_date,
        cast(sum(amount_yen) as bigint) as segments_yen
    from segments
    group by overpayment_id, tax_item_code, interest_end_date
)

select
    sums.overpayment_id,
    {{ cut_to_unit('sums.segments_yen', 'minimum.value', 'unit.value') }} as refund_interest_yen
from sums
{{ law_join('minimum', 'refund_interest_result_minimum', 'sums.tax_item_code', 'sums.interest_end_date') }}
{{ law_join('unit', 'refund_interest_result_unit', 'sums.tax_item_code', 'sums.interest_end_date') }}
