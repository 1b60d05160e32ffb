-- One row per late instalment: the last day of its claim. The years run from the day after the statutory due date and
-- anew from the day after each renewal: demand notice (after its waiting days), partial payment, pledge, and the end of
-- a seizure or delivery demand; days under grace do not count. That a renewal came in time is not tested here.
with late as (
    select
        instalments.instalment_id,
        instalments.tax_item_code,
        instalments.statutory_due_date,
        positions.evaluate_date as as_of_date
    from {{ ref('int_late_instalments') }} as positions
    inner join {{ ref('int_instalments') }} as instalments on positions.instalment_id = instalments.instalment_id
),

periods as (
    select
        late.as_of_date,
        cases.*
    from {{ ref('int_case_periods') }} as cases
    inner join late on cases.instalment_id = late.instalment_id and cases.from_date <= late.as_of_date
),

renewals as (
    select instalment_id, statutory_due_date as renewed_on_date from late
    union all
    select
        demands.instalment_id,
        {{ add_days('demands.demand_notice_date', 'waiting.value') }} as renewed_on_date
    from {{ ref('int_demand_notices') }} as demands
    inner join late on demands.instalment_id = late.instalment_id
    {{ law_join('waiting', 'prescription_after_demand_days', 'late.tax_item_code', 'demands.demand_notice_date') }}
    union all
    select entries.instalment_id, entries.effective_date as renewed_on_date
    from {{ ref('int_ledger_entries') }} as entries
    inner join late on entries.instalment_id = late.instalment_id and entries.effective_date <= late.as_of_date
    where entries.kind in ('receipt', 'receipt_correction')
    union all
    select instalment_id, from_date as renewed_on_date
    from periods
    where case_kind = 'instalment_pledge'
    union all
    select instalment_id, least(coalesce(to_date, as_of_date), as_of_date) as renewed_on_date
    from periods
    where case_kind in ('seizure', 'participating_seizure', 'delivery_demand')
),

latest as (
    select instalment_id, max(renewed_on_date) as renewed_on_date
    from renewals
    group by instalment_id
),

graces as (
    select
        latest.instalment_id,
        sum({{ days_between(
            'greatest(periods.from_date, ' ~ add_days('latest.renewed_on_date', 1) ~ ')', 'periods.to_date'
        ) }} + 1) as grace_days
    from latest
    inner join periods on latest.instalment_id = periods.instalment_id and periods.to_date > latest.renewed_on_date
    where periods.case_kind in ('disaster_grace', 'collection_grace', 'conversion_grace')
    group by latest.instalment_id
)

select
    late.instalment_id,
    latest.renewed_on_date,
    {{ add_days(
        period_end('latest.renewed_on_date', 'years.value * 12'), 'coalesce(graces.grace_days, 0)'
    ) }} as prescription_date
from late
inner join latest on late.instalment_id = latest.instalment_id
left join graces on late.instalment_id = graces.instalment_id
{{ law_join('years', 'prescription_years', 'late.tax_item_code', 'latest.renewed_on_date') }}
