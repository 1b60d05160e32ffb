{# What the arrears file tells of a case (fct_case_history). #}

{# Kind of a legal proceeding; a code nobody has explained is some proceeding. #}
{% macro proceeding_kind(code) -%}
case {{ code }}
    when '56' then 'notarial_deed'
    when '57' then 'payment_order'
    when '58' then 'lawsuit'
    when '59' then 'compulsory_execution'
    else 'other_proceeding'
end
{%- endmacro %}

{# Kind of an insolvency proceeding; a code nobody has explained is some insolvency. #}
{% macro insolvency_kind(code) -%}
case {{ code }}
    when '1' then 'bankruptcy'
    when '2' then 'civil_rehabilitation'
    when '3' then 'corporate_reorganisation'
    when '4' then 'special_liquidation'
    else 'other_insolvency'
end
{%- endmacro %}

{# Rows of a relation as events of a case: of an instalment, or of a person where it knows none. #}
{% macro case_events(relation, owner, kind, number, from_date, to_date='null', yen='null') -%}
select
    cast({{ 'instalment_id' if owner == 'instalment' else 'null' }} as {{ text_type() }}) as instalment_id,
    cast({{ 'addressee_key' if owner == 'person' else 'null' }} as {{ text_type() }}) as person_key,
    {{ kind }} as case_kind,
    cast({{ number }} as {{ text_type() }}) as case_no,
    {{ from_date }} as from_date,
    cast({{ to_date }} as date) as to_date,
    cast({{ yen }} as bigint) as case_yen,
    source_file_no,
    source_line_no
from {{ relation }}
where {{ from_date }} is not null
{%- endmacro %}
