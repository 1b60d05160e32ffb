-- One row per instalment (期別): whose it is, what it is for and when it falls due, by the newest version delivered by
-- the as-of date (or the first one ever, for a day before its delivery).
-- Due date: the designated one, else the instalment calendar's day moved past Saturdays, Sundays and holidays; where
-- the return of a corporation was extended, not before the extended day. Late charge then runs from the day after the
-- statutory due date (charged_after_date), at a rate of its own up to the due date. Local Tax Act art. 327.
with newest as (
    select
        versions.instalment_id,
        coalesce(max(versions.version_no) filter (where versions.delivery_date <= run.as_of_date), 1) as version_no
    from {{ ref('int_levy_versions') }} as versions
    cross join {{ ref('int_run') }} as run
    where not versions.is_only_version
    group by versions.instalment_id
),

current_versions as (
    select versions.*
    from {{ ref('int_levy_versions') }} as versions
    left join newest on versions.instalment_id = newest.instalment_id
    where versions.is_only_version or versions.version_no = newest.version_no
),

nominal as (
    select
        versions.*,
        case
            when calendar.due_day = 0
                then last_day(make_date(versions.assessment_year + calendar.due_year_offset, calendar.due_month, 1))
            when calendar.due_day > 0
                then
                    make_date(versions.assessment_year + calendar.due_year_offset, calendar.due_month, calendar.due_day)
            else versions.statutory_due_date
        end as nominal_due_date
    from current_versions as versions
    left join {{ ref('instalment_calendar') }} as calendar
        on
            versions.tax_item_code = calendar.tax_item_code
            and versions.collection_method_code = calendar.collection_method_code
            and versions.instalment_no = calendar.instalment_no
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
    case
        when nominal.extended_due_date > nominal.statutory_due_date
            then greatest(nominal.extended_due_date, coalesce(nominal.designated_due_date, nominal.extended_due_date))
        else coalesce(nominal.designated_due_date, working_days.working_date, nominal.nominal_due_date)
    end as due_date,
    case
        when nominal.extended_due_date > nominal.statutory_due_date then nominal.statutory_due_date
        else coalesce(nominal.designated_due_date, working_days.working_date, nominal.nominal_due_date)
    end as charged_after_date,
    nominal.statutory_due_date,
    nominal.principal_levied_yen as principal_delivered_yen,
    nominal.source_file_no,
    nominal.source_line_no
from nominal
inner join {{ ref('tax_items') }} as items on nominal.tax_item_code = items.tax_item_code
left join {{ ref('int_working_days') }} as working_days on nominal.nominal_due_date = working_days.calendar_date
{{ law_join('year_start', 'fiscal_year_start', 'nominal.tax_item_code', 'nominal.statutory_due_date') }}
