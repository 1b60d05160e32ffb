-- One row per difference between what the channels reported and what the city's own records say of an instalment.
-- missing_in_history, missing_in_channels, day_differs, yen_differs: against the receipt history, by instalment and
-- day. collected_total_differs: against the collected totals of the levy record, by instalment and component. An
-- accepted difference (city.toml) stays listed with the reason; the gate lets it pass until its day.
with differences as (
    select
        instalment_id,
        cause,
        cast(null as {{ text_type() }}) as component,
        source_feed,
        paid_date,
        stated_date,
        cast(receipt_count as integer) as receipt_count,
        ledger_yen,
        stated_yen,
        source_file_no,
        source_line_no
    from {{ ref('int_receipt_day_differences') }}
    union all
    select
        instalment_id,
        'collected_total_differs' as cause,
        component,
        'levy' as source_feed,
        cast(null as date) as paid_date,
        cast(null as date) as stated_date,
        cast(null as integer) as receipt_count,
        ledger_yen,
        stated_yen,
        source_file_no,
        source_line_no
    from {{ ref('int_collected_differences') }}
),

accepted as (
    select
        accepted.cause,
        accepted.feed,
        max(accepted.reason) as accepted_reason
    from {{ ref('stg_accepted_differences') }} as accepted
    inner join {{ ref('int_run') }} as run on accepted.valid_until >= run.as_of_date
    group by accepted.cause, accepted.feed
)

select
    run.as_of_date,
    {{ entry_id('D', [
        'differences.instalment_id', 'differences.cause', "coalesce(differences.component, '')",
        "coalesce(cast(differences.paid_date as " ~ text_type() ~ "), '')",
        "coalesce(cast(differences.stated_date as " ~ text_type() ~ "), '')"
    ]) }} as difference_id,
    differences.instalment_id,
    differences.cause,
    differences.component,
    differences.source_feed,
    differences.paid_date,
    differences.stated_date,
    differences.receipt_count,
    differences.ledger_yen,
    differences.stated_yen,
    accepted.cause is not null as is_accepted,
    accepted.accepted_reason,
    differences.source_file_no,
    differences.source_line_no,
    stamp.law_version
from differences
cross join {{ ref('int_run') }} as run
cross join {{ ref('int_law_version') }} as stamp
left join accepted on differences.cause = accepted.cause and differences.source_feed = accepted.feed
