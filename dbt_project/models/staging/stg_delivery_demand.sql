-- One row per accepted line of the delivery demand feed: one delivered version of one demand for one instalment.
select
    instalment_id,
    delivery_demand_no,
    delivery_demand_date,
    delivery_demand_release_date,
    delivery_demand_principal_yen,
    delivery_demand_received_yen,
    has_deleted_flag,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_delivery_demand') }}
