"""Everything that speaks to the outside: one slice each, a client and its mapping. Only ``factory`` names one."""
