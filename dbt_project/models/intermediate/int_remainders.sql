-- One row per instalment and day on which money came that neither its slip nor the outstanding principal could use.
{{ config(materialized='view') }}
select distinct
    shares.instalment_id,
    shares.paid_date as evaluate_date,
    instalments.due_date,
    instalments.charged_after_date,
    instalments.tax_item_code
from {{ ref('int_principal_allocations') }} as allocations
inner join {{ ref('int_receipt_shares') }} as shares
    on allocations.instalment_id = shares.instalment_id and allocations.receipt_id = shares.receipt_id
inner join {{ ref('int_instalments') }} as instalments on allocations.instalment_id = instalments.instalment_id
where allocations.remainder_yen > 0 and shares.paid_date > instalments.charged_after_date
