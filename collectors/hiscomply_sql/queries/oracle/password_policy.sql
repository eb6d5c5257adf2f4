-- kind: setting
-- 产品/product: Oracle 12.2+
-- 未在真实服务器上运行过,使用前请先人工试运行并核对结果。
-- Not run against a real server: try it by hand first and check what it gives.
-- 所需权限/rights: SELECT ON sys.dba_profiles
SELECT p.profile || '.' || p.resource_name AS "key",
       1 AS occurrence,
       'oracle_profile' AS format,
       p.limit AS value,
       p.profile AS parent
FROM dba_profiles p
WHERE p.resource_type = 'PASSWORD'
ORDER BY 1
