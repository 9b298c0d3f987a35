"""From the compiler's view of the exported functions to everything that must agree with it."""
