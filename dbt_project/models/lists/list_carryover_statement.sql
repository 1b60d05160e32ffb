-- One row per accounting year and tax item: from what was outstanding at the last closing to what was carried over, by
-- cause, beside what the city's own carryover records say.
select
    bridge.accounting_year,
    coalesce(accounts.label_ja, '会計不明') as account_ja,
    items.label_ja as tax_item_ja,
    bridge.outstanding_before_yen,
    bridge.late_assessment_yen,
    bridge.reassessment_up_yen,
    bridge.reassessment_down_yen,
    bridge.not_yet_carried_yen,
    bridge.carried_over_yen,
    bridge.stated_yen,
    bridge.stated_yen - bridge.carried_over_yen as stated_difference_yen
from {{ ref('fct_carryover_bridge') }} as bridge
left join {{ ref('accounts') }} as accounts on bridge.tax_item_code = accounts.tax_item_code
left join {{ ref('tax_items') }} as items on bridge.tax_item_code = items.tax_item_code
