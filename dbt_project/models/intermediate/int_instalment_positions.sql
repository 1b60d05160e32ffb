-- One row per instalment and the as-of date: what was levied, collected and is owed, component by component.
-- Collected principal and late charge are net of refunds. A claim that was written off in full takes its late charge
-- with it.
{{ config(materialized='view') }}
{%- set paid = ['receipt', 'receipt_correction', 'appropriation'] %}
with totals as (
    select
        entries.instalment_id,
        {{ total_yen('principal', ['levy', 'reassessment']) }} as principal_levied_yen,
        -{{ total_yen('principal', paid + ['refund']) }} as principal_collected_yen,
        -{{ total_yen('principal', ['write_off']) }} as written_off_yen,
        -{{ total_yen('late_charge', paid + ['refund']) }} as late_charge_collected_yen,
        cast(sum(amount_yen) filter (where component = 'additional_charge') as bigint) as additional_charge_yen,
        cast(sum(amount_yen) filter (where component = 'demand_fee') as bigint) as demand_fee_yen
    from {{ ref('int_ledger_entries') }} as entries
    inner join {{ ref('int_run') }} as run on entries.effective_date <= run.as_of_date
    group by entries.instalment_id
),

reductions as (
    select
        instalment_id,
        cast(sum(reduced_yen) as bigint) as reduced_yen
    from {{ ref('int_late_charge_reductions') }}
    group by instalment_id
),

balances as (
    select
        totals.*,
        totals.principal_levied_yen - totals.principal_collected_yen - totals.written_off_yen as principal_yen,
        coalesce(charges.accrued_yen, 0) as late_charge_accrued_yen,
        -- Nobody can be let off more than has accrued.
        least(coalesce(reductions.reduced_yen, 0), coalesce(charges.accrued_yen, 0)) as late_charge_reduced_yen
    from totals
    left join {{ ref('int_late_charges') }} as charges on totals.instalment_id = charges.instalment_id
    left join reductions on totals.instalment_id = reductions.instalment_id
)

select
    instalments.instalment_id,
    instalments.addressee_key,
    instalments.tax_item_code,
    instalments.tax_item,
    instalments.collection_method_code,
    instalments.levy_year,
    instalments.due_date,
    instalments.statutory_due_date,
    balances.principal_levied_yen,
    balances.principal_collected_yen,
    balances.written_off_yen,
    greatest(balances.principal_yen, 0) as principal_outstanding_yen,
    balances.late_charge_accrued_yen,
    balances.late_charge_reduced_yen,
    balances.late_charge_collected_yen,
    case
        when balances.written_off_yen > 0 and balances.principal_yen <= 0 then 0
        else greatest(
            balances.late_charge_accrued_yen - balances.late_charge_reduced_yen - balances.late_charge_collected_yen, 0
        )
    end as late_charge_outstanding_yen,
    greatest(coalesce(balances.additional_charge_yen, 0), 0) as additional_charge_outstanding_yen,
    greatest(coalesce(balances.demand_fee_yen, 0), 0) as demand_fee_outstanding_yen
from balances
inner join {{ ref('int_instalments') }} as instalments on balances.instalment_id = instalments.instalment_id
