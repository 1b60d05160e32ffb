-- One row per clause, tax item and accounting year, every combination with groups, totals and empty cells: principal
-- written off in the closed accounts of the year. Where nothing lacks a clause, the cells of none tell nothing about
-- anybody: they are empty by structure.
{%- set measures = [('case_count', 'count(*)'), ('written_off_yen', 'sum(facts.written_off_yen)')] %}
with write_offs as (
    select
        write_offs.*,
        periods.code as fiscal_year
    from {{ ref('cells_write_off_facts') }} as write_offs
    inner join {{ ref('cells_periods') }} as periods
        on
            periods.table_name = 'write_offs'
            and periods.is_leaf
            and cast(write_offs.accounting_year as {{ text_type() }}) = periods.code
),

cells as (
    {{ cells_with_evidence(
        'write_offs', 'write_offs', ['write_off_clause_code', 'tax_item_code', 'fiscal_year'], measures,
        'written_off_yen'
    ) }}
)

select
    run.as_of_date,
    cells.*,
    cells.write_off_clause_code = 'none' and cells.case_count = 0 as is_structural_zero
from cells
cross join {{ ref('int_run') }} as run
