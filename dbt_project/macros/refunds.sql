{# Steps of an overpayment on its way back to the payer (fct_refund_steps). #}

{#
  The rows of a relation as steps of their overpayments: where the day is known. A step of the city's own records has its
  place in a file, one computed from the ledger has none; only an appropriation has a target.
#}
{% macro refund_step(relation, step_order, step, step_date, step_yen='null', has_place=true, has_target=false) -%}
select
    overpayment_id,
    {{ step_order }} as step_order,
    {{ step }} as step,
    {{ step_date }} as step_date,
    cast({{ step_yen }} as bigint) as step_yen,
    cast({{ 'target_instalment_id' if has_target else 'null' }} as {{ text_type() }}) as target_instalment_id,
    cast({{ 'eligible_date' if has_target else 'null' }} as date) as eligible_date,
    cast({{ 'source_file_no' if has_place else 'null' }} as integer) as source_file_no,
    cast({{ 'source_line_no' if has_place else 'null' }} as integer) as source_line_no
from {{ relation }}
where {{ step_date }} is not null
{%- endmacro %}

{#
  The eligible day (充当適状日): the later of the day from which the debt can be set off (int_appropriation_targets) and
  the day on which the overpayment arose. Order of the Local Tax Act art. 6-14.
#}
{% macro eligible_date(targets, arising_date) -%}
greatest({{ targets }}.appropriable_from_date, {{ arising_date }})
{%- endmacro %}
