-- One row per overpayment, day of payment and span of days for which refund interest runs: all of its period, without
-- the days between the end of the law's wait for a claim after the refund notice and the claim. Local Tax Act art. 17-4
-- (2). Nobody has to claim what is paid to an account that the city knows.
with unclaimed as (
    select
        records.overpayment_id,
        {{ add_days('records.notice_date', 'cast(wait.value as integer) + 1') }} as unclaimed_from_date,
        records.claim_date as unclaimed_to_date
    from {{ ref('int_overpayment_records') }} as records
    {{ law_join('wait', 'refund_claim_wait_days', 'records.tax_item_code', 'records.notice_date') }}
    where records.notice_date is not null and not records.is_paid_without_claim
)

select
    periods.overpayment_id,
    periods.tax_item_code,
    periods.base_yen,
    periods.interest_start_date as span_from_date,
    case
        when unclaimed.unclaimed_from_date <= coalesce(unclaimed.unclaimed_to_date, periods.interest_end_date)
            then least(periods.interest_end_date, {{ add_days('unclaimed.unclaimed_from_date', -1) }})
        else periods.interest_end_date
    end as span_to_date,
    periods.interest_end_date
from {{ ref('int_refund_interest_periods') }} as periods
left join unclaimed on periods.overpayment_id = unclaimed.overpayment_id
union all
select
    periods.overpayment_id,
    periods.tax_item_code,
    periods.base_yen,
    greatest(periods.interest_start_date, {{ add_days('unclaimed.unclaimed_to_date', 1) }}) as span_from_date,
    periods.interest_end_date as span_to_date,
    periods.interest_end_date
from {{ ref('int_refund_interest_periods') }} as periods
inner join unclaimed on periods.overpayment_id = unclaimed.overpayment_id
where
    unclaimed.unclaimed_from_date <= unclaimed.unclaimed_to_date
    and unclaimed.unclaimed_to_date < periods.interest_end_date
