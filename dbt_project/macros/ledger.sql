{# How ledger entries stand to one another. #}

{#
  Order in which entries change a balance: the levy before everything, then day by day; on one day what is owed first, then
  what is paid, then what is given up or back.
#}
{% macro entry_order(entries) -%}
case when {{ entries }}.kind = 'levy' then 0 else 1 end,
{{ entries }}.effective_date,
case {{ entries }}.kind
    when 'reassessment' then 1
    when 'receipt' then 2
    when 'receipt_correction' then 2
    when 'appropriation' then 2
    when 'write_off' then 3
    else 4
end
{%- endmacro %}

{# Entries that a feed's line reports in one of its amounts; a line with no change in it reports none. #}
{% macro levy_moves(relation, component, kind, on_date, amount, cause=none, basis_date='cast(null as date)') -%}
select
    instalment_id,
    '{{ component }}' as component,
    {{ kind }} as kind,
    {{ on_date }} as effective_date,
    cast({{ amount }} as bigint) as amount_yen,
    {{ cause or 'cast(null as ' ~ text_type() ~ ')' }} as cause,
    {{ basis_date }} as basis_date,
    source_file_no,
    source_line_no
from {{ relation }}
where {{ amount }} <> 0
{%- endmacro %}

{# Entries of one component that receipt shares pay, as negative amounts. #}
{% macro receipt_moves(relation, component, amount) -%}
select
    instalment_id,
    '{{ component }}' as component,
    kind,
    paid_date as effective_date,
    credited_date,
    cast(-({{ amount }}) as bigint) as amount_yen,
    receipt_id,
    channel_code,
    source_file_no,
    source_line_no
from {{ relation }}
where {{ amount }} > 0
{%- endmacro %}

{# Entries of one component that appropriations pay, as negative amounts. #}
{% macro appropriation_moves(relation, component) -%}
select
    target_instalment_id as instalment_id,
    '{{ component }}' as component,
    'appropriation' as kind,
    eligible_date as effective_date,
    decision_date,
    cast(-to_{{ component }}_yen as bigint) as amount_yen,
    source_file_no,
    source_line_no
from {{ relation }}
where to_{{ component }}_yen > 0
{%- endmacro %}

{# Number of an overpayment as the outgoing transfer file writes it: tax item, year, serial number of four digits. #}
{% macro overpayment_no(relation) -%}
concat(
    {{ relation }}.tax_item_code,
    cast({{ relation }}.overpayment_year as {{ text_type() }}),
    lpad(cast({{ relation }}.overpayment_serial_no as {{ text_type() }}), 4, '0')
)
{%- endmacro %}

{# Sum of the entries of a component and of some kinds, in yen. #}
{% macro total_yen(component, kinds) -%}
cast(sum(case when component = '{{ component }}' and kind in ('{{ kinds | join("', '") }}') then amount_yen else 0 end) as bigint)
{%- endmacro %}

{# Change of a delivered amount against the version before, for a query with the window delivery_order. #}
{% macro change_of(amount) -%}
coalesce({{ amount }}, 0) - lag(coalesce({{ amount }}, 0), 1, 0) over delivery_order
{%- endmacro %}

{# Slips that a receipt may be for; fit 0 when the slip's total is what was paid. #}
{% macro slip_candidates(condition) -%}
select
    receipts.receipt_id,
    slips.slip_id,
    slips.issue_date,
    slips.has_known_instalments,
    case when slips.payout_total_yen = receipts.amount_yen then 0 else 1 end as fit
from receipts
inner join {{ ref('int_payment_slips') }} as slips on {{ condition }}
{%- endmacro %}

{# Sum of what changed between a closing and the carryover for one cause (int_carryover_changes). #}
{% macro change_yen(cause) -%}
cast(coalesce(sum(change_yen) filter (where change_cause = '{{ cause }}'), 0) as bigint)
{%- endmacro %}
