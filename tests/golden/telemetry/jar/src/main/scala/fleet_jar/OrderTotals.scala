package fleet_jar

import org.apache.spark.sql.{DataFrame, SparkSession}
import org.apache.spark.sql.functions.{count, expr, lit, sum}

/** Writes the table `order_totals`: how often each order was delivered, and its amounts. */
object OrderTotals {

  /** Sums up the amounts of each order. A row without an id or an amount does not count.
    *
    * @param rawOrders
    *   orders as delivered: every column is text
    * @return
    *   `id`, `records` and `amount`
    */
  def totals(rawOrders: DataFrame): DataFrame =
    rawOrders
      .select(
        expr("nullif(trim(id), '')").as("id"),
        expr("try_cast(amount AS DECIMAL(10, 2))").as("amount")
      )
      .where("id IS NOT NULL AND amount IS NOT NULL")
      .groupBy("id")
      .agg(count(lit(1)).as("records"), sum("amount").as("amount"))

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
      .option("comment", "How often each order was delivered, and its amounts")
      .saveAsTable(tables.name("order_totals"))
  }
}
