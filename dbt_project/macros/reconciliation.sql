{# How two systems' records of the same money are compared. #}

{# Sum of the parts of a receipt that the receipt history names; NULL where it names none. #}
{% macro history_parts_yen(history) -%}
{%- set parts = [
    'medical_general', 'medical_retiree', 'ltci_general', 'ltci_retiree', 'tax_based_levy', 'per_capita_levy'
] -%}
case
    when coalesce({% for part in parts %}{{ history }}.{{ part }}_collected_yen{{ ', ' if not loop.last }}{% endfor %}) is not null
        then cast({% for part in parts %}coalesce({{ history }}.{{ part }}_collected_yen, 0){{ ' + ' if not loop.last }}{% endfor %} as bigint)
end
{%- endmacro %}

{# What a levy record states as collected of one component, for int_stated_collections. #}
{% macro stated_component(component) -%}
select
    instalment_id,
    '{{ component }}' as component,
    {{ component }}_collected_yen as stated_yen,
    delivery_date,
    source_file_no,
    source_line_no
from newest
where {{ component }}_collected_yen is not null
{%- endmacro %}
