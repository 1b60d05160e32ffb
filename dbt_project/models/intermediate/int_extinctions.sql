-- One row per late instalment: what extinguishes its claim first. Prescription goes on during a stay, so each counts on
-- its own; on the same day the clauses go in their order (seed write_off_clauses). A claim that is paid has a row, too.
with stays as (
    select
        *,
        row_number() over (partition by instalment_id order by stay_from_date) as run_rank
    from {{ ref('int_execution_stays') }}
    where stay_end_date is not null
),

claims as (
    select
        prescriptions.*,
        items.law_scope,
        stays.stay_item,
        stays.stay_no,
        stays.stay_from_date,
        stays.stay_end_date,
        stays.immediate_extinction_date
    from {{ ref('int_prescriptions') }} as prescriptions
    inner join {{ ref('int_instalments') }} as instalments on prescriptions.instalment_id = instalments.instalment_id
    inner join {{ ref('tax_items') }} as items on instalments.tax_item_code = items.tax_item_code
    left join stays on prescriptions.instalment_id = stays.instalment_id and stays.run_rank = 1
),

ends as (
    select instalment_id, law_scope, '15-7-5' as clause, immediate_extinction_date as extinction_date from claims
    union all
    select instalment_id, law_scope, '15-7-4' as clause, stay_end_date as extinction_date from claims
    union all
    select instalment_id, law_scope, '18' as clause, prescription_date as extinction_date from claims
),

ranked as (
    select
        ends.*,
        clauses.law,
        row_number() over (
            partition by ends.instalment_id order by ends.extinction_date, clauses.precedence
        ) as first_rank
    from ends
    inner join {{ ref('write_off_clauses') }} as clauses
        on ends.clause = clauses.clause and ends.law_scope = clauses.law_scope
    where ends.extinction_date is not null
)

select
    claims.instalment_id,
    claims.renewal_kind,
    claims.act_date,
    claims.renewed_on_date,
    claims.suspended_days,
    claims.prescription_date,
    claims.stay_item,
    claims.stay_no,
    claims.stay_from_date,
    claims.stay_end_date,
    claims.immediate_extinction_date,
    ranked.clause,
    ranked.extinction_date,
    ranked.law
from claims
inner join ranked on claims.instalment_id = ranked.instalment_id and ranked.first_rank = 1
