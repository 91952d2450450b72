package [[ package_name ]]_jar

import org.apache.spark.sql.{DataFrame, SparkSession}
import org.apache.spark.sql.functions.{col, count, expr, lit, max_by, sum}

/** Writes the table `order_totals`: what each customer has ordered. */
object OrderTotals {

  /** Sums up the completed orders of each customer.
    *
    * A row without an id, a product, a date, a quantity above 0 or a price does not count, and of
    * each order only the last version does. Orders without a customer are those of `unknown`.
    *
    * @param rawOrders
    *   orders as delivered: every column is text
    * @return
    *   `customer_id`, `orders`, `units` and `revenue`
    */
  def totals(rawOrders: DataFrame): DataFrame = {
    val orders = rawOrders
      .select(
        expr("upper(nullif(trim(order_id), ''))").as("order_id"),
        expr("coalesce(upper(nullif(trim(customer_id), '')), 'unknown')").as("customer_id"),
        expr("nullif(trim(product_id), '')").as("product_id"),
        expr("try_cast(order_date AS DATE)").as("order_date"),
        expr("try_cast(quantity AS INT)").as("quantity"),
        expr("try_cast(unit_price AS DECIMAL(10, 2))").as("unit_price"),
        expr("lower(trim(status))").as("status"),
        expr("try_cast(updated_at AS TIMESTAMP)").as("updated_at")
      )
      .where(
        "order_id IS NOT NULL AND product_id IS NOT NULL AND order_date IS NOT NULL " +
          "AND quantity > 0 AND unit_price >= 0"
      )
    orders
      .groupBy("order_id")
      // A hash settles ties between versions, so every run agrees.
      .agg(max_by(expr("struct(*)"), expr("struct(updated_at, xxhash64(*))")).as("latest"))
      .select("latest.*")
      .where("status = 'completed'")
      .groupBy("customer_id")
      .agg(
        count(lit(1)).as("orders"),
        sum("quantity").as("units"),
        sum(col("quantity") * col("unit_price")).as("revenue")
      )
  }

  /** Runs the task.
    *
    * @param arguments
    *   `--catalog` and `--schema`, each with its value; `--check` alone at the end: write nothing
    */
  def main(arguments: Array[String]): Unit = {
    val tables = Tables.parse(arguments)
    // A smoke run ends here: the class can be loaded, and has its options.
    if (!arguments.contains("--check")) write(tables)
  }

  private def write(tables: Tables): Unit = {
    val spark = SparkSession.builder().getOrCreate()
    totals(spark.table(tables.name("raw_orders"))).write
      .mode("overwrite")
      .option("overwriteSchema", true)
      .option("comment", "What each customer has ordered")
      .saveAsTable(tables.name("order_totals"))
  }
}
