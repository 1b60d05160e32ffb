-- One row per instalment and delivered version, taxes and premiums alike, in the order of delivery.
-- Each amount comes with its change against the version before, from which the ledger entries arise.
-- Amounts that only the tax feed carries are NULL for premiums; their refunds and write-offs come as collection lines.
with versions as (
    select
        instalment_id,
        addressee_key,
        tax_item_code,
        assessment_year,
        collection_method_code,
        instalment_no,
        levy_year,
        statutory_due_date,
        designated_due_date,
        tax_notice_issue_date,
        principal_levied_yen,
        additional_charge_levied_yen,
        demand_fee_levied_yen,
        overpayment_settled_yen,
        updated_date,
        write_off_date,
        write_off_yen,
        write_off_cause,
        demand_notice_issue_date,
        coalesce(reassessment_date, updated_date, delivery_date) as reassessment_date,
        reassessment_cause,
        reassessment_request_date,
        income_tax_notice_date,
        delivery_date,
        delivery_seq,
        source_file_no,
        source_line_no
    from {{ ref('stg_levy') }}
    union all
    select
        instalment_id,
        addressee_key,
        tax_item_code,
        assessment_year,
        collection_method_code,
        instalment_no,
        cast(null as integer) as levy_year,
        due_date as statutory_due_date,
        due_date as designated_due_date,
        cast(null as date) as tax_notice_issue_date,
        principal_levied_yen,
        cast(null as bigint) as additional_charge_levied_yen,
        cast(null as bigint) as demand_fee_levied_yen,
        cast(null as bigint) as overpayment_settled_yen,
        cast(null as date) as updated_date,
        cast(null as date) as write_off_date,
        cast(null as bigint) as write_off_yen,
        cast(null as {{ text_type() }}) as write_off_cause,
        cast(null as date) as demand_notice_issue_date,
        coalesce(assessment_decision_date, delivery_date) as reassessment_date,
        'reassessment' as reassessment_cause,
        cast(null as date) as reassessment_request_date,
        cast(null as date) as income_tax_notice_date,
        delivery_date,
        delivery_seq,
        source_file_no,
        source_line_no
    from {{ ref('stg_premium_assessment') }}
)

select
    *,
    row_number() over delivery_order as version_no,
    principal_levied_yen - lag(principal_levied_yen, 1, 0) over delivery_order as principal_change_yen,
    coalesce(additional_charge_levied_yen, 0)
    - lag(coalesce(additional_charge_levied_yen, 0), 1, 0) over delivery_order as additional_charge_change_yen,
    coalesce(demand_fee_levied_yen, 0)
    - lag(coalesce(demand_fee_levied_yen, 0), 1, 0) over delivery_order as demand_fee_change_yen,
    coalesce(overpayment_settled_yen, 0)
    - lag(coalesce(overpayment_settled_yen, 0), 1, 0) over delivery_order as overpayment_settled_change_yen,
    coalesce(write_off_yen, 0) - lag(coalesce(write_off_yen, 0), 1, 0) over delivery_order as write_off_change_yen
from versions
window delivery_order as (
    partition by instalment_id order by delivery_date, delivery_seq, source_file_no, source_line_no
)
