-- How long did the steps take, how many rows a second did they handle, and how often did they fail?
SELECT
  cast(started_at AS DATE) AS day,
  step,
  count(*) AS executions,
  count_if(status = 'FAILED') AS failed,
  avg(duration_seconds) FILTER (WHERE status <> 'FAILED') AS average_seconds,
  sum(record_count) AS records,
  try_divide(
    sum(record_count) FILTER (WHERE status <> 'FAILED'),
    sum(duration_seconds) FILTER (WHERE status <> 'FAILED')
  ) AS records_per_second
FROM job_metrics
WHERE started_at >= date_sub(current_date(), :days)
GROUP BY ALL
ORDER BY day DESC, step
