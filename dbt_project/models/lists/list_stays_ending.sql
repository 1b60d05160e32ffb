-- One row per overdue instalment and open stay of execution: the last day of the years after which the claim is
-- extinguished (地方税法 第15条の7第4項), counted from the day after the stay.
select
    arrears.addressee_key,
    items.label_ja as tax_item_ja,
    arrears.levy_year,
    instalments.instalment_no,
    arrears.principal_outstanding_yen,
    stays.case_no,
    coalesce(clauses.label_ja, versions.stay_item_code) as stay_clause_ja,
    stays.from_date,
    {{ period_end('stays.from_date', 'years.value * 12') }} as extinction_date,
    {{ days_between('arrears.as_of_date', period_end('stays.from_date', 'years.value * 12')) }} as remaining_days,
    arrears.prescription_date,
    arrears.instalment_id
from {{ ref('int_case_periods') }} as stays
inner join {{ ref('fct_arrears') }} as arrears
    on
        stays.instalment_id = arrears.instalment_id
        and stays.from_date <= arrears.as_of_date
        and coalesce(stays.to_date, arrears.as_of_date) >= arrears.as_of_date
left join {{ ref('stg_execution_stay') }} as versions
    on stays.source_file_no = versions.source_file_no and stays.source_line_no = versions.source_line_no
left join {{ ref('int_instalments') }} as instalments on arrears.instalment_id = instalments.instalment_id
left join {{ ref('tax_items') }} as items on arrears.tax_item_code = items.tax_item_code
{{ label_join('clauses', 'stay_item', 'versions.stay_item_code') }}
{{ law_join('years', 'execution_stay_extinction_years', 'arrears.tax_item_code', 'stays.from_date') }}
where stays.case_kind = 'execution_stay'
