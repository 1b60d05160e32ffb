-- One row per accepted line of the addressee feed: one delivered version of one person or body.
-- Code, name and address are for the officers' lists, which are written into the restricted zone.
select
    addressee_key,
    household_key,
    name_key,
    name_kana_key,
    addressee_code,
    basic_full_name_kanji,
    address_kanji,
    building_name_kanji,
    individual_corporate_class,
    birth_date,
    sex,
    address_code,
    resident_register_deletion_date,
    has_dv_flag,
    has_neglect_flag,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_addressee') }}
