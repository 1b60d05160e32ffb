-- One row per instalment and version: those that were delivered, and one of nothing owed where a later delivery said
-- that the levy is no more (it was absent from a full delivery, or its delete flag was set).
{{ config(materialized='view') }}
select * from {{ ref('int_levy_records') }}
union all
select
    records.instalment_id,
    records.addressee_key,
    records.tax_item_code,
    records.assessment_year,
    records.collection_method_code,
    records.instalment_no,
    records.levy_year,
    records.statutory_due_date,
    records.designated_due_date,
    records.extended_due_date,
    records.tax_notice_issue_date,
    0 as principal_levied_yen,
    0 as additional_charge_levied_yen,
    0 as demand_fee_levied_yen,
    records.overpayment_settled_yen,
    records.late_charge_overpayment_settled_yen,
    ended.delivery_date as updated_date,
    records.write_off_date,
    records.write_off_yen,
    records.write_off_cause,
    records.demand_notice_issue_date,
    ended.delivery_date as reassessment_date,
    'reassessment' as reassessment_cause,
    cast(null as date) as reassessment_request_date,
    cast(null as date) as income_tax_notice_date,
    cast(null as bigint) as principal_collected_yen,
    cast(null as bigint) as late_charge_collected_yen,
    cast(null as bigint) as additional_charge_collected_yen,
    cast(null as bigint) as demand_fee_collected_yen,
    ended.delivery_date,
    ended.delivery_seq,
    ended.ended_by_file_no as source_file_no,
    0 as source_line_no
from {{ ref('int_levy_records') }} as records
inner join {{ ref('stg_ended_records') }} as ended
    on
        records.source_file_no = ended.source_file_no
        and records.source_line_no = ended.source_line_no
        and ended.feed in ('levy', 'premium_assessment')
