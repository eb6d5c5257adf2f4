-- kind: setting
-- 产品/product: Oracle 12.2+
-- 未在真实服务器上运行过,使用前请先人工试运行并核对结果。
-- Not run against a real server: try it by hand first and check what it gives.
-- 所需权限/rights: SELECT ON sys.v_$parameter
SELECT p.name AS "key",
       1 AS occurrence,
       'oracle_parameter' AS format,
       p.value AS value
FROM v$parameter p
WHERE p.name IN ('audit_trail', 'audit_sys_operations', 'unified_audit_sga_queue_size', 'sec_case_sensitive_logon',
                 'sec_max_failed_login_attempts', 'remote_login_passwordfile', 'remote_os_authent', 'sql92_security')
ORDER BY p.name
