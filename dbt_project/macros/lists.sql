{# Officers' lists: what a code is called there. #}

{# Joins the name of a code, as <alias>.label_ja; a code without a name keeps its row. #}
{% macro label_join(alias, column_name, code) -%}
left join {{ ref('list_labels') }} as {{ alias }}
    on {{ alias }}.column_name = '{{ column_name }}' and {{ alias }}.code = {{ code }}
{%- endmacro %}

{# Joins the channels, once each: a channel that several feeds report has several rows in the code list. #}
{% macro channel_join(alias, channel_code) -%}
left join (select distinct channel_code, label_ja from {{ ref('payment_channels') }}) as {{ alias }}
    on {{ alias }}.channel_code = {{ channel_code }}
{%- endmacro %}
