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
