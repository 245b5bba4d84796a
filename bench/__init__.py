"""Our relay and its peers under the same load, in one run on one machine.

Absolute figures say more about the machine and the hour than about the software, so every run
measures all of them in turns, several times, and only ratios within one run count. Each peer is
durable (it answers 250 after an fsync), signs with the same RSA-2048 key, and hands everything to
a sink of its own; samples of what arrives are verified, so that nobody wins by leaving work out.

load.py is one round, meter.py what it costs, peers.py who is measured, report.py what is printed.
A new peer is one function in `peers.PEERS`, another kind of load one more `Load`.
"""
