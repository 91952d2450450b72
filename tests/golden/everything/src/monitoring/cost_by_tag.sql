-- What did everything that is tagged with a project cost at list prices, by tag and day?
-- Usage of serverless compute does not carry the tags of its job: those of the job count then.
-- The warehouses of the targets serve others, too, unless they have the tag: `shared_cost` is what
-- they cost for all who use them, of which some unknown part is the project's.
-- Usage is of the whole account; jobs are known for the workspaces of this region only.
WITH latest_jobs AS (
  -- Each change of a job adds a row; the last one holds.
  SELECT workspace_id, job_id, name, tags, delete_time
  FROM system.lakeflow.jobs
  QUALIFY row_number() OVER (PARTITION BY workspace_id, job_id ORDER BY change_time DESC) = 1
),

shared AS (
  -- As in databricks.yml.
  SELECT * FROM VALUES ('0000000000000001'), ('0000000000000002'), ('0000000000000003') AS warehouses (warehouse_id)
)

SELECT
  usage.usage_date AS day,
  CASE
    WHEN shared.warehouse_id IS NULL
      THEN coalesce(usage.custom_tags['environment'], jobs.tags['environment'])
    ELSE 'shared'
  END AS environment,
  coalesce(usage.custom_tags['cost_center'], jobs.tags['cost_center'], 'none') AS cost_center,
  coalesce(usage.custom_tags['team'], jobs.tags['team'], 'none') AS team,
  coalesce(jobs.name, 'warehouse ' || shared.warehouse_id, usage.billing_origin_product) AS spent_on,
  usage.usage_unit,
  sum(usage.usage_quantity) AS quantity,
  prices.currency_code,
  sum(
    CASE
      WHEN shared.warehouse_id IS NULL
        THEN usage.usage_quantity * prices.pricing.effective_list.default
    END
  ) AS list_cost,
  sum(
    CASE
      WHEN shared.warehouse_id IS NOT NULL
        THEN usage.usage_quantity * prices.pricing.effective_list.default
    END
  ) AS shared_cost
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
LEFT JOIN shared
  ON
    usage.usage_metadata.warehouse_id = shared.warehouse_id
    AND usage.custom_tags['project'] IS NULL
WHERE
  usage.usage_date >= date_sub(current_date(), :days)
  AND (
    coalesce(usage.custom_tags['project'], jobs.tags['project']) = :project
    OR shared.warehouse_id IS NOT NULL
  )
GROUP BY ALL
ORDER BY day DESC, list_cost DESC
