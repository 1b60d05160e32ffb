-- One row per accepted line of the payment slip feed: one delivered version of one slip's part for one instalment.
select
    concat_ws(
        '-', issuing_system_id, cast(issue_year as {{ text_type() }}), cast(issue_seq as {{ text_type() }})
    ) as slip_id,
    instalment_id,
    payment_no,
    confirmation_no,
    barcode_info,
    payment_slip_issue_date as issue_date,
    payout_total_yen,
    principal_payment_yen,
    late_charge_payment_yen,
    additional_charge_payment_yen,
    demand_fee_payment_yen,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_payment_slip') }}
