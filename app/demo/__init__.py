"""The demo warehouse: one real day of a shop, with shelves, people and work that waits. See README.md beside this."""

from app.demo.build import STEPS, Built, build

__all__ = ["STEPS", "Built", "build"]
