-- kind: backup_job
-- 产品/product: SQL Server 2016+
-- 未在真实服务器上运行过,使用前请先人工试运行并核对结果。
-- Not run against a real server: try it by hand first and check what it gives.
-- 所需权限/rights: db_datareader @ msdb
-- 写入 NUL 设备或含损坏页的备份不是成功的备份。What went to the device NUL, or holds damaged pages, is no good backup.
SELECT b.database_name AS job,
       CAST(b.backup_set_uuid AS varchar(36)) AS backup_id,
       CASE b.type WHEN 'D' THEN 'full' WHEN 'I' THEN 'differential' WHEN 'L' THEN 'log' ELSE 'other' END AS type,
       b.backup_start_date AS started,
       b.backup_finish_date AS ended,
       CASE WHEN b.is_damaged = 1
              OR EXISTS (SELECT 1 FROM msdb.dbo.backupmediafamily m
                         WHERE m.media_set_id = b.media_set_id AND UPPER(m.physical_device_name) IN ('NUL', 'NUL:'))
            THEN 'failed' ELSE 'success' END AS status,
       CAST(b.backup_size AS bigint) AS size_bytes,
       CASE WHEN b.encryptor_type IS NULL THEN 0 ELSE 1 END AS encrypted
FROM msdb.dbo.backupset b
WHERE b.backup_start_date >= DATEADD(day, -35, GETDATE())
ORDER BY b.backup_start_date
