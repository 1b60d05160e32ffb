-- One row per instalment and delivered version in the order of delivery, each amount with its change against the one
-- before, from which the ledger entries arise. Most instalments have one version; only the others are sorted.
with repeated as (
    select instalment_id
    from {{ ref('int_levy_deliveries') }}
    group by instalment_id
    having count(*) > 1
)

select
    deliveries.*,
    true as is_only_version,
    1 as version_no,
    deliveries.principal_levied_yen as principal_change_yen,
    coalesce(deliveries.additional_charge_levied_yen, 0) as additional_charge_change_yen,
    coalesce(deliveries.demand_fee_levied_yen, 0) as demand_fee_change_yen,
    coalesce(deliveries.overpayment_settled_yen, 0) as overpayment_settled_change_yen,
    coalesce(deliveries.late_charge_overpayment_settled_yen, 0) as late_charge_overpayment_settled_change_yen,
    coalesce(deliveries.write_off_yen, 0) as write_off_change_yen
from {{ ref('int_levy_deliveries') }} as deliveries
left join repeated on deliveries.instalment_id = repeated.instalment_id
where repeated.instalment_id is null
union all
select
    deliveries.*,
    false as is_only_version,
    row_number() over delivery_order as version_no,
    {{ change_of('deliveries.principal_levied_yen') }} as principal_change_yen,
    {{ change_of('deliveries.additional_charge_levied_yen') }} as additional_charge_change_yen,
    {{ change_of('deliveries.demand_fee_levied_yen') }} as demand_fee_change_yen,
    {{ change_of('deliveries.overpayment_settled_yen') }} as overpayment_settled_change_yen,
    {{ change_of('deliveries.late_charge_overpayment_settled_yen') }} as late_charge_overpayment_settled_change_yen,
    {{ change_of('deliveries.write_off_yen') }} as write_off_change_yen
from {{ ref('int_levy_deliveries') }} as deliveries
inner join repeated on deliveries.instalment_id = repeated.instalment_id
window delivery_order as (
    partition by deliveries.instalment_id
    order by deliveries.delivery_date, deliveries.delivery_seq, deliveries.source_file_no, deliveries.source_line_no
)
