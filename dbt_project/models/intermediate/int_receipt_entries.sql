-- One row per receipt, instalment and component that the receipt pays, as a negative amount.
with shares as (
    select
        shares.*,
        case when shares.receipt_state = 'correction' then 'receipt_correction' else 'receipt' end as kind,
        shares.to_principal_yen + coalesce(allocations.principal_yen, 0) + coalesce(splits.overpaid_principal_yen, 0)
            as principal_yen,
        shares.to_late_charge_yen + coalesce(splits.late_charge_yen, 0) as late_charge_yen
    from {{ ref('int_receipt_shares') }} as shares
    left join {{ ref('int_principal_allocations') }} as allocations
        on shares.instalment_id = allocations.instalment_id and shares.receipt_id = allocations.receipt_id
    left join {{ ref('int_remainder_splits') }} as splits
        on shares.instalment_id = splits.instalment_id and shares.receipt_id = splits.receipt_id
)

{{ receipt_moves('shares', 'principal', 'principal_yen') }}
union all
{{ receipt_moves('shares', 'late_charge', 'late_charge_yen') }}
union all
{{ receipt_moves('shares', 'additional_charge', 'to_additional_charge_yen') }}
union all
{{ receipt_moves('shares', 'demand_fee', 'to_demand_fee_yen') }}
