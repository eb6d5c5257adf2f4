-- kind: setting
-- 产品/product: SQL Server 2016+
-- 未在真实服务器上运行过,使用前请先人工试运行并核对结果。
-- Not run against a real server: try it by hand first and check what it gives.
-- 所需权限/rights: VIEW ANY DEFINITION
-- 没有该权限时只看得到一部分,因此一行也不给(采集失败)。Without that right a part is hidden, so no row is given, which fails.
SELECT l.name + '.is_policy_checked' AS [key], 1 AS occurrence, 'sqlserver_login' AS format,
       CAST(l.is_policy_checked AS varchar(1)) AS value, l.name AS parent
FROM sys.sql_logins l
WHERE HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW ANY DEFINITION') = 1
UNION ALL
SELECT l.name + '.is_expiration_checked', 1, 'sqlserver_login', CAST(l.is_expiration_checked AS varchar(1)), l.name
FROM sys.sql_logins l
WHERE HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW ANY DEFINITION') = 1
