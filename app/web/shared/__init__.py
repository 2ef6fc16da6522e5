"""What pages and API share: forms, words and times on a screen, the same request twice, long work in portions."""
