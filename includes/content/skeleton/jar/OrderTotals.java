package [[ package_name ]]_jar;

import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Writes the table {@code order_totals}: how often each order was delivered, and its amounts. */
public final class OrderTotals {

  private OrderTotals() {}

  /**
   * Sums up the amounts of each order. A row without an id or an amount does not count.
   *
   * @param rawOrders orders as delivered: every column is text
   * @return {@code id}, {@code records} and {@code amount}
   */
  static Dataset<Row> totals(Dataset<Row> rawOrders) {
    return rawOrders
        .select(
            expr("nullif(trim(id), '')").as("id"),
            expr("try_cast(amount AS DECIMAL(10, 2))").as("amount"))
        .where("id IS NOT NULL AND amount IS NOT NULL")
        .groupBy("id")
        .agg(count(lit(1)).as("records"), sum("amount").as("amount"));
  }

  /**
   * Runs the task.
   *
   * @param arguments {@code --catalog} and {@code --schema}, each with its value; {@code --check}
   *     after them ends it before it reads anything
   */
  public static void main(String[] arguments) {
    Tables tables = Tables.parse(arguments);
    SparkSession spark = SparkSession.builder().getOrCreate();
    if (List.of(arguments).contains("--check")) {
      return; // the smoke run: the class can be loaded, and has its options
    }
    totals(spark.table(tables.name("raw_orders")))
        .write()
        .mode("overwrite")
        .option("overwriteSchema", true)
        .option("comment", "How often each order was delivered, and its amounts")
        .saveAsTable(tables.name("order_totals"));
  }
}
