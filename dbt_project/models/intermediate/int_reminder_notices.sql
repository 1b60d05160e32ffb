-- One row per instalment and day on which a reminder (催告) went out by the as-of date: as the demand feed or the
-- reminder feed tells; most cities deliver the same reminder in both. What was pulled before it went out (引抜) is none.
with pulled as (
    select instalment_id, issue_date from {{ ref('stg_reminder') }} where is_pulled
),

reminders as (
    select instalment_id, issue_date from {{ ref('stg_demand') }} where issue_type_code = '2'
    union
    select instalment_id, issue_date from {{ ref('stg_reminder') }} where not is_pulled
)

select
    reminders.instalment_id,
    reminders.issue_date as reminder_date
from reminders
inner join {{ ref('int_run') }} as run on reminders.issue_date <= run.as_of_date
left join pulled
    on reminders.instalment_id = pulled.instalment_id and reminders.issue_date = pulled.issue_date
where pulled.instalment_id is null
