-- kind: backup_job
-- 产品/product: DM8 (达梦)
-- 未在真实服务器上运行过,使用前请先人工试运行并核对结果。
-- Not run against a real server: try it by hand first and check what it gives.
-- 所需权限/rights: SELECT ON V$BACKUPSET;注意/note: 先由 DBA 执行 SF_BAK_BACKUP_DIR_ADD 登记目录/the DBA registers backup folders first
SELECT b.object_name AS job,
       b.backup_name AS backup_id,
       CASE b.type WHEN 0 THEN 'full' WHEN 1 THEN 'incremental' WHEN 3 THEN 'log' ELSE 'other' END AS type,
       b.backup_time AS started,
       b.backup_time AS ended,
       'success' AS status,
       CASE WHEN b.encrypt_type = 0 THEN 0 ELSE 1 END AS encrypted
FROM v$backupset b
ORDER BY b.backup_time
