package [[ package_name ]]_jar

import org.apache.spark.sql.SparkSession
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.TestInstance.Lifecycle
import org.junit.jupiter.api.{AfterAll, BeforeAll, Test, TestInstance}

// One instance for all tests, since an object has no place for annotated static methods.
@TestInstance(Lifecycle.PER_CLASS)
class OrderTotalsTest {

  private var spark: SparkSession = _

  @BeforeAll
  def start(): Unit =
    spark = SparkSession
      .builder()
      .master("local[1]")
      .config("spark.ui.enabled", false)
      .config("spark.driver.bindAddress", "127.0.0.1")
      .config("spark.driver.host", "127.0.0.1")
      .config("spark.sql.shuffle.partitions", 1)
      .getOrCreate()

  @AfterAll
  def stop(): Unit = spark.stop()

  /** Returns the totals of orders, each a row of SQL. */
  private def totals(rows: String*): List[String] = {
    val columns =
      "order_id, customer_id, product_id, order_date, quantity, unit_price, status, updated_at"
    val orders = spark.sql(s"SELECT * FROM VALUES ${rows.mkString(", ")} AS t($columns)")
    OrderTotals.totals(orders).orderBy("customer_id").collect().map(_.toString).toList
  }

  @Test
  def completedOrdersAreSummedUpByCustomer(): Unit =
    assertEquals(
      List("[C1,2,4,22.50]", "[C2,1,1,5.00]"),
      totals(
        "('O1', 'C1', 'P1', '2025-03-01', '1', '7.50', 'completed', '2025-03-01')",
        "('O2', ' c1 ', 'P1', '2025-03-01', '3', '5.00', 'Completed', '2025-03-01')",
        "('O3', 'C2', 'P1', '2025-03-01', '1', '5.00', 'completed', '2025-03-01')",
        "('O4', 'C2', 'P1', '2025-03-01', '1', '5.00', 'cancelled', '2025-03-01')"
      )
    )

  @Test
  def onlyTheLastVersionOfAnOrderCounts(): Unit =
    assertEquals(
      List("[C1,1,3,15.00]"),
      totals(
        "('O1', 'C1', 'P1', '2025-03-01', '3', '5.00', 'completed', '2025-03-02')",
        "('o1', 'C1', 'P1', '2025-03-01', '1', '5.00', 'completed', '2025-03-01')",
        "('O2', 'C1', 'P1', '2025-03-01', '1', '5.00', 'completed', '2025-03-01')",
        "('O2', 'C1', 'P1', '2025-03-01', '1', '5.00', 'cancelled', '2025-03-02')"
      )
    )

  @Test
  def brokenRowsDoNotCountAndACustomerMayBeUnknown(): Unit =
    assertEquals(
      List("[unknown,1,2,10.00]"),
      totals(
        "('', 'C1', 'P1', '2025-03-01', '1', '5.00', 'completed', '2025-03-01')",
        "('O1', 'C1', 'P1', '2025-03-01', 'two', '5.00', 'completed', '2025-03-01')",
        "('O2', 'C1', 'P1', '2025-03-01', '0', '5.00', 'completed', '2025-03-01')",
        "('O3', 'C1', 'P1', '2025-03-01', '1', '5,00', 'completed', '2025-03-01')",
        "('O5', 'C1', '', '2025-03-01', '1', '5.00', 'completed', '2025-03-01')",
        "('O6', 'C1', 'P1', '2025-02-30', '1', '5.00', 'completed', '2025-03-01')",
        "('O4', '', 'P1', '2025-03-01', '2', '5.00', 'completed', '2025-03-01')"
      )
    )
}
