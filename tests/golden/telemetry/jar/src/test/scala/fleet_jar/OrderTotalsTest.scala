package fleet_jar

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

  /** Returns the totals of rows with an id and an amount. */
  private def totals(rows: String*): List[String] = {
    val orders = spark.sql(s"SELECT * FROM VALUES ${rows.mkString(", ")} AS t(id, amount)")
    OrderTotals.totals(orders).orderBy("id").collect().map(_.toString).toList
  }

  @Test
  def amountsAreSummedUpById(): Unit =
    assertEquals(
      List("[O1,2,7.50]", "[O2,1,1.00]"),
      totals("('O1', '2.50')", "(' O1 ', '5.00')", "('O2', '1.00')")
    )

  @Test
  def brokenRowsDoNotCount(): Unit =
    assertEquals(Nil, totals("('', '2.50')", "('O1', 'many')", "('O2', NULL)"))
}
