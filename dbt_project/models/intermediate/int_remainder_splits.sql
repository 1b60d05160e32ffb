-- One row per receipt share with a remainder: what of it paid late charge accrued by that day; the rest is overpaid.
with recursive sums as (
    select
        instalment_id,
        evaluate_date,
        tax_item_code,
        cast(sum(amount_yen) as bigint) as segments_yen
    from {{ ref('int_remainder_segments') }}
    group by instalment_id, evaluate_date, tax_item_code
),

accrued as (
    select
        sums.instalment_id,
        sums.evaluate_date,
        {{ cut_to_unit('sums.segments_yen', 'minimum.value', 'unit.value') }} as accrued_yen
    from sums
    {{ law_join('minimum', 'late_charge_result_minimum', 'sums.tax_item_code', 'sums.evaluate_date') }}
    {{ law_join('unit', 'late_charge_result_unit', 'sums.tax_item_code', 'sums.evaluate_date') }}
),

numbered as (
    select
        shares.instalment_id,
        shares.receipt_id,
        shares.to_late_charge_yen,
        coalesce(allocations.remainder_yen, 0) as remainder_yen,
        coalesce(accrued.accrued_yen, 0) as accrued_yen,
        row_number() over (
            partition by shares.instalment_id
            order by shares.paid_date, shares.source_file_no, shares.source_line_no, shares.receipt_id
        ) as share_no
    from {{ ref('int_receipt_shares') }} as shares
    left join {{ ref('int_principal_allocations') }} as allocations
        on shares.instalment_id = allocations.instalment_id and shares.receipt_id = allocations.receipt_id
    left join accrued on shares.instalment_id = accrued.instalment_id and shares.paid_date = accrued.evaluate_date
    where shares.instalment_id in (
        select instalment_id from {{ ref('int_principal_allocations') }} where remainder_yen > 0
    )
),

steps as (
    select
        instalment_id, receipt_id, share_no, remainder_yen,
        least(remainder_yen, greatest(accrued_yen - to_late_charge_yen, 0)) as late_charge_yen,
        to_late_charge_yen + least(remainder_yen, greatest(accrued_yen - to_late_charge_yen, 0)) as collected_yen
    from numbered
    where share_no = 1
    union all
    select
        numbered.instalment_id, numbered.receipt_id, numbered.share_no, numbered.remainder_yen,
        least(numbered.remainder_yen, greatest(
            numbered.accrued_yen - numbered.to_late_charge_yen - steps.collected_yen, 0
        )) as late_charge_yen,
        steps.collected_yen + numbered.to_late_charge_yen + least(numbered.remainder_yen, greatest(
            numbered.accrued_yen - numbered.to_late_charge_yen - steps.collected_yen, 0
        )) as collected_yen
    from steps
    inner join numbered on steps.instalment_id = numbered.instalment_id and steps.share_no + 1 = numbered.share_no
)

select
    instalment_id,
    receipt_id,
    late_charge_yen,
    remainder_yen - late_charge_yen as overpaid_principal_yen
from steps
where remainder_yen > 0
