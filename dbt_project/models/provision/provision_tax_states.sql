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
)

select
    judged.addressee_key,
    judged.tax_item_code,
    items.label_ja as tax_item_ja,
    items.sort_order as tax_item_order,
    judged.levy_year,
    {{ fiscal_year_of('run.as_of_date', 'year_start.value_text') }} - judged.levy_year as years_ago,
    judged.instalment_count,
    judged.levied_yen,
    judged.collected_yen,
    judged.outstanding_yen,
    judged.overdue_instalment_count,
    judged.overdue_yen,
    judged.late_charge_outstanding_yen,
    judged.additional_charge_outstanding_yen,
    judged.demand_fee_outstanding_yen,
    payment_states.label_ja as payment_state_ja,
    payment_states.precedence as payment_state_precedence,
    collection_states.label_ja as collection_state_ja,
    judged.collection_state_precedence
from judged
cross join {{ ref('int_run') }} as run
inner join {{ ref('tax_items') }} as items on judged.tax_item_code = items.tax_item_code
inner join {{ ref('payment_states') }} as payment_states on judged.payment_state = payment_states.payment_state
left join {{ ref('arrears_states') }} as collection_states
    on judged.collection_state_precedence = collection_states.precedence
{{ law_join('year_start', 'fiscal_year_start', 'judged.tax_item_code', 'run.as_of_date') }}
