-- The eight conditions of fleet_pack as a person would write them for DuckDB alone: one scan, one row a failure.
-- A field that is not known is no failure here, and is not told apart from a pass.
WITH judged AS (
  SELECT system_id, login, last_login, pwd_changed_at, expires_at, pwd_max_age_days, list_filter([
    CASE WHEN enabled AND kind <> 'service' AND last_login < $as_of - INTERVAL 45 DAY THEN 'accounts_in_use' END,
    CASE WHEN enabled AND kind = 'human' AND pwd_changed_at < $as_of - INTERVAL 90 DAY
      THEN 'passwords_changed_in_time' END,
    CASE WHEN enabled AND privileged AND NOT mfa THEN 'privileged_with_second_factor' END,
    CASE WHEN enabled AND kind IN ('vendor', 'trainee')
      AND (expires_at IS NULL OR expires_at > CAST($as_of AS DATE) + 180) THEN 'external_accounts_end' END,
    CASE WHEN enabled AND kind = 'service' AND owner IS NULL THEN 'service_accounts_owned' END,
    CASE WHEN kind = 'default' AND enabled THEN 'default_accounts_off' END,
    CASE WHEN enabled AND kind = 'vendor' AND NOT nda THEN 'vendors_under_agreement' END,
    CASE WHEN enabled AND kind <> 'service' AND (pwd_max_age_days IS NULL OR pwd_max_age_days > 90)
      THEN 'password_expiry_set' END], lambda x: x IS NOT NULL) AS failed
  FROM read_parquet($parquet)
)
SELECT unnest(failed) AS policy_id, system_id, login, last_login, pwd_changed_at, expires_at, pwd_max_age_days
FROM judged
