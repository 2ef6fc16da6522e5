"""Who works here: operators, the devices they hold, the tokens that stand for them."""
