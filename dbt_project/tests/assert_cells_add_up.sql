-- Every total and group of the arrears cells and of the accounts is the sum of the codes directly under it, along each
-- dimension. Guards against a code that is missing from the code list, so that its debts stand in the total only.
-- Debtors add up over areas, ages, bands of their total and months, where each has one, but not over tax items or levy
-- years, where one debtor can owe several; those are not tested here.
{%- set arrears = ['outstanding_yen', 'case_count'] %}
{%- set accounts = ['levied_yen', 'collected_yen', 'written_off_yen', 'refund_pending_yen', 'outstanding_yen'] %}
{%- set results_grain = ['accounting_year', 'month_end_date', 'tax_item_code', 'levy_class'] %}
{%- set area_age = ['area_code', 'age_band_code', 'tax_item_code'] %}
{%- set amount = ['amount_band_code', 'tax_item_code'] %}
{%- set paid = ['paid_in_30_days_count', 'paid_in_60_days_count', 'paid_in_90_days_count'] %}
{%- set newcomers = ['case_count', 'overdue_yen'] + paid %}
{%- set dispositions = ['seizure_count', 'release_count', 'distributed_yen'] %}
{%- set tested = [] %}
{%- for table, dimension, grain, measures in [
    ('arrears_by_levy_year', 'levy_year_code', ['levy_year_code', 'tax_item_code'], arrears),
    ('arrears_by_levy_year', 'tax_item_code', ['levy_year_code', 'tax_item_code'], arrears),
    ('arrears_by_area_age', 'area_code', area_age, arrears + ['debtor_count']),
    ('arrears_by_area_age', 'age_band_code', area_age, arrears + ['debtor_count']),
    ('arrears_by_area_age', 'tax_item_code', area_age, arrears),
    ('arrears_by_amount', 'amount_band_code', amount, arrears + ['debtor_count']),
    ('arrears_by_amount', 'tax_item_code', amount, arrears),
    ('arrears_by_state', 'arrears_state_code', ['arrears_state_code', 'tax_item_code'], arrears),
    ('arrears_by_state', 'tax_item_code', ['arrears_state_code', 'tax_item_code'], arrears),
    ('prescription_ahead', 'months_ahead_code', ['months_ahead_code', 'tax_item_code'], arrears),
    ('prescription_ahead', 'tax_item_code', ['months_ahead_code', 'tax_item_code'], arrears),
    ('new_debtors', 'tax_item_code', ['tax_item_code', 'period_code'], newcomers),
    ('new_debtors', 'period_code', ['tax_item_code', 'period_code'], newcomers + ['debtor_count']),
    ('dispositions', 'property_kind_code', ['property_kind_code', 'fiscal_year'], dispositions),
    ('collection_results', 'tax_item_code', results_grain, accounts),
    ('collection_results', 'levy_class', results_grain, accounts),
] %}
    {%- for measure in measures %}{% do tested.append((table, dimension, grain, measure)) %}{% endfor %}
{%- endfor %}
with cells as (
    {%- for table, dimension, grain, measure in tested %}
        select
            '{{ table }}' as table_name,
            '{{ dimension }}' as dimension,
            '{{ measure }}' as measure,
            concat_ws(' ', {{ grain | reject('equalto', dimension) | join(', ') }}) as other_codes,
            {{ dimension }} as code,
            {{ measure }} as amount
        from {{ ref('cells_' ~ table) }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
),

sums as (
    select
        cells.table_name,
        cells.dimension,
        cells.measure,
        cells.other_codes,
        case when codes.parent = '' then 'T' else codes.parent end as code,
        sum(cells.amount) as amount
    from cells
    inner join {{ ref('cells_dimension_codes') }} as codes
        on cells.table_name = codes.table_name and cells.dimension = codes.dimension and cells.code = codes.code
    inner join {{ ref('statistics_dimensions') }} as dimensions
        on cells.table_name = dimensions.table_name and cells.dimension = dimensions.dimension
    where codes.parent <> '' or dimensions.has_total
    group by all
)

select
    sums.*,
    cells.amount as total
from sums
left join cells
    on
        sums.table_name = cells.table_name
        and sums.dimension = cells.dimension
        and sums.measure = cells.measure
        and sums.other_codes = cells.other_codes
        and sums.code = cells.code
where cells.amount is null or sums.amount <> cells.amount
