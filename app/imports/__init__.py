"""CSV files in: one file per kind, all or nothing, and the same file twice changes nothing.

- ``run``      the way in: reads and checks without a lock, writes, and answers an ``ImportResult``
- ``staged``   a large file: put aside, written in portions under one import id, completed or taken back
- ``models``   the tables of such a file
- ``table``    the text of a file -> rows of typed values, with an error for each cell that is none
- ``columns``  what a cell may say: whole numbers, money, yes and no, dates, words
- ``result``   what an import did, or would have done, and what was wrong
- ``saving``   rows compared with what is there, and written many at a time
- one file per kind: ``items``, ``barcodes``, ``suppliers``, ``locations``, ``stock``, ``purchase_orders``, ``orders``

A column that the file does not have stays as it is; an empty cell sets it back to its default.
"""

from app.imports.result import ImportResult, RowError, Who
from app.imports.run import KINDS, run, take
from app.imports.staged import abandoned, finish, forget_old, how_far

__all__ = ["KINDS", "ImportResult", "RowError", "Who", "abandoned", "finish", "forget_old", "how_far", "run", "take"]
