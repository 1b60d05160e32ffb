-- Every line and every yen that was delivered stands in raw, repeats what stood, was superseded, or is in quarantine.
-- Guards against lines that a reader skips and yen that a cast changes: the sum of the parts is compared with what was
-- counted while reading, and that with what the sender stated.
-- Does not test that the sender's own systems delivered everything they hold (a full delivery shows that).
select file_no
from {{ ref('fct_delivery_balance') }}
where
    row_count_difference <> 0
    or yen_difference <> 0
    or control_row_count_difference <> 0
    or control_yen_difference <> 0
