-- One row per addressee, tax item and levy year with a levy as of the date: what was levied, collected and written off.
-- Asked for a few people at a time: the addressee stands in every grouping, so that a filter on it reaches the tables.
{%- set paid = ['receipt', 'receipt_correction', 'appropriation'] %}
with instalments as (
    select
        instalments.addressee_key,
        instalments.tax_item_code,
        instalments.levy_year,
        instalments.instalment_id,
        {{ total_yen('principal', ['levy', 'reassessment']) }} as levied_yen,
        -{{ total_yen('principal', paid + ['refund']) }} as collected_yen,
        -{{ total_yen('principal', ['write_off']) }} as written_off_yen
    from {{ ref('int_instalments') }} as instalments
    inner join {{ ref('int_ledger_entries') }} as entries on instalments.instalment_id = entries.instalment_id
    inner join {{ ref('int_run') }} as run on entries.effective_date <= run.as_of_date
    group by
        instalments.addressee_key, instalments.tax_item_code, instalments.levy_year, instalments.instalment_id
)

select
    addressee_key,
    tax_item_code,
    levy_year,
    count(*) as instalment_count,
    cast(sum(levied_yen) as bigint) as levied_yen,
    cast(sum(collected_yen) as bigint) as collected_yen,
    cast(sum(written_off_yen) as bigint) as written_off_yen,
    cast(sum(greatest(levied_yen - collected_yen - written_off_yen, 0)) as bigint) as outstanding_yen
from instalments
where levied_yen <> 0 or collected_yen <> 0
group by addressee_key, tax_item_code, levy_year
