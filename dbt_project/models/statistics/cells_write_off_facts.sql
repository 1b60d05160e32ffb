-- One row per instalment, accounting year and clause under which principal of it was written off in that year's
-- accounts. A write-off taken back in the same year is none; one without a recorded clause stands under none.
with clauses as (
    select distinct clause from {{ ref('write_off_clauses') }}
),

write_offs as (
    select
        entries.instalment_id,
        entries.accounting_year,
        coalesce(clauses.clause, 'none') as write_off_clause_code,
        cast(-sum(entries.amount_yen) as bigint) as written_off_yen
    from {{ ref('int_ledger_entries') }} as entries
    inner join {{ ref('int_run') }} as run on entries.effective_date <= run.as_of_date
    left join clauses on entries.cause = clauses.clause
    where entries.kind = 'write_off' and entries.component = 'principal'
    group by entries.instalment_id, entries.accounting_year, clauses.clause
)

select
    write_offs.instalment_id,
    instalments.addressee_key,
    addressees.holding_key,
    instalments.tax_item_code,
    write_offs.write_off_clause_code,
    write_offs.accounting_year,
    write_offs.written_off_yen
from write_offs
inner join {{ ref('int_instalments') }} as instalments on write_offs.instalment_id = instalments.instalment_id
inner join {{ ref('dim_addressee') }} as addressees on instalments.addressee_key = addressees.addressee_key
where write_offs.written_off_yen > 0
