{# How ledger entries stand to one another. #}

{# Rank of entries that take effect on the same day: what is owed first, then what is paid, then what is given up or back. #}
{% macro order_within_day(kind) -%}
case {{ kind }}
    when 'levy' then 1
    when 'reassessment' then 2
    when 'receipt' then 3
    when 'receipt_correction' then 3
    when 'write_off' then 4
    else 5
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

{# Sum of the entries of a component and of some kinds, in yen. #}
{% macro total_yen(component, kinds) -%}
cast(sum(case when component = '{{ component }}' and kind in ('{{ kinds | join("', '") }}') then amount_yen else 0 end) as bigint)
{%- endmacro %}
