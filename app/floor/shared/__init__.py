"""The rules that several kinds of work share."""
