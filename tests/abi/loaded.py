#!/usr/bin/python3
"""A process that Debian's binding and the combined library are loaded into, by LD_LIBRARY_PATH, has our libraries and no others,
each once; what the combined one is asked for is the binding's own."""
import os
import subprocess
import sys

LIBRARIES = ["libqpid-proton-core.so.10", "libqpid-proton-proactor.so.1", "libqpid-proton.so.11"]
PROGRAM = """
import ctypes, proton, _cproton
combined = ctypes.CDLL("libqpid-proton.so.11")
core = ctypes.CDLL("libqpid-proton-core.so.10")
for name in "pn_message", "PN_OBJECT":
    assert ctypes.addressof(ctypes.c_char.in_dll(combined, name)) == ctypes.addressof(ctypes.c_char.in_dll(core, name)), name
combined.pn_proactor_wait, combined.pn_connection_driver_init
for line in open("/proc/self/maps"):
    if "libqpid-proton" in line:
        print(line.split()[-1])
"""

folder = sys.argv[1]
run = subprocess.run(["/usr/bin/python3", "-c", PROGRAM], env={**os.environ, "LD_LIBRARY_PATH": folder},
                     stdout=subprocess.PIPE, text=True, check=True)
loaded = set(run.stdout.split())
expected = {os.path.realpath(os.path.join(folder, name)) for name in LIBRARIES}
if loaded != expected:
    sys.exit("loaded %s\nexpected %s" % (sorted(loaded), sorted(expected)))
print("\n".join(sorted(loaded)))
