-- One row per credited day, account, accounting year, tax item, class and channel: money received, by component. Money
-- without a clear place has no tax item and stands in unplaced_yen, so that a day's total is that of the treasury.
-- A report counts on its credited day; where the channel tells none, on the paid day.
with placed as (
    select
        coalesce(receipts.credited_date, receipts.paid_date) as credited_date,
        entries.receipt_id,
        entries.accounting_year,
        instalments.tax_item_code,
        case when entries.accounting_year > instalments.levy_year then 'carryover' else 'current' end as levy_class,
        receipts.channel_code,
        case when entries.component = 'principal' then -entries.amount_yen else 0 end as principal_yen,
        case when entries.component = 'late_charge' then -entries.amount_yen else 0 end as late_charge_yen,
        case when entries.component = 'additional_charge' then -entries.amount_yen else 0 end as additional_charge_yen,
        case when entries.component = 'demand_fee' then -entries.amount_yen else 0 end as demand_fee_yen,
        0 as unplaced_yen,
        -entries.amount_yen as received_yen
    from {{ ref('int_ledger_entries') }} as entries
    inner join {{ ref('int_receipts') }} as receipts on entries.receipt_id = receipts.receipt_id
    inner join {{ ref('int_run') }} as run on entries.effective_date <= run.as_of_date
    left join {{ ref('int_instalments') }} as instalments on entries.instalment_id = instalments.instalment_id
),

unplaced as (
    select
        coalesce(credited_date, paid_date) as credited_date,
        receipt_id,
        cast(null as integer) as accounting_year,
        cast(null as {{ text_type() }}) as tax_item_code,
        cast(null as {{ text_type() }}) as levy_class,
        channel_code,
        0 as principal_yen,
        0 as late_charge_yen,
        0 as additional_charge_yen,
        0 as demand_fee_yen,
        unidentified_yen as unplaced_yen,
        unidentified_yen as received_yen
    from {{ ref('fct_unidentified_receipts') }}
    where unidentified_yen <> 0
),

money as (
    select * from placed
    union all
    select * from unplaced
),

days as (
    select
        credited_date,
        accounting_year,
        tax_item_code,
        levy_class,
        channel_code,
        count(distinct receipt_id) as receipt_count,
        cast(sum(principal_yen) as bigint) as principal_yen,
        cast(sum(late_charge_yen) as bigint) as late_charge_yen,
        cast(sum(additional_charge_yen) as bigint) as additional_charge_yen,
        cast(sum(demand_fee_yen) as bigint) as demand_fee_yen,
        cast(sum(unplaced_yen) as bigint) as unplaced_yen,
        cast(sum(received_yen) as bigint) as received_yen
    from money
    group by credited_date, accounting_year, tax_item_code, levy_class, channel_code
)

select
    days.credited_date,
    coalesce(accounts.label_ja, '未消込') as account_ja,
    days.accounting_year,
    coalesce(items.label_ja, '未消込') as tax_item_ja,
    classes.label_ja as levy_class_ja,
    coalesce(channels.label_ja, days.channel_code) as channel_ja,
    days.receipt_count,
    days.principal_yen,
    days.late_charge_yen,
    days.additional_charge_yen,
    days.demand_fee_yen,
    days.unplaced_yen,
    days.received_yen
from days
left join {{ ref('accounts') }} as accounts on days.tax_item_code = accounts.tax_item_code
left join {{ ref('tax_items') }} as items on days.tax_item_code = items.tax_item_code
left join {{ ref('levy_classes') }} as classes on days.levy_class = classes.levy_class
{{ channel_join('channels', 'days.channel_code') }}
