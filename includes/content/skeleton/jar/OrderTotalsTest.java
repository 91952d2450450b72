package [[ package_name ]]_jar;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class OrderTotalsTest {

  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark =
        SparkSession.builder()
            .master("local[1]")
            .config("spark.ui.enabled", false)
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.sql.shuffle.partitions", 1)
            .getOrCreate();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  /** Returns the totals of rows with an id and an amount. */
  private static List<String> totals(String... rows) {
    String values = String.join(", ", rows);
    Dataset<Row> orders = spark.sql("SELECT * FROM VALUES " + values + " AS t(id, amount)");
    return OrderTotals.totals(orders).orderBy("id").collectAsList().stream()
        .map(Row::toString)
        .toList();
  }

  @Test
  void amountsAreSummedUpById() {
    assertEquals(
        List.of("[O1,2,7.50]", "[O2,1,1.00]"),
        totals("('O1', '2.50')", "(' O1 ', '5.00')", "('O2', '1.00')"));
  }

  @Test
  void brokenRowsDoNotCount() {
    assertEquals(List.of(), totals("('', '2.50')", "('O1', 'many')", "('O2', NULL)"));
  }
}
