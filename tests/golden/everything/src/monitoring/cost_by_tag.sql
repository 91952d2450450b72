-- What did everything that is tagged with a project cost at list prices, by tag and day?
-- Usage of serverless compute does not carry the tags of its job: those of the job count then.
-- Usage is of the whole account; jobs are known for the workspaces of this region only.
WITH latest_jobs AS (
  -- Each change of a job adds a row; the last one holds.
  SELECT workspace_id, job_id, name, tags, delete_time
  FROM system.lakeflow.jobs
  QUALIFY row_number() OVER (PARTITION BY workspace_id, job_id ORDER BY change_time DESC) = 1
)

SELECT
  usage.usage_date AS day,
  coalesce(usage.custom_tags['environment'], jobs.tags['environment']) AS environment,
  coalesce(usage.custom_tags['cost_center'], jobs.tags['cost_center'], 'none') AS cost_center,
  coalesce(usage.custom_tags['team'], jobs.tags['team'], 'none') AS team,
  coalesce(jobs.name, usage.billing_origin_product) AS spent_on,
  usage.usage_unit,
  sum(usage.usage_quantity) AS quantity,
  prices.currency_code,
  sum(usage.usage_quantity * prices.pricing.effective_list.default) AS list_cost
FROM system.billing.usage AS usage
LEFT JOIN system.billing.list_prices AS prices
  ON
    usage.cloud = prices.cloud
    AND usage.sku_name = prices.sku_name
    AND usage.usage_unit = prices.usage_unit
    AND usage.usage_start_time >= prices.price_start_time
    AND (prices.price_end_time IS NULL OR usage.usage_start_time < prices.price_end_time)
LEFT JOIN latest_jobs AS jobs
  ON usage.workspace_id = jobs.workspace_id AND usage.usage_metadata.job_id = jobs.job_id
WHERE
  usage.usage_date >= date_sub(current_date(), :days)
  AND coalesce(usage.custom_tags['project'], jobs.tags['project']) = :project
GROUP BY ALL
ORDER BY day DESC, list_cost DESC
