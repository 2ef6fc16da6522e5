"""A random day for the whole floor: everything that the API can do, by many workers at once, and then the books.

A day has a seed. Its workers choose among the commands by their weights until the steps are used up; answers get lost,
twins are sent, clients and servers die. The day keeps a book of its own from answers alone. At the end a robot does
what the prompts say until nothing is open, and the book is held against the house's.

- ``house``     the warehouse of the day: every kind of item and place, the people with their tokens
- ``commands``  what can be done: one file for each kind of work, each a list of commands with weights
- ``worker``    one person with a device; ``wire`` the device's connection
- ``book``      what the answers said: units in and out, orders, what was shipped
- ``drain``     the robot that finishes everything
- ``checks``    what holds at the end of every day
- ``servers``   the processes that are asked; ``kills`` what dies in the middle
- ``run``       one day from beginning to end; ``days`` many of them, with figures
- ``journal``, ``replay``, ``shrink``   a failing day as a short list of steps, printed as a test
"""
