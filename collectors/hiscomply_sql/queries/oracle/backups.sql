-- kind: backup_job
-- 产品/product: Oracle RMAN
-- 未在真实服务器上运行过,使用前请先人工试运行并核对结果。
-- Not run against a real server: try it by hand first and check what it gives.
-- 所需权限/rights: SELECT ON sys.v_$rman_backup_job_details
-- 控制文件、参数文件、单个数据文件的备份不是数据库的备份,类型为 other。A backup of a control file, a parameter file or one data file
-- is none of the database: its type is other.
SELECT d.input_type AS job,
       TO_CHAR(d.session_key) AS backup_id,
       CASE d.input_type WHEN 'DB FULL' THEN 'full' WHEN 'DB INCR' THEN 'incremental' WHEN 'ARCHIVELOG' THEN 'log' ELSE 'other' END AS type,
       d.start_time AS started,
       d.end_time AS ended,
       CASE WHEN d.status IN ('COMPLETED', 'COMPLETED WITH WARNINGS') THEN 'success'
            WHEN d.status LIKE 'RUNNING%' THEN 'running' ELSE 'failed' END AS status,
       d.output_bytes AS size_bytes
FROM v$rman_backup_job_details d
WHERE d.start_time >= SYSDATE - 35
ORDER BY d.start_time
