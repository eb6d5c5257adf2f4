-- kind: setting
-- 产品/product: SQL Server 2016+
-- 未在真实服务器上运行过,使用前请先人工试运行并核对结果。
-- Not run against a real server: try it by hand first and check what it gives.
-- 所需权限/rights: VIEW ANY DEFINITION
-- 没有该权限时只看得到一部分,因此一行也不给(采集失败)。Without that right a part is hidden, so no row is given, which fails.
SELECT 'audit.' + a.name + '.is_state_enabled' AS [key], 1 AS occurrence, 'sqlserver_audit' AS format,
       CAST(a.is_state_enabled AS varchar(1)) AS value
FROM sys.server_audits a
WHERE HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW ANY DEFINITION') = 1
UNION ALL
SELECT 'configuration.' + c.name, 1, 'sqlserver_configuration', CAST(c.value_in_use AS varchar(40))
FROM sys.configurations c
WHERE c.name IN ('xp_cmdshell', 'remote access', 'Ole Automation Procedures', 'common criteria compliance enabled',
                 'default trace enabled', 'contained database authentication', 'clr enabled')
  AND HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW ANY DEFINITION') = 1
