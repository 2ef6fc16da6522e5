"""For those who run it: is it alive, how much does it do, what went wrong."""
