-- One row per accepted line of the contact history: one delivered version of a contact with a debtor, no words of it.
select
    addressee_key,
    contact_seq,
    contact_date,
    promised_payment_yen,
    has_deleted_flag,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_contact_history') }}
