"""What a code means on the floor: the row that it names, among the things that are expected."""
