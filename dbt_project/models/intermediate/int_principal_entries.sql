-- One row per principal entry of the ledger.
{{ config(materialized='view') }}
select
    ledger_entry_id,
    instalment_id,
    kind,
    effective_date,
    amount_yen,
    cause,
    basis_date,
    source_file_no,
    source_line_no
from {{ ref('int_ledger_entries') }}
where component = 'principal'
