-- One row per change of what is owed that the levy and premium feeds report: levy, reassessment, refund, write-off.
-- A refund is money of an overpayment that left its instalment, paid out or appropriated to another debt.
-- basis_date is the day from which the law counts the wait for refund interest: of the request, or of the tax notice.
with changes as (
    select
        *,
        case when version_no = 1 then 'levy' else 'reassessment' end as levy_kind,
        case
            when version_no = 1
                then coalesce(
                    tax_notice_issue_date, least(delivery_date, coalesce(designated_due_date, statutory_due_date))
                )
            else reassessment_date
        end as levied_on_date,
        case when version_no > 1 then reassessment_cause end as levy_cause,
        case
            when version_no = 1 then null
            when reassessment_cause = 'on_request' then reassessment_request_date
            when reassessment_cause = 'income_tax' then income_tax_notice_date
        end as levy_basis_date,
        coalesce(demand_notice_issue_date, updated_date, delivery_date) as demanded_on_date,
        coalesce(updated_date, delivery_date) as refunded_on_date,
        coalesce(write_off_date, updated_date, delivery_date) as written_off_on_date
    from {{ ref('int_levy_versions') }}
),

premium as (
    select
        *,
        case when refund_appropriation_class = '1' then -premium_received_yen else 0 end as refunded_yen,
        coalesce(credited_date, delivery_date) as refunded_on_date,
        coalesce(write_off_date, delivery_date) as written_off_on_date
    from {{ ref('stg_premium_collection') }}
)

{{ levy_moves(
    'changes', 'principal', 'levy_kind', 'levied_on_date', 'principal_change_yen', 'levy_cause', 'levy_basis_date'
) }}
union all
{{ levy_moves('changes', 'additional_charge', 'levy_kind', 'levied_on_date', 'additional_charge_change_yen') }}
union all
{{ levy_moves('changes', 'demand_fee', 'levy_kind', 'demanded_on_date', 'demand_fee_change_yen') }}
union all
{{ levy_moves('changes', 'principal', "'refund'", 'refunded_on_date', 'overpayment_settled_change_yen') }}
union all
{{ levy_moves(
    'changes', 'late_charge', "'refund'", 'refunded_on_date', 'late_charge_overpayment_settled_change_yen'
) }}
union all
{{ levy_moves(
    'changes', 'principal', "'write_off'", 'written_off_on_date', '-write_off_change_yen', 'write_off_cause'
) }}
union all
{{ levy_moves('premium', 'principal', "'refund'", 'refunded_on_date', 'refunded_yen') }}
union all
{{ levy_moves('premium', 'principal', "'write_off'", 'written_off_on_date', '-write_off_yen', 'write_off_cause') }}
