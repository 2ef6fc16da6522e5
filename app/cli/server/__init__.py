"""The server in front of the app: uvicorn's parser and event loop, and our rules for who may hold what.

- ``connections``  one connection: its deadlines, its head's size, and how many one address may have
- ``bridge``       from a request that is here as a whole to the WSGI app, and the answer back
- ``processes``    the web processes and the worker: started, kept alive, stopped

A thread is taken by a whole request only. A client that sends slowly holds a connection and nothing else; its address
has a bounded number of those, and it loses the oldest where somebody else has none.
"""
