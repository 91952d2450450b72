-- What share of the runs of a project failed, by job and day?
-- Cancelled and skipped runs neither failed nor succeeded. Deleted jobs are left out.
-- The system tables hold the workspaces of this region only.
WITH latest_jobs AS (
  -- Each change of a job adds a row; the last one holds.
  SELECT workspace_id, job_id, name, tags, delete_time
  FROM system.lakeflow.jobs
  QUALIFY row_number() OVER (PARTITION BY workspace_id, job_id ORDER BY change_time DESC) = 1
),

runs AS (
  -- A long run has a row for every hour, and its result in the last one. A run that began before
  -- the window is left out, not cut: the week more is there to tell.
  SELECT
    workspace_id,
    job_id,
    run_id,
    min(period_start_time) AS started_at,
    max(period_end_time) AS ended_at,
    timestampdiff(SECOND, min(period_start_time), max(period_end_time)) AS duration_seconds,
    max_by(coalesce(result_state, 'RUNNING'), period_end_time) AS result
  FROM system.lakeflow.job_run_timeline
  WHERE period_start_time >= date_sub(current_date(), :days + 7)
  GROUP BY workspace_id, job_id, run_id
  HAVING min(period_start_time) >= date_sub(current_date(), :days)
)

SELECT
  cast(runs.started_at AS DATE) AS day,
  jobs.name AS job_name,
  jobs.tags['environment'] AS environment,
  count(*) AS runs,
  count_if(runs.result = 'SUCCEEDED') AS succeeded,
  count_if(runs.result IN ('FAILED', 'ERROR', 'TIMED_OUT')) AS failed,
  avg(
    CASE
      WHEN runs.result = 'SUCCEEDED' THEN 0
      WHEN runs.result IN ('FAILED', 'ERROR', 'TIMED_OUT') THEN 1
    END
  ) AS failure_rate
FROM runs
INNER JOIN latest_jobs AS jobs
  ON runs.workspace_id = jobs.workspace_id AND runs.job_id = jobs.job_id
WHERE jobs.tags['project'] = :project AND jobs.delete_time IS NULL
GROUP BY ALL
ORDER BY day DESC, job_name
