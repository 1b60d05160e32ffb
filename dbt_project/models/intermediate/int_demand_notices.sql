-- One row per instalment for which a demand notice (督促状) was issued by the as-of date: the day of the first one.
-- A second demand or a reminder (催告) changes nothing in law and is not counted.
with notices as (
    select instalment_id, issue_date from {{ ref('stg_demand') }} where issue_type_code = '1'
    union all
    select instalment_id, demand_notice_issue_date from {{ ref('stg_levy') }} where demand_notice_issue_date is not null
    union all
    select instalment_id, demand_notice_issue_date
    from {{ ref('stg_premium_collection') }}
    where demand_notice_issue_date is not null
)

select
    notices.instalment_id,
    min(notices.issue_date) as demand_notice_date
from notices
inner join {{ ref('int_run') }} as run on notices.issue_date <= run.as_of_date
group by notices.instalment_id
