-- Which runs of a project took more than twice as long as the runs of the same job before them?
-- Each is compared with the successful ones among the 20 before it, of which there must be five.
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
  jobs.name AS job_name,
  jobs.tags['environment'] AS environment,
  compared.run_id,
  compared.started_at,
  compared.result,
  compared.duration_seconds,
  compared.usual_seconds,
  compared.duration_seconds / compared.usual_seconds AS times_usual,
  (compared.duration_seconds - compared.usual_seconds) / nullif(compared.spread_seconds, 0) AS z_score
FROM (
  SELECT
    workspace_id,
    job_id,
    run_id,
    started_at,
    duration_seconds,
    result,
    count(CASE WHEN result = 'SUCCEEDED' THEN duration_seconds END) OVER earlier AS earlier_runs,
    avg(CASE WHEN result = 'SUCCEEDED' THEN duration_seconds END) OVER earlier AS usual_seconds,
    stddev(CASE WHEN result = 'SUCCEEDED' THEN duration_seconds END) OVER earlier AS spread_seconds
  FROM runs
  WINDOW earlier AS (
    PARTITION BY workspace_id, job_id ORDER BY started_at ROWS BETWEEN 20 PRECEDING AND 1 PRECEDING
  )
) AS compared
INNER JOIN latest_jobs AS jobs
  ON compared.workspace_id = jobs.workspace_id AND compared.job_id = jobs.job_id
WHERE
  jobs.tags['project'] = :project
  AND jobs.delete_time IS NULL
  AND compared.earlier_runs >= 5
  AND compared.usual_seconds > 0
  AND compared.duration_seconds > 2 * compared.usual_seconds
ORDER BY compared.started_at DESC
