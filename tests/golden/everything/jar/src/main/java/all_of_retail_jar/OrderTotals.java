package all_of_retail_jar;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max_by;
import static org.apache.spark.sql.functions.sum;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Writes the table {@code order_totals}: what each customer has ordered. */
public final class OrderTotals {

  private OrderTotals() {}

  /**
   * Sums up the completed orders of each customer.
   *
   * <p>A row without an id, a product, a date, a quantity above 0 or a price does not count, and of
   * each order only the last version does. Orders without a customer are those of {@code unknown}.
   *
   * @param rawOrders orders as delivered: every column is text
   * @return {@code customer_id}, {@code orders}, {@code units} and {@code revenue}
   */
  static Dataset<Row> totals(Dataset<Row> rawOrders) {
    Dataset<Row> orders =
        rawOrders
            .select(
                expr("upper(nullif(trim(order_id), ''))").as("order_id"),
                expr("coalesce(upper(nullif(trim(customer_id), '')), 'unknown')").as("customer_id"),
                expr("nullif(trim(product_id), '')").as("product_id"),
                expr("try_cast(order_date AS DATE)").as("order_date"),
                expr("try_cast(quantity AS INT)").as("quantity"),
                expr("try_cast(unit_price AS DECIMAL(10, 2))").as("unit_price"),
                expr("lower(trim(status))").as("status"),
                expr("try_cast(updated_at AS TIMESTAMP)").as("updated_at"))
            .where(
                "order_id IS NOT NULL AND product_id IS NOT NULL AND order_date IS NOT NULL "
                    + "AND quantity > 0 AND unit_price >= 0");
    return orders
        .groupBy("order_id")
        // A hash settles ties between versions, so every run agrees.
        .agg(max_by(expr("struct(*)"), expr("struct(updated_at, xxhash64(*))")).as("latest"))
        .select("latest.*")
        .where("status = 'completed'")
        .groupBy("customer_id")
        .agg(
            count(lit(1)).as("orders"),
            sum("quantity").as("units"),
            sum(col("quantity").multiply(col("unit_price"))).as("revenue"));
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
        .option("comment", "What each customer has ordered")
        .saveAsTable(tables.name("order_totals"));
  }
}
