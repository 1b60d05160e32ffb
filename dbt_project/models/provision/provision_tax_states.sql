-- One row per addressee, tax item and levy year with a levy as of the date: what was levied, collected and is owed, and
-- how far collection has come. What may be told of it, and to whom, is decided in marts/provision.
with overdue as (
    select
        arrears.addressee_key,
        arrears.tax_item_code,
        arrears.levy_year,
        count(*) as overdue_instalment_count,
        cast(sum(arrears.principal_outstanding_yen) as bigint) as overdue_yen,
        cast(sum(arrears.late_charge_outstanding_yen) as bigint) as late_charge_outstanding_yen,
        cast(sum(arrears.additional_charge_outstanding_yen) as bigint) as additional_charge_outstanding_yen,
        cast(sum(arrears.demand_fee_outstanding_yen) as bigint) as demand_fee_outstanding_yen,
        min(states.precedence) as collection_state_precedence
    from {{ ref('fct_arrears') }} as arrears
    inner join {{ ref('arrears_states') }} as states on arrears.arrears_state = states.arrears_state
    group by arrears.addressee_key, arrears.tax_item_code, arrears.levy_year
),

judged as (
    select
        accounts.*,
        coalesce(overdue.overdue_instalment_count, 0) as overdue_instalment_count,
        coalesce(overdue.overdue_yen, 0) as overdue_yen,
        coalesce(overdue.late_charge_outstanding_yen, 0) as late_charge_outstanding_yen,
        coalesce(overdue.additional_charge_outstanding_yen, 0) as additional_charge_outstanding_yen,
        coalesce(overdue.demand_fee_outstanding_yen, 0) as demand_fee_outstanding_yen,
        overdue.collection_state_precedence,
        case
            when overdue.overdue_yen > 0 then 'overdue'
            when overdue.overdue_instalment_count > 0 then 'late_charge_only'
            when accounts.outstanding_yen > 0 then 'not_yet_due'
            when accounts.written_off_yen > 0 then 'ended_unpaid'
            else 'paid'
        end as payment_state
    from {{ ref('provision_tax_accounts') }} as accounts
    left join overdue
        on
            accounts.addressee_key = overdue.addressee_key
            and accounts.tax_item_code = overdue.tax_item_code
            and accounts.levy_year = overdue.levy_year
),

dated as (
    select
        judged.*,
        run.as_of_date
    from judged
    cross join {{ ref('int_run') }} as run
)

select
    dated.addressee_key,
    dated.tax_item_code,
    items.label_ja as tax_item_ja,
    items.sort_order as tax_item_order,
    dated.levy_year,
    {{ fiscal_year_of('dated.as_of_date', 'year_start.value_text') }} - dated.levy_year as years_ago,
    dated.instalment_count,
    dated.levied_yen,
    dated.collected_yen,
    dated.outstanding_yen,
    dated.overdue_instalment_count,
    dated.overdue_yen,
    dated.late_charge_outstanding_yen,
    dated.additional_charge_outstanding_yen,
    dated.demand_fee_outstanding_yen,
    payment_states.label_ja as payment_state_ja,
    payment_states.precedence as payment_state_precedence,
    collection_states.label_ja as collection_state_ja,
    dated.collection_state_precedence
from dated
inner join {{ ref('tax_items') }} as items on dated.tax_item_code = items.tax_item_code
inner join {{ ref('payment_states') }} as payment_states on dated.payment_state = payment_states.payment_state
left join {{ ref('arrears_states') }} as collection_states
    on dated.collection_state_precedence = collection_states.precedence
{{ law_join('year_start', 'fiscal_year_start', 'dated.tax_item_code', 'dated.as_of_date') }}
