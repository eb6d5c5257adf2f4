-- kind: account
-- 产品/product: SQL Server 2016+
-- 未在真实服务器上运行过,使用前请先人工试运行并核对结果。
-- Not run against a real server: try it by hand first and check what it gives.
-- 所需权限/rights: VIEW ANY DEFINITION
SELECT p.name AS login,
       CASE WHEN p.is_disabled = 1 THEN 0 ELSE 1 END AS enabled,
       CAST(LOGINPROPERTY(p.name, 'IsLocked') AS int) AS locked,
       p.create_date AS created_at,
       CAST(LOGINPROPERTY(p.name, 'PasswordLastSetTime') AS datetime) AS pwd_changed_at,
       CASE WHEN p.principal_id = 1 THEN 'default' END AS kind,
       CASE WHEN IS_SRVROLEMEMBER('sysadmin', p.name) = 1 OR IS_SRVROLEMEMBER('securityadmin', p.name) = 1 THEN 1 END AS privileged
FROM sys.server_principals p
WHERE p.type IN ('S', 'U') AND p.name NOT LIKE '##%'
ORDER BY p.name
