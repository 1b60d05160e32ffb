-- One row per ledger entry: instalment, component, kind, day it takes effect, accounting year and signed yen.
-- Levies and refunds are positive, receipts and write-offs negative; what is owed is the sum. Nothing is replaced: a
-- reassessment, correction or refund is an entry of its own. Late charge is computed from the ledger, not entered.
-- An appropriation takes effect on the eligible day, but belongs to the accounts of the day of its decision.
{%- set accounted_on %}
case when entries.kind = 'appropriation' then entries.credited_date else entries.effective_date end
{%- endset %}
with entries as (
    select
        instalment_id,
        component,
        kind,
        effective_date,
        cast(null as date) as credited_date,
        amount_yen,
        cast(null as {{ text_type() }}) as receipt_id,
        cast(null as {{ text_type() }}) as channel_code,
        source_file_no,
        source_line_no,
        cause,
        basis_date
    from {{ ref('int_levy_entries') }}
    union all
    select
        *,
        cast(null as {{ text_type() }}) as cause,
        cast(null as date) as basis_date
    from {{ ref('int_receipt_entries') }}
    union all
    select
        instalment_id,
        component,
        kind,
        effective_date,
        decision_date as credited_date,
        amount_yen,
        cast(null as {{ text_type() }}) as receipt_id,
        cast(null as {{ text_type() }}) as channel_code,
        source_file_no,
        source_line_no,
        cast(null as {{ text_type() }}) as cause,
        cast(null as date) as basis_date
    from {{ ref('int_appropriation_entries') }}
)

select
    {{ entry_id('L', [
        'entries.instalment_id', 'entries.component', 'entries.kind', 'entries.source_file_no', 'entries.source_line_no'
    ]) }} as ledger_entry_id,
    entries.instalment_id,
    entries.component,
    entries.kind,
    entries.effective_date,
    entries.credited_date,
    cast({{ accounting_year_of(
        'instalments.levy_year', accounted_on, 'closing.value_text', 'year_start.value_text'
    ) }} as integer) as accounting_year,
    entries.amount_yen,
    entries.receipt_id,
    entries.channel_code,
    entries.source_file_no,
    entries.source_line_no,
    entries.cause,
    entries.basis_date
from entries
inner join {{ ref('int_instalments') }} as instalments on entries.instalment_id = instalments.instalment_id
{{ law_join('closing', 'closing_period_end', 'instalments.tax_item_code', accounted_on) }}
{{ law_join('year_start', 'fiscal_year_start', 'instalments.tax_item_code', accounted_on) }}
