"""The questions that only the desk's screens ask; each answers with rows that a template can show as they are."""
