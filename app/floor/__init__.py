"""Where scans are judged: one scan, as far as it goes.

- ``advance``    the loop: replay, lock, resolve, judge, remember, answer
- ``resolve``    a barcode -> what it means here
- ``confirm``    the rules that several workflows share
- ``step``       Step, Workflow, Prompt, Work: the whole skeleton
- ``workflows``  one file for each kind of work
- ``models``     Scan: accepted and refused, for ever
"""
