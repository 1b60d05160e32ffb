-- One row per instalment (期別): whose it is, what it is for and when it falls due, by the newest version delivered by
-- the as-of date (or the first one ever, for a day before its delivery).
-- Due date: the designated one, else the instalment calendar's day moved past Saturdays, Sundays and holidays.
with ranked as (
    select
        versions.*,
        row_number() over (
            partition by versions.instalment_id
            order by
                case when versions.delivery_date <= run.as_of_date then 0 else 1 end,
                versions.version_no * case when versions.delivery_date <= run.as_of_date then -1 else 1 end
        ) as version_rank
    from {{ ref('int_levy_versions') }} as versions
    cross join {{ ref('int_run') }} as run
),

nominal as (
    select
        ranked.*,
        case
            when calendar.due_day = 0
                then last_day(make_date(ranked.assessment_year + calendar.due_year_offset, calendar.due_month, 1))
            when calendar.due_day > 0
                then make_date(ranked.assessment_year + calendar.due_year_offset, calendar.due_month, calendar.due_day)
            else ranked.statutory_due_date
        end as nominal_due_date
    from ranked
    left join {{ ref('instalment_calendar') }} as calendar
        on
            ranked.tax_item_code = calendar.tax_item_code
            and ranked.collection_method_code = calendar.collection_method_code
            and ranked.instalment_no = calendar.instalment_no
    where ranked.version_rank = 1
)

select
    nominal.instalment_id,
    nominal.addressee_key,
    nominal.tax_item_code,
    items.tax_item,
    nominal.collection_method_code,
    nominal.assessment_year,
    cast(nominal.instalment_no as integer) as instalment_no,
    cast(coalesce(
        nominal.levy_year,
        {{ fiscal_year_of('coalesce(nominal.designated_due_date, nominal.nominal_due_date)', 'year_start.value_text') }}
    ) as integer) as levy_year,
    coalesce(nominal.designated_due_date, working_days.working_date, nominal.nominal_due_date) as due_date,
    nominal.statutory_due_date,
    nominal.principal_levied_yen as principal_delivered_yen,
    nominal.source_file_no,
    nominal.source_line_no
from nominal
inner join {{ ref('tax_items') }} as items on nominal.tax_item_code = items.tax_item_code
left join {{ ref('int_working_days') }} as working_days on nominal.nominal_due_date = working_days.calendar_date
{{ law_join('year_start', 'fiscal_year_start', 'nominal.tax_item_code', 'nominal.statutory_due_date') }}
