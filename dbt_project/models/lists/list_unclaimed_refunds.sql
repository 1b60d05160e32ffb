-- One row per overpayment that is still to be paid back and waits for a claim: none has come, and none is lapsed.
-- What is paid to an account that the city knows waits for nobody.
select
    refunds.addressee_key,
    items.label_ja as tax_item_ja,
    instalments.levy_year,
    instalments.instalment_no,
    coalesce(causes.label_ja, refunds.cause) as cause_ja,
    refunds.arising_date,
    {{ days_between('refunds.arising_date', 'refunds.as_of_date') }} as waiting_days,
    records.notice_date,
    refunds.overpaid_yen,
    refunds.pending_yen,
    refunds.refund_interest_yen,
    refunds.claim_expiry_date,
    coalesce(debtors.outstanding_yen, 0) as outstanding_yen,
    refunds.instalment_id,
    refunds.overpayment_id
from {{ ref('fct_refunds') }} as refunds
left join {{ ref('int_instalments') }} as instalments on refunds.instalment_id = instalments.instalment_id
left join {{ ref('tax_items') }} as items on refunds.tax_item_code = items.tax_item_code
left join {{ ref('dim_addressee') }} as codes on refunds.addressee_key = codes.addressee_key
left join {{ ref('fct_debtors') }} as debtors on codes.person_key = debtors.person_key
left join {{ ref('int_overpayment_records') }} as records on refunds.overpayment_id = records.overpayment_id
left join {{ ref('refund_causes') }} as causes on refunds.cause = causes.refund_cause
where
    refunds.pending_yen > 0
    and refunds.refund_state <> 'lapsed'
    and records.claim_date is null
    and not coalesce(records.is_paid_without_claim, false)
