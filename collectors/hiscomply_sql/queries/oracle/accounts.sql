-- kind: account
-- 产品/product: Oracle 12.2+
-- 未在真实服务器上运行过,使用前请先人工试运行并核对结果。
-- Not run against a real server: try it by hand first and check what it gives.
-- 所需权限/rights: SELECT ON sys.dba_users, sys.dba_role_privs, sys.dba_profiles
-- LOCKED(TIMED) 到时自动解锁,仍算启用。A lock that ends by itself disables nobody.
SELECT u.username AS login,
       CASE WHEN u.account_status LIKE '%LOCKED%' AND u.account_status NOT LIKE '%TIMED%' THEN 0 ELSE 1 END AS enabled,
       CASE WHEN u.account_status LIKE '%LOCKED%' THEN 1 ELSE 0 END AS locked,
       u.created AS created_at,
       TO_CHAR(u.last_login AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS last_login,
       CASE WHEN u.oracle_maintained = 'Y' THEN 'default' END AS kind,
       CASE WHEN EXISTS (SELECT 1 FROM dba_role_privs r
                         WHERE r.grantee = u.username AND r.granted_role IN ('DBA', 'IMP_FULL_DATABASE', 'EXP_FULL_DATABASE'))
              OR u.username IN ('SYS', 'SYSTEM') THEN 1 END AS privileged
FROM dba_users u
ORDER BY u.username
