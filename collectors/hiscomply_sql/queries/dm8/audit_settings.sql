-- kind: setting
-- 产品/product: DM8 (达梦)
-- 未在真实服务器上运行过,使用前请先人工试运行并核对结果。
-- Not run against a real server: try it by hand first and check what it gives.
-- 所需权限/rights: SELECT ON V$DM_INI
SELECT i.para_name AS "key", 1 AS occurrence, 'dm_ini' AS format, i.para_value AS value
FROM v$dm_ini i
WHERE i.para_name IN ('ENABLE_AUDIT', 'AUDIT_FILE_FULL_MODE', 'AUDIT_MAX_FILE_SIZE', 'AUDIT_IP_STYLE', 'ENABLE_ENCRYPT',
                      'COMM_ENCRYPT_NAME', 'ARCH_INI')
ORDER BY i.para_name
