-- One row per late instalment and act from which the years of its prescription run: the statutory due date, and what
-- starts them anew: demand notice (after its waiting days), partial payment, pledge, and the end of a seizure or
-- delivery demand (the as-of date while it lasts). The years run from the day after renewed_on_date; the act itself
-- must come in time. A claim that was due only after the years of its statutory due date runs from its due date.
with late as (
    select
        positions.instalment_id,
        positions.tax_item_code,
        positions.evaluate_date as as_of_date,
        positions.due_date,
        instalments.statutory_due_date
    from {{ ref('int_late_instalments') }} as positions
    inner join {{ ref('int_instalments') }} as instalments on positions.instalment_id = instalments.instalment_id
),

acts as (
    select
        late.instalment_id,
        case
            when {{ period_end('late.statutory_due_date', 'years.value * 12') }} < late.due_date then 'due_date'
            else 'statutory_due_date'
        end as renewal_kind,
        case
            when {{ period_end('late.statutory_due_date', 'years.value * 12') }} < late.due_date then late.due_date
            else late.statutory_due_date
        end as act_date,
        0 as waiting_days
    from late
    {{ law_join('years', 'prescription_years', 'late.tax_item_code', 'late.statutory_due_date') }}
    union all
    select
        demands.instalment_id,
        'demand_notice' as renewal_kind,
        demands.demand_notice_date as act_date,
        waiting.value as waiting_days
    from {{ ref('int_demand_notices') }} as demands
    inner join late on demands.instalment_id = late.instalment_id
    {{ law_join('waiting', 'prescription_after_demand_days', 'late.tax_item_code', 'demands.demand_notice_date') }}
    union all
    select distinct
        shares.instalment_id,
        'partial_payment' as renewal_kind,
        shares.paid_date as act_date,
        0 as waiting_days
    from {{ ref('int_receipt_shares') }} as shares
    inner join late on shares.instalment_id = late.instalment_id and shares.paid_date <= late.as_of_date
)

select
    acts.instalment_id,
    late.tax_item_code,
    acts.renewal_kind,
    acts.act_date,
    {{ add_days('acts.act_date', 'acts.waiting_days') }} as renewed_on_date
from acts
inner join late on acts.instalment_id = late.instalment_id
union all
select
    cases.instalment_id,
    late.tax_item_code,
    cases.case_kind as renewal_kind,
    cases.from_date as act_date,
    case
        when cases.case_kind = 'instalment_pledge' then cases.from_date
        else least(coalesce(cases.to_date, late.as_of_date), late.as_of_date)
    end as renewed_on_date
from {{ ref('int_case_periods') }} as cases
inner join late on cases.instalment_id = late.instalment_id and cases.from_date <= late.as_of_date
where cases.case_kind in ('instalment_pledge', 'seizure', 'participating_seizure', 'delivery_demand')
