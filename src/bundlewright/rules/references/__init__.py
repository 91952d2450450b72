"""Family 2: variables, and the `${...}` and `{{...}}` references to what is known later."""
