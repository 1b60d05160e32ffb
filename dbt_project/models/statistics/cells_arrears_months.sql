-- One row per tax item code and period that new_debtors lists, groups too, in which arrears could begin: an instalment
-- fell due on the day before a day of it, or what an instalment owes was raised after it was due.
with days as (
    select
        tax_item_code,
        {{ add_days('due_date', 1) }} as begins_date
    from {{ ref('int_instalments') }}
    union
    select
        instalments.tax_item_code,
        {{ add_days('entries.effective_date', 1) }} as begins_date
    from {{ ref('int_ledger_entries') }} as entries
    inner join {{ ref('int_instalments') }} as instalments on entries.instalment_id = instalments.instalment_id
    where
        entries.component = 'principal'
        and entries.kind <> 'levy'
        and entries.amount_yen > 0
        and entries.effective_date > instalments.due_date
),

months as (
    select distinct
        days.tax_item_code,
        months.code
    from days
    {{ period_join('months', 'new_debtors', 'days.begins_date') }}
)

select distinct
    tax_items.ancestor_code as tax_item_code,
    periods.ancestor_code as period_code
from months
{{ counted_under('tax_items', 'new_debtors', 'tax_item_code', 'months.tax_item_code') }}
{{ counted_under('periods', 'new_debtors', 'period_code', 'months.code') }}
