-- One row per decision about an overpayment that stands and was made by the as-of date: refund, or appropriation to
-- another instalment. An appropriation takes effect on the eligible day (充当適状日): as delivered, else by the law
-- (macro eligible_date).
with overpayments as {{ standing(
    'overpayment', 'tax_item_code, overpayment_year, overpayment_serial_no', has_deletions=false
) }},

treatments as {{ standing(
    'treatment', 'tax_item_code, overpayment_year, overpayment_serial_no, treatment_history_seq', has_deletions=false
) }}

select
    {{ overpayment_no('treatments') }} as overpayment_no,
    treatments.treatment_history_seq,
    overpayments.instalment_id,
    case when treatments.target_instalment_id is null then 'refund' else 'appropriation' end as treatment_kind,
    treatments.decision_date,
    treatments.settled_yen,
    treatments.target_instalment_id,
    case
        when treatments.target_instalment_id is not null
            then coalesce(
                treatments.eligible_date, {{ eligible_date('targets', 'overpayments.occurrence_date') }}
            )
    end as eligible_date,
    treatments.to_principal_yen,
    treatments.to_late_charge_yen,
    treatments.to_additional_charge_yen,
    treatments.to_demand_fee_yen,
    treatments.source_file_no,
    treatments.source_line_no
from treatments
inner join {{ ref('int_run') }} as run on treatments.decision_date <= run.as_of_date
left join overpayments
    on
        treatments.tax_item_code = overpayments.tax_item_code
        and treatments.overpayment_year = overpayments.overpayment_year
        and treatments.overpayment_serial_no = overpayments.overpayment_serial_no
left join {{ ref('int_appropriation_targets') }} as targets
    on treatments.target_instalment_id = targets.instalment_id
