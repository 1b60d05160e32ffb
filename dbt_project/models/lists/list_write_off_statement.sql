-- One row per accounting year, tax item, class and clause under which principal was written off by the as-of date.
with write_offs as (
    select
        entries.accounting_year,
        instalments.tax_item_code,
        case when entries.accounting_year > instalments.levy_year then 'carryover' else 'current' end as levy_class,
        entries.cause,
        count(distinct entries.instalment_id) as instalment_count,
        count(distinct instalments.addressee_key) as addressee_count,
        cast(-sum(entries.amount_yen) as bigint) as written_off_yen
    from {{ ref('int_ledger_entries') }} as entries
    inner join {{ ref('int_run') }} as run on entries.effective_date <= run.as_of_date
    inner join {{ ref('int_instalments') }} as instalments on entries.instalment_id = instalments.instalment_id
    where entries.kind = 'write_off' and entries.component = 'principal'
    group by entries.accounting_year, instalments.tax_item_code, levy_class, entries.cause
)

select
    write_offs.accounting_year,
    coalesce(accounts.label_ja, '会計不明') as account_ja,
    items.label_ja as tax_item_ja,
    classes.label_ja as levy_class_ja,
    coalesce(clauses.label_ja, write_offs.cause, '条項の記録なし') as clause_ja,
    write_offs.instalment_count,
    write_offs.addressee_count,
    write_offs.written_off_yen
from write_offs
left join {{ ref('accounts') }} as accounts on write_offs.tax_item_code = accounts.tax_item_code
left join {{ ref('tax_items') }} as items on write_offs.tax_item_code = items.tax_item_code
left join {{ ref('levy_classes') }} as classes on write_offs.levy_class = classes.levy_class
{{ label_join('clauses', 'clause', 'write_offs.cause') }}
