package fleet_jar;

import java.util.HashMap;
import java.util.Map;

/** The tables that a task is told to work on. */
record Tables(String catalog, String schema) {

  /**
   * Reads the options of a task.
   *
   * @param arguments {@code --catalog}, its value, {@code --schema} and its value, in any order
   * @throws IllegalArgumentException an option is missing or has no value
   */
  static Tables parse(String... arguments) {
    Map<String, String> options = new HashMap<>();
    for (int i = 0; i + 1 < arguments.length; i += 2) {
      options.put(arguments[i], arguments[i + 1]);
    }
    for (String option : new String[] {"--catalog", "--schema"}) {
      if (options.getOrDefault(option, "").isEmpty()) {
        throw new IllegalArgumentException("Missing option: " + option);
      }
    }
    return new Tables(options.get("--catalog"), options.get("--schema"));
  }

  /** Returns the full name of a table, each part in backticks, so that any character is safe. */
  String name(String table) {
    return quoted(catalog) + "." + quoted(schema) + "." + quoted(table);
  }

  private static String quoted(String part) {
    return "`" + part.replace("`", "``") + "`";
  }
}
