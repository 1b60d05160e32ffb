-- One row per accepted line of the distribution feed: one delivered version of what a sale or a garnished claim brought
-- for one instalment.
select
    instalment_id,
    distribution_no,
    seizure_no,
    distribution_date,
    coalesce(principal_appropriated_yen, 0) + coalesce(late_charge_appropriated_yen, 0)
    + coalesce(demand_fee_appropriated_yen, 0) as distributed_yen,
    has_deleted_flag,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_distribution') }}
