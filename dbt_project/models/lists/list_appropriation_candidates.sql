-- One row per pending overpayment and debt of the same person that it must be appropriated to, in the order of the law.
select
    candidates.addressee_key,
    items.label_ja as tax_item_ja,
    refunds.arising_date,
    refunds.pending_yen,
    target_items.label_ja as target_tax_item_ja,
    targets.levy_year as target_levy_year,
    targets.instalment_no as target_instalment_no,
    targets.due_date as target_due_date,
    candidates.eligible_date,
    candidates.principal_yen,
    candidates.target_instalment_id,
    candidates.overpayment_id
from {{ ref('fct_appropriation_candidates') }} as candidates
inner join {{ ref('fct_refunds') }} as refunds on candidates.overpayment_id = refunds.overpayment_id
left join {{ ref('tax_items') }} as items on refunds.tax_item_code = items.tax_item_code
left join {{ ref('int_instalments') }} as targets on candidates.target_instalment_id = targets.instalment_id
left join {{ ref('tax_items') }} as target_items on targets.tax_item_code = target_items.tax_item_code
