-- One row per late instalment: the last day of its claim. The years run from the day after the statutory due date and
-- anew from the day after each renewal: demand notice (after its waiting days), partial payment, pledge, and the end of
-- a seizure; days under grace do not count. That a renewal came in time is not tested here.
with renewals as (
    select instalment_id, statutory_due_date as renewed_on_date from {{ ref('int_instalments') }}
    union all
    select
        demands.instalment_id,
        {{ add_days('demands.demand_notice_date', 'waiting.value') }} as renewed_on_date
    from {{ ref('int_demand_notices') }} as demands
    inner join {{ ref('int_instalments') }} as instalments on demands.instalment_id = instalments.instalment_id
    {{ law_join(
        'waiting', 'prescription_after_demand_days', 'instalments.tax_item_code', 'demands.demand_notice_date'
    ) }}
    union all
    select entries.instalment_id, entries.effective_date as renewed_on_date
    from {{ ref('int_ledger_entries') }} as entries
    inner join {{ ref('int_run') }} as run on entries.effective_date <= run.as_of_date
    where entries.kind in ('receipt', 'receipt_correction')
    union all
    select periods.instalment_id, periods.from_date as renewed_on_date
    from {{ ref('stg_case_periods') }} as periods
    inner join {{ ref('int_run') }} as run on periods.from_date <= run.as_of_date
    where periods.case_kind = 'instalment_pledge'
    union all
    select periods.instalment_id, least(coalesce(periods.to_date, run.as_of_date), run.as_of_date) as renewed_on_date
    from {{ ref('stg_case_periods') }} as periods
    inner join {{ ref('int_run') }} as run on periods.from_date <= run.as_of_date
    where periods.case_kind = 'seizure'
),

latest as (
    select
        late.instalment_id,
        late.tax_item_code,
        max(renewals.renewed_on_date) as renewed_on_date
    from {{ ref('int_late_instalments') }} as late
    inner join renewals on late.instalment_id = renewals.instalment_id
    group by late.instalment_id, late.tax_item_code
),

graces as (
    select
        latest.instalment_id,
        sum({{ days_between(
            'greatest(periods.from_date, ' ~ add_days('latest.renewed_on_date', 1) ~ ')', 'periods.to_date'
        ) }} + 1) as grace_days
    from latest
    inner join {{ ref('stg_case_periods') }} as periods
        on latest.instalment_id = periods.instalment_id and periods.to_date > latest.renewed_on_date
    where periods.case_kind in ('disaster_grace', 'collection_grace', 'conversion_grace')
    group by latest.instalment_id
)

select
    latest.instalment_id,
    latest.renewed_on_date,
    {{ add_days(
        period_end('latest.renewed_on_date', 'years.value * 12'), 'coalesce(graces.grace_days, 0)'
    ) }} as prescription_date
from latest
left join graces on latest.instalment_id = graces.instalment_id
{{ law_join('years', 'prescription_years', 'latest.tax_item_code', 'latest.renewed_on_date') }}
