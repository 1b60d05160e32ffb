-- One row per event that any channel reports on a receipt, as delivered: nothing is taken back here, only added.
-- event_kind: provisional · final · provisional_cancelled (takes back a provisional report only) · cancelled (takes
-- back what there is) · correction (replaces the amount) · failed. Events on one receipt share feed and report_key.
select * from {{ ref('int_receipt_events_account_transfer') }}
union all
select * from {{ ref('int_receipt_events_common_tax') }}
union all
select * from {{ ref('int_receipt_events_convenience_store') }}
union all
select * from {{ ref('int_receipt_events_counter') }}
union all
select * from {{ ref('int_receipt_events_pension') }}
union all
select * from {{ ref('int_receipt_events_premium') }}
