-- One row per event of an arrears case by the as-of date: of one instalment, or of a person as a whole. Days are
-- included; to_date is empty while the event lasts. What is said in a contact stays in the feed.
with notices as (
    select
        *,
        case issue_type_code when '1' then 'demand_notice' else 'reminder' end as notice_kind
    from {{ ref('stg_demand') }}
),

write_offs as (
    select *
    from {{ ref('int_ledger_entries') }}
    where kind = 'write_off' and component = 'principal'
),

events as (
    {{ case_events('notices', 'instalment', 'notice_kind', 'null', 'issue_date') }}
    union all
    {{ case_events(ref('int_case_periods'), 'instalment', 'case_kind', 'case_no', 'from_date', 'to_date') }}
    union all
    {{ case_events(
        standing('late_charge_reduction', 'reduction_no, instalment_id') ~ ' as reductions', 'instalment',
        "'late_charge_reduction'", 'reduction_no', 'reduction_decision_date', yen='reduction_yen'
    ) }}
    union all
    {{ case_events(
        standing('distribution', 'distribution_no, instalment_id') ~ ' as distributions', 'instalment',
        "'distribution'", 'distribution_no', 'distribution_date', yen='distributed_yen'
    ) }}
    union all
    {{ case_events(
        standing('legal_proceeding', 'proceeding_no, instalment_id') ~ ' as proceedings', 'instalment',
        'proceeding_kind', 'proceeding_no', 'proceeding_filed_date', 'proceeding_end_date', 'proceeding_principal_yen'
    ) }}
    union all
    {{ case_events('write_offs', 'instalment', "'write_off'", 'cause', 'effective_date', yen='-amount_yen') }}
    union all
    {{ case_events(
        standing('public_auction', 'auction_no') ~ ' as auctions', 'person',
        "'public_auction'", 'auction_no', 'auction_date', yen='auction_price_yen'
    ) }}
    union all
    {{ case_events(
        standing('bankruptcy', 'bankruptcy_no') ~ ' as insolvencies', 'person',
        'insolvency_kind', 'bankruptcy_no', 'bankruptcy_commencement_date', 'bankruptcy_closed_date'
    ) }}
    union all
    {{ case_events(
        standing('contact_history', 'addressee_key, contact_seq') ~ ' as contacts', 'person',
        "'contact'", 'contact_seq', 'contact_date', yen='promised_payment_yen'
    ) }}
)

select
    run.as_of_date,
    coalesce(events.person_key, instalments.addressee_key) as addressee_key,
    events.instalment_id,
    events.case_kind,
    events.case_no,
    events.from_date,
    events.to_date,
    events.case_yen,
    events.source_file_no,
    events.source_line_no,
    stamp.law_version
from events
inner join {{ ref('int_run') }} as run on events.from_date <= run.as_of_date
cross join {{ ref('int_law_version') }} as stamp
left join {{ ref('int_instalments') }} as instalments on events.instalment_id = instalments.instalment_id
