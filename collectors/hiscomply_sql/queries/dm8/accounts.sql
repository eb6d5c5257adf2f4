-- kind: account
-- 产品/product: DM8 (达梦)
-- 未在真实服务器上运行过,使用前请先人工试运行并核对结果。
-- Not run against a real server: try it by hand first and check what it gives.
-- 所需权限/rights: SELECT ON SYS.DBA_USERS, SYS.DBA_ROLE_PRIVS
-- LOCKED(TIMED) 到时自动解锁,仍算启用。A lock that ends by itself disables nobody.
SELECT u.username AS login,
       CASE WHEN u.account_status LIKE '%LOCKED%' AND u.account_status NOT LIKE '%TIMED%' THEN 0 ELSE 1 END AS enabled,
       CASE WHEN u.account_status LIKE '%LOCKED%' THEN 1 ELSE 0 END AS locked,
       u.created AS created_at,
       CASE WHEN u.username IN ('SYS', 'SYSDBA', 'SYSAUDITOR', 'SYSSSO', 'SYSDBO') THEN 'default' END AS kind,
       CASE WHEN u.username IN ('SYS', 'SYSDBA', 'SYSAUDITOR', 'SYSSSO', 'SYSDBO')
              OR EXISTS (SELECT 1 FROM dba_role_privs r WHERE r.grantee = u.username AND r.granted_role = 'DBA')
            THEN 1 END AS privileged,
       CASE u.username WHEN 'SYSDBA' THEN 'system' WHEN 'SYSAUDITOR' THEN 'audit' WHEN 'SYSSSO' THEN 'security' END AS admin_role
FROM dba_users u
ORDER BY u.username
