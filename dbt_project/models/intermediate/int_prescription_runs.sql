-- One row per late instalment and act from which its years run: the day on which the claim would lapse if nothing
-- followed. Days under grace after the act do not count (each day once, however many graces it is under), unless the
-- claim had lapsed before the grace began.
with renewals as (
    select
        renewals.*,
        row_number() over (
            partition by renewals.instalment_id
            order by renewals.act_date, renewals.renewed_on_date, renewals.renewal_kind
        ) as act_no,
        {{ period_end('renewals.renewed_on_date', 'years.value * 12') }} as years_end_date
    from {{ ref('int_prescription_renewals') }} as renewals
    {{ law_join('years', 'prescription_years', 'renewals.tax_item_code', 'renewals.renewed_on_date') }}
),

granted as (
    select
        cases.instalment_id,
        cases.from_date,
        cases.to_date
    from {{ ref('int_case_periods') }} as cases
    inner join {{ ref('int_run') }} as run on cases.from_date <= run.as_of_date
    where
        cases.case_kind in ('disaster_grace', 'collection_grace', 'conversion_grace')
        and cases.to_date >= cases.from_date
),

graces as (
    select
        instalment_id,
        min(from_date) as from_date,
        max(to_date) as to_date
    from {{ with_run_no('granted') }} as numbered
    group by instalment_id, run_no
),

stood_still as (
    select
        renewals.instalment_id,
        renewals.act_no,
        renewals.years_end_date,
        greatest(graces.from_date, {{ add_days('renewals.renewed_on_date', 1) }}) as from_date,
        {{ days_between(
            'greatest(graces.from_date, ' ~ add_days('renewals.renewed_on_date', 1) ~ ')', 'graces.to_date'
        ) }} + 1 as days_count
    from renewals
    inner join graces
        on renewals.instalment_id = graces.instalment_id and graces.to_date > renewals.renewed_on_date
),

counted as (
    select
        *,
        coalesce(sum(days_count) over (
            partition by instalment_id, act_no
            order by from_date rows between unbounded preceding and 1 preceding
        ), 0) as days_before
    from stood_still
),

suspensions as (
    select
        instalment_id,
        act_no,
        sum(days_count) as suspended_days
    from counted
    where from_date <= {{ add_days('years_end_date', 'days_before') }}
    group by instalment_id, act_no
)

select
    renewals.*,
    cast(coalesce(suspensions.suspended_days, 0) as integer) as suspended_days,
    {{ add_days('renewals.years_end_date', 'coalesce(suspensions.suspended_days, 0)') }} as lapse_date
from renewals
left join suspensions
    on renewals.instalment_id = suspensions.instalment_id and renewals.act_no = suspensions.act_no
