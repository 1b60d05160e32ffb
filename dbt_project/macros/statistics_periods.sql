{# Periods of the statistics: their codes and names (cells_periods), and the period of a day. #}

{# Months as rows of cells_periods: 2025-04, under its quarter where that is whole. #}
{% macro listed_months(relation) -%}
select
    table_name,
    'period_code' as dimension,
    concat_ws(
        '-', cast(year(from_date) as {{ text_type() }}), lpad(cast(month(from_date) as {{ text_type() }}), 2, '0')
    ) as code,
    concat(
        cast(year(from_date) as {{ text_type() }}), '年', cast(month(from_date) as {{ text_type() }}), '月'
    ) as label_ja,
    concat_ws(
        '-', cast(year(from_date) as {{ text_type() }}), lpad(cast(month(from_date) as {{ text_type() }}), 2, '0')
    ) as label_en,
    case when is_in_quarter then concat(year_text, 'Q', quarter_text) end as parent_code,
    100 * fiscal_year + 5 * quarter_no + month_no % 3 + 2 as sort_order,
    from_date,
    to_date,
    true as is_leaf
from {{ relation }}
{%- endmacro %}

{# Whole quarters as rows of cells_periods: 2025Q1, under the fiscal year where that is whole. #}
{% macro listed_quarters(relation) -%}
select
    table_name,
    'period_code' as dimension,
    concat(year_text, 'Q', quarter_text) as code,
    concat(year_text, '年度第', quarter_text, '四半期') as label_ja,
    concat('FY', year_text, ' Q', quarter_text) as label_en,
    case when is_in_year then concat('FY', year_text) end as parent_code,
    100 * fiscal_year + 5 * quarter_no + 1 as sort_order,
    min(from_date) as from_date,
    max(to_date) as to_date,
    false as is_leaf
from {{ relation }}
where is_in_quarter
group by table_name, fiscal_year, quarter_no, year_text, quarter_text, is_in_year
{%- endmacro %}

{# Whole fiscal years as rows of cells_periods: FY2025 above quarters, 2025 where a table lists years only. #}
{% macro listed_years(relation, dimension) -%}
select
    table_name,
    '{{ dimension }}' as dimension,
    {{ "concat('FY', year_text)" if dimension == 'period_code' else 'year_text' }} as code,
    concat(year_text, '年度') as label_ja,
    concat('FY', year_text) as label_en,
    null as parent_code,
    100 * fiscal_year as sort_order,
    min(from_date) as from_date,
    max(to_date) as to_date,
    {{ 'false' if dimension == 'period_code' else 'true' }} as is_leaf
from {{ relation }}
where is_in_year
group by table_name, fiscal_year, year_text
{%- endmacro %}

{# Joins the listed period of a table that a day lies in, as <alias>.code; days of periods that are not listed drop out. #}
{% macro period_join(alias, table, on_date) -%}
inner join {{ ref('cells_periods') }} as {{ alias }}
    on
        {{ alias }}.table_name = '{{ table }}'
        and {{ alias }}.is_leaf
        and {{ on_date }} between {{ alias }}.from_date and {{ alias }}.to_date
{%- endmacro %}
