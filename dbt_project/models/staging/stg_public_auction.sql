-- One row per accepted line of the auction feed: one delivered version of one public auction of a person's property.
select
    addressee_key,
    auction_no,
    coalesce(auction_date, auction_notice_date) as auction_date,
    auction_price_yen,
    has_deleted_flag,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_public_auction') }}
