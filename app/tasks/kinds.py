"""Who may do which kind of work, and in which order several kinds are held. How it is done, the floor says."""

ROLES = {
    "receive": ("receiver",),
    "putaway": ("receiver", "picker"),
    "replenish": ("picker", "receiver"),
    "pick": ("picker",),
    "pack": ("packer",),
    "ship": ("packer",),
    "inspect": ("inspector",),
    "count": ("counter",),
    "move": ("picker", "receiver"),
}
"""Who may do which kind of task (a supervisor and an admin may do all)."""
TURNS = ("count", "move", "inspect", "receive", "putaway", "replenish", "pick", "pack", "ship")
"""The order in which tasks of several kinds are held: whose scan changes another's lines comes before that other."""
