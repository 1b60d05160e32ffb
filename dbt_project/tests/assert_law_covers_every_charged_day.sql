-- An ended rule has an end date. A day on which principal was overdue or interest ran, and for which the seed has no
-- rate, would silently cost nothing: the seed must be continued before the platform may compute such a day.
with charged as (
    select
        instalment_id as charged_id,
        tax_item_code,
        rate_parameter,
        from_date,
        to_date
    from {{ ref('int_principal_balances') }}
    where principal_yen > 0 and not is_exempt
    union all
    select
        overpayment_id as charged_id,
        tax_item_code,
        'refund_interest_rate' as rate_parameter,
        interest_start_date as from_date,
        interest_end_date as to_date
    from {{ ref('int_refund_interest_periods') }}
    where interest_start_date <= interest_end_date
)

select
    charged.charged_id,
    charged.rate_parameter,
    charged.from_date,
    charged.to_date
from charged
left join {{ ref('int_rate_periods') }} as rates
    on
        charged.tax_item_code = rates.tax_item_code
        and charged.rate_parameter = rates.parameter
        and charged.from_date <= rates.to_date
        and charged.to_date >= rates.from_date
group by charged.charged_id, charged.rate_parameter, charged.from_date, charged.to_date
having
    coalesce(sum({{ days_between(
        'greatest(charged.from_date, rates.from_date)', 'least(charged.to_date, rates.to_date)'
    ) }} + 1), 0) <> {{ days_between('charged.from_date', 'charged.to_date') }} + 1
