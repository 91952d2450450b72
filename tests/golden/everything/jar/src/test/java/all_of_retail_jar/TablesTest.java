package all_of_retail_jar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class TablesTest {

  @Test
  void optionsComeInAnyOrder() {
    Tables tables = Tables.parse("--schema", "sales", "--catalog", "main");

    assertEquals(new Tables("main", "sales"), tables);
  }

  @Test
  void aMissingOptionIsNamed() {
    Exception error =
        assertThrows(IllegalArgumentException.class, () -> Tables.parse("--catalog", "main"));

    assertEquals("Missing option: --schema", error.getMessage());
  }

  @Test
  void namesAreQuoted() {
    assertEquals("`main`.`dev-zoë`.`a``b`", new Tables("main", "dev-zoë").name("a`b"));
  }
}
