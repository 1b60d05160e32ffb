-- One row per instalment: the day from which an overpayment can be set off against it, as far as the debt goes.
-- The due date; of a levy assessed after its statutory due date and not divided into instalments, the day of its
-- notice. Order of the Local Tax Act art. 6-14 (1), items 1 and 2; its overpayment side: macro eligible_date.
{{ config(materialized='view') }}
with noticed as (
    select
        instalments.instalment_id,
        instalments.due_date,
        versions.tax_notice_issue_date as notice_date,
        coalesce(versions.tax_notice_issue_date > instalments.statutory_due_date, false) as is_assessed_late
    from {{ ref('int_instalments') }} as instalments
    left join {{ ref('int_levy_versions') }} as versions
        on instalments.instalment_id = versions.instalment_id and versions.version_no = 1
),

divided as (
    select distinct own.instalment_id
    from noticed
    inner join {{ ref('stg_levy_numbers') }} as own on noticed.instalment_id = own.instalment_id
    inner join {{ ref('stg_levy_numbers') }} as others
        on own.levy_no = others.levy_no and own.instalment_id <> others.instalment_id
    where noticed.is_assessed_late
)

select
    noticed.instalment_id,
    case
        when noticed.is_assessed_late and divided.instalment_id is null then noticed.notice_date
        else greatest(noticed.due_date, coalesce(noticed.notice_date, noticed.due_date))
    end as appropriable_from_date
from noticed
left join divided on noticed.instalment_id = divided.instalment_id
