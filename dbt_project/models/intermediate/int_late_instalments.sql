-- One row per instalment that owed principal on a day after its due date (or in the extension before it), with the day
-- up to which late charge is due.
-- Read from the moves before late charge, since late charge ends with the claim, and the end of a claim begins here.
with late as (
    select entries.instalment_id
    from {{ ref('int_principal_moves') }} as entries
    inner join {{ ref('int_instalments') }} as instalments on entries.instalment_id = instalments.instalment_id
    cross join {{ ref('int_run') }} as run
    where
        entries.effective_date <= run.as_of_date
        and instalments.charged_after_date < run.as_of_date
    group by entries.instalment_id
    having
        sum(case
            when entries.kind = 'levy' or entries.effective_date <= instalments.charged_after_date
                then entries.amount_yen
            else 0
        end) > 0
        or bool_or(
            entries.kind not in ('levy', 'receipt')
            and entries.effective_date > instalments.charged_after_date
            and entries.amount_yen > 0
        )
)

select
    instalments.instalment_id,
    run.as_of_date as evaluate_date,
    instalments.due_date,
    instalments.charged_after_date,
    instalments.tax_item_code
from late
inner join {{ ref('int_instalments') }} as instalments on late.instalment_id = instalments.instalment_id
cross join {{ ref('int_run') }} as run
