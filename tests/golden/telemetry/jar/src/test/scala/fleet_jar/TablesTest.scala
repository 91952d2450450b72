package fleet_jar

import org.junit.jupiter.api.Assertions.{assertEquals, assertThrows}
import org.junit.jupiter.api.Test

class TablesTest {

  @Test
  def optionsComeInAnyOrder(): Unit =
    assertEquals(
      Tables("main", "sales"),
      Tables.parse(Array("--schema", "sales", "--catalog", "main"))
    )

  @Test
  def aMissingOptionIsNamed(): Unit = {
    val error = assertThrows(
      classOf[IllegalArgumentException],
      () => Tables.parse(Array("--catalog", "main"))
    )

    assertEquals("Missing option: --schema", error.getMessage)
  }

  @Test
  def namesAreQuoted(): Unit =
    assertEquals("`main`.`dev-zoë`.`a``b`", Tables("main", "dev-zoë").name("a`b"))
}
