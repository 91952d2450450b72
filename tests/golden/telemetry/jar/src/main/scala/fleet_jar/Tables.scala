package fleet_jar

/** The tables that a task is told to work on. */
final case class Tables(catalog: String, schema: String) {

  /** Returns the full name of a table, each part in backticks, so that any character is safe. */
  def name(table: String): String =
    Seq(catalog, schema, table).map(part => s"`${part.replace("`", "``")}`").mkString(".")
}

object Tables {

  /** Reads the options of a task.
    *
    * @param arguments
    *   `--catalog`, its value, `--schema` and its value, in any order
    * @throws java.lang.IllegalArgumentException
    *   an option is missing or has no value
    */
  def parse(arguments: Array[String]): Tables = {
    val options = arguments.grouped(2).collect { case Array(option, value) => option -> value }.toMap
    def value(option: String): String = options.getOrElse(option, "") match {
      case ""    => throw new IllegalArgumentException(s"Missing option: $option")
      case value => value
    }
    Tables(value("--catalog"), value("--schema"))
  }
}
