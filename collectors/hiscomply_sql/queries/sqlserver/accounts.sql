-- kind: account
-- 产品/product: SQL Server 2016+
-- 未在真实服务器上运行过,使用前请先人工试运行并核对结果。
-- Not run against a real server: try it by hand first and check what it gives.
-- 所需权限/rights: VIEW ANY DEFINITION
-- 没有该权限时看不到其他登录名,因此一行也不给(采集失败)。Without that right the other logins are hidden, so no row is given, which fails.
-- Windows 组(类型 G、X)是一行:其成员在目录中,由目录采集器读取。A group is one row; who is in it is in the directory.
SELECT p.name AS login,
       CASE WHEN p.is_disabled = 1 THEN 0 ELSE 1 END AS enabled,
       CAST(LOGINPROPERTY(p.name, 'IsLocked') AS int) AS locked,
       p.create_date AS created_at,
       CAST(LOGINPROPERTY(p.name, 'PasswordLastSetTime') AS datetime) AS pwd_changed_at,
       CASE WHEN p.principal_id = 1 THEN 'default' END AS kind,
       CASE WHEN IS_SRVROLEMEMBER('sysadmin', p.name) = 1 OR IS_SRVROLEMEMBER('securityadmin', p.name) = 1
              OR EXISTS (SELECT 1 FROM sys.server_role_members m
                         JOIN sys.server_principals r ON r.principal_id = m.role_principal_id
                         WHERE m.member_principal_id = p.principal_id AND r.name IN ('sysadmin', 'securityadmin'))
            THEN 1 END AS privileged
FROM sys.server_principals p
WHERE p.type IN ('S', 'U', 'G', 'E', 'X') AND NOT (SUBSTRING(p.name, 1, 5) = '##MS_' AND p.is_disabled = 1)
  AND HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW ANY DEFINITION') = 1
ORDER BY p.name
