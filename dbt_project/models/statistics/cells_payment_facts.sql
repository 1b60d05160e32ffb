-- One row per receipt, tax item and payer whose money it is, with all components: on which day the city was credited.
-- A payment for several tax items counts once in each, so that payments add up. Money that no instalment is known for
-- has no tax item and is not here (fct_unidentified_receipts). Where the channel tells no credited day, the paid day
-- counts, as in the daily receipts of the treasury.
with payments as (
    select
        entries.receipt_id,
        entries.channel_code,
        instalments.tax_item_code,
        instalments.addressee_key,
        max(coalesce(entries.credited_date, entries.effective_date)) as credited_date,
        cast(-sum(entries.amount_yen) as bigint) as paid_yen
    from {{ ref('int_ledger_entries') }} as entries
    inner join {{ ref('int_instalments') }} as instalments on entries.instalment_id = instalments.instalment_id
    inner join {{ ref('int_run') }} as run on entries.effective_date <= run.as_of_date
    where entries.receipt_id is not null
    group by entries.receipt_id, entries.channel_code, instalments.tax_item_code, instalments.addressee_key
)

select
    payments.receipt_id,
    payments.addressee_key,
    addressees.holding_key,
    payments.tax_item_code,
    payments.channel_code,
    payments.credited_date,
    payments.paid_yen
from payments
inner join {{ ref('dim_addressee') }} as addressees on payments.addressee_key = addressees.addressee_key
