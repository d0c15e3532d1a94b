#!/bin/sh
# haproxy in TCP mode: haproxy.sh TARGET-PORT THREADS prints "listening on 127.0.0.1:PORT".
# A socket that is bound and handed over has a port that nobody else takes.
exec /usr/bin/python3 - "$1" "$2" <<'END'
import os, socket, sys, tempfile
listening = socket.socket()
listening.bind(("127.0.0.1", 0))
listening.listen(4096)
os.set_inheritable(listening.fileno(), True)
text = """global
  nbthread %s
  maxconn 4000
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen bench
  bind fd@%d
  server target 127.0.0.1:%s
""" % (sys.argv[2], listening.fileno(), sys.argv[1])
config = os.memfd_create("haproxy", 0)
os.write(config, text.encode())
os.lseek(config, 0, os.SEEK_SET)
os.set_inheritable(config, True)
print("listening on 127.0.0.1:%d" % listening.getsockname()[1], flush=True)
os.execv("/usr/sbin/haproxy", ["haproxy", "-db", "-q", "-f", "/proc/self/fd/%d" % config])
END
