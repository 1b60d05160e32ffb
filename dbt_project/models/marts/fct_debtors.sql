-- One row per person with anything outstanding as of the date: all tax items and all addressee codes together, the
-- state that goes first, the plan, and the step that is due next. A step that can be taken at once carries the as-of
-- date. The addressee_key is that of the person's leading code, under which name and address are looked up.
with arrears as (
    select
        arrears.*,
        {{ add_days('arrears.due_date', 'within.value') }} as demand_by_date
    from {{ ref('fct_arrears') }} as arrears
    {{ law_join('within', 'demand_notice_days', 'arrears.tax_item_code', 'arrears.due_date') }}
),

totals as (
    select
        arrears.as_of_date,
        arrears.person_key,
        count(*) as instalment_count,
        count(distinct arrears.addressee_key) as addressee_count,
        count(distinct arrears.tax_item_code) as tax_item_count,
        cast(sum(arrears.principal_outstanding_yen) as bigint) as principal_outstanding_yen,
        cast(sum(arrears.late_charge_outstanding_yen) as bigint) as late_charge_outstanding_yen,
        cast(sum(arrears.additional_charge_outstanding_yen) as bigint) as additional_charge_outstanding_yen,
        cast(sum(arrears.demand_fee_outstanding_yen) as bigint) as demand_fee_outstanding_yen,
        max(arrears.principal_outstanding_yen) as largest_principal_yen,
        min(arrears.due_date) as oldest_due_date,
        min(arrears.levy_year) as oldest_levy_year,
        min(arrears.prescription_date) as earliest_prescription_date,
        min(states.precedence) as precedence,
        count(*) filter (where arrears.demand_notice_date is null) as undemanded_count,
        min(case
            when arrears.demand_notice_date is null and arrears.arrears_state = 'other' then arrears.demand_by_date
        end) as demand_by_date,
        min(case when arrears.arrears_state = 'other' then arrears.seizable_from_date end) as seizable_from_date
    from arrears
    inner join {{ ref('arrears_states') }} as states on arrears.arrears_state = states.arrears_state
    group by arrears.as_of_date, arrears.person_key
),

judged as (
    select
        totals.*,
        leading_codes.addressee_key,
        states.arrears_state,
        coalesce(plans.plan_state, 'none') as plan_state,
        case
            when plans.plan_state = 'broken' then 'review_plan'
            when totals.demand_by_date is not null then 'issue_demand'
            when totals.seizable_from_date is not null then 'seize'
            else 'follow_case'
        end as next_step
    from totals
    inner join {{ ref('arrears_states') }} as states on totals.precedence = states.precedence
    inner join {{ ref('dim_addressee') }} as leading_codes
        on totals.person_key = leading_codes.person_key and leading_codes.is_leading_code
    left join {{ ref('int_person_plans') }} as plans on totals.person_key = plans.person_key
)

select
    as_of_date,
    addressee_key,
    instalment_count,
    tax_item_count,
    principal_outstanding_yen,
    late_charge_outstanding_yen,
    additional_charge_outstanding_yen,
    demand_fee_outstanding_yen,
    principal_outstanding_yen + late_charge_outstanding_yen + additional_charge_outstanding_yen
    + demand_fee_outstanding_yen as outstanding_yen,
    largest_principal_yen,
    oldest_due_date,
    oldest_levy_year,
    earliest_prescription_date,
    arrears_state,
    plan_state,
    undemanded_count,
    next_step,
    case next_step
        when 'review_plan' then as_of_date
        when 'issue_demand' then demand_by_date
        when 'seize' then greatest(seizable_from_date, as_of_date)
    end as next_step_date,
    person_key,
    addressee_count,
    stamp.law_version
from judged
cross join {{ ref('int_law_version') }} as stamp
