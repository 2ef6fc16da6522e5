"""How fast it is, beside the floor of the same machine: ``python -m tests.bench --help``."""
