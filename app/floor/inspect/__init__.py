"""Inspect: what came back, or stands here and is not for sale, is decided about."""
