-- One row per step of an overpayment by the as-of date, in order: arisen, noticed, claimed, appropriated,
-- refund_decided, transfer_ordered, paid_out, absorbed, lapsed. step_yen is NULL where a step moves no money.
with decisions as (
    select
        records.overpayment_id,
        treatments.*
    from {{ ref('int_refund_treatments') }} as treatments
    inner join {{ ref('int_overpayment_records') }} as records on treatments.overpayment_no = records.overpayment_no
),

orders as (
    select
        decisions.overpayment_id,
        transfers.transfer_yen,
        {{ next_month_day('decisions.decision_date', 'transfers.transfer_month_day') }} as transfer_date,
        transfers.source_file_no,
        transfers.source_line_no
    from {{ ref('stg_refund_transfer') }} as transfers
    inner join decisions
        on
            transfers.overpayment_no = decisions.overpayment_no
            and transfers.transfer_yen = decisions.settled_yen
            and decisions.treatment_kind = 'refund'
),

absorbed as (
    select
        refunds.overpayment_id,
        parts.interest_end_date as absorbed_date,
        parts.settled_yen
    from {{ ref('int_overpayment_settlements') }} as parts
    inner join {{ ref('fct_refunds') }} as refunds
        on refunds.overpayment_id = {{ entry_id('O', ['parts.ledger_entry_id']) }}
    where parts.settlement_kind = 'absorbed'
),

lapsed as (
    select
        overpayment_id,
        {{ add_days('claim_expiry_date', 1) }} as lapsed_date,
        pending_yen
    from {{ ref('fct_refunds') }}
    where refund_state = 'lapsed'
),

{%- set decided = "case treatment_kind when 'refund' then 'refund_decided' else 'appropriated' end" %}
steps as (
    {{ refund_step(ref('fct_refunds'), 1, "'arisen'", 'arising_date', 'overpaid_yen', has_place=false) }}
    union all
    {{ refund_step(ref('int_overpayment_records'), 2, "'noticed'", 'notice_date') }}
    union all
    {{ refund_step(ref('int_overpayment_records'), 3, "'claimed'", 'claim_date') }}
    union all
    {{ refund_step('decisions', 4, decided, 'decision_date', 'settled_yen', has_target=true) }}
    union all
    {{ refund_step('orders', 5, "'transfer_ordered'", 'transfer_date', 'transfer_yen') }}
    union all
    {{ refund_step(ref('int_overpayment_records'), 6, "'paid_out'", 'payout_date') }}
    union all
    {{ refund_step('absorbed', 7, "'absorbed'", 'absorbed_date', 'settled_yen', has_place=false) }}
    union all
    {{ refund_step('lapsed', 8, "'lapsed'", 'lapsed_date', 'pending_yen', has_place=false) }}
)

select
    steps.overpayment_id,
    cast(row_number() over (
        partition by steps.overpayment_id
        order by steps.step_date, steps.step_order, steps.source_file_no, steps.source_line_no
    ) as integer) as step_no,
    steps.step,
    steps.step_date,
    steps.step_yen,
    steps.target_instalment_id,
    steps.eligible_date,
    steps.source_file_no,
    steps.source_line_no,
    run.as_of_date,
    stamp.law_version
from steps
cross join {{ ref('int_run') }} as run
cross join {{ ref('int_law_version') }} as stamp
where steps.step_date <= run.as_of_date
