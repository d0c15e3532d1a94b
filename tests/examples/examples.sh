#!/usr/bin/env bash
# Debian's C examples for Proton (libqpid-proton11-dev-examples), unchanged, are compiled against what is installed here; they
# pass messages among themselves, and with Debian's Python examples, which have Debian's Proton on the other side.
#
#   examples.sh SOURCE BUILD CC
set -euo pipefail
build=$2 cc=$3
work=$build/examples-test
c=/usr/share/proton/examples/c python=/usr/share/proton/examples/python
messages=500
rm -rf "$work" && mkdir -p "$work"

cmake --install "$build" --prefix "$work/tree" >"$work/install.log"
libdir=$(dirname "$(find "$work/tree" -name libqpid-proton-proactor.so)")
export PKG_CONFIG_PATH=$libdir/pkgconfig
for example in send receive direct send-abort broker raw_echo raw_connect; do
  # shellcheck disable=SC2046 # the flags are words
  "$cc" "$c/$example.c" $(pkg-config --cflags --libs libqpid-proton-proactor) -o "$work/$example"
  if LD_LIBRARY_PATH=$libdir ldd "$work/$example" | grep libqpid-proton | grep -v "$work/tree/"; then
    echo "examples: $example uses the library above" && exit 1
  fi
done

background=()
trap 'for pid in "${background[@]}"; do kill "$pid" 2>/dev/null || true; done' EXIT

ours() { # example argument...
  local example=$1
  shift
  LD_LIBRARY_PATH=$libdir timeout 200 "$work/$example" "$@"
}

theirs() { # Python example, argument...: Debian's python3 has the package, another one may not
  local example=$1
  shift
  timeout 200 /usr/bin/python3 "$python/$example.py" "$@"
}

expect() { # file text: a line of the file is the text
  grep -qxF -- "$2" "$1" || { echo "examples: no line '$2' in $1:" && tail -n 5 "$1" && exit 1; }
}

numbers() { # file: as many messages as there should be, each once, in order
  local got
  got=$(grep -o "[\"']sequence[\"'][=:] *[0-9]*\|int32([0-9]*" "$1" | grep -o "[0-9]*$" | tr '\n' ' ')
  case $got in
    "$(seq 0 $((messages - 1)) | tr '\n' ' ')" | "$(seq 1 $messages | tr '\n' ' ')") ;;
    *) echo "examples: not each message once and in order in $1: $got" && exit 1 ;;
  esac
}

pid=
start_ours() { # output example argument...: one that listens; sets pid and port
  local output=$1 example=$2
  shift 2
  (cd "$work" && LD_LIBRARY_PATH=$libdir exec timeout 200 "./$example" 127.0.0.1 0 "$@") >"$output" 2>&1 &
  pid=$!
  background+=("$pid")
  until grep -q '^listening on ' "$output"; do
    kill -0 "$pid" || { echo "examples: $example does not listen" && exit 1; }
    sleep 0.05
  done
  port=$(sed -n 's/^listening on //p' "$output")
}

start_direct() { start_ours "$1" direct examples "$messages"; }

free_port() { /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

start_theirs() { # output example argument...: one that listens; it has no way to tell a port that was chosen for it
  local output=$1 example=$2
  shift 2
  port=$(free_port)
  timeout 200 /usr/bin/python3 "$python/$example.py" -a "127.0.0.1:$port/examples" "$@" >"$output" 2>&1 &
  pid=$!
  background+=("$pid")
  until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
    kill -0 "$pid" || { echo "examples: $example does not listen" && exit 1; }
    sleep 0.05
  done
}

# Among themselves.
start_direct "$work/direct-1"
ours send 127.0.0.1 "$port" examples "$messages" >"$work/send-1"
wait "$pid"
expect "$work/send-1" "$messages messages sent and acknowledged"
expect "$work/direct-1" "$messages messages received"
numbers "$work/direct-1"

start_direct "$work/direct-2"
ours receive 127.0.0.1 "$port" examples "$messages" >"$work/receive-2"
wait "$pid"
expect "$work/receive-2" "$messages messages received"
expect "$work/direct-2" "$messages messages sent and acknowledged"
numbers "$work/receive-2"

start_direct "$work/direct-3"
ours send-abort 127.0.0.1 "$port" examples "$messages" >"$work/abort-3"
expect "$work/abort-3" "$messages messages started and aborted"
kill "$pid"
wait "$pid" || true

start_ours "$work/broker-7" broker # without certificates; it says so and goes on
ours send 127.0.0.1 "$port" examples "$messages" >"$work/send-7"
ours receive 127.0.0.1 "$port" examples "$messages" >"$work/receive-7"
theirs simple_send -a "127.0.0.1:$port/python" -m "$messages" >"$work/python-send-7"
theirs simple_recv -a "127.0.0.1:$port/python" -m "$messages" >"$work/python-receive-7"
kill "$pid"
wait "$pid" || true
expect "$work/send-7" "$messages messages sent and acknowledged"
numbers "$work/receive-7"
numbers "$work/python-receive-7"

# With Python's on the other side.
start_direct "$work/direct-4"
theirs simple_send -a "127.0.0.1:$port/examples" -m "$messages" >"$work/python-4"
wait "$pid"
expect "$work/direct-4" "$messages messages received"
numbers "$work/direct-4"

start_direct "$work/direct-5"
theirs simple_recv -a "127.0.0.1:$port/examples" -m "$messages" >"$work/python-5"
wait "$pid"
expect "$work/direct-5" "$messages messages sent and acknowledged"
numbers "$work/python-5"

start_theirs "$work/python-6" broker
ours send 127.0.0.1 "$port" examples "$messages" >"$work/send-6"
ours receive 127.0.0.1 "$port" examples "$messages" >"$work/receive-6"
kill "$pid"
wait "$pid" || true
expect "$work/send-6" "$messages messages sent and acknowledged"
expect "$work/receive-6" "$messages messages received"
numbers "$work/receive-6"

# Raw connections: among themselves, with netcat, and each with the other library, which is what runs these programs where ours is not
# in the way. Those that connect wait two seconds for a last answer, so they run at the same time.
theirs_libdir=$work/theirs
mkdir -p "$theirs_libdir"
for library in libqpid-proton-core.so.10 libqpid-proton-proactor.so.1; do
  ln -s "$("$cc" -print-file-name="$library")" "$theirs_libdir"
done
lines=$work/lines
seq -f "line %g" 1 5 >"$lines"

raw_echo() { # name folder: listens with the libraries of that folder; sets pid and port
  (cd "$work" && LD_LIBRARY_PATH=$2 exec timeout 200 ./raw_echo 127.0.0.1 0) >"$work/echo-$1" 2>&1 &
  pid=$!
  background+=("$pid")
  until grep -q '^\*\*listening on ' "$work/echo-$1"; do
    kill -0 "$pid" || { echo "examples: raw_echo does not listen" && exit 1; }
    sleep 0.05
  done
  port=$(sed -n 's/^\*\*listening on //p' "$work/echo-$1")
}

raw_connects=()
raw_connect() { # name folder
  LD_LIBRARY_PATH=$2 timeout 200 "$work/raw_connect" 127.0.0.1 "$port" <"$lines" >"$work/raw-$1" 2>&1 &
  raw_connects+=("$!")
}

raw_echo ours "$libdir"
raw_connect ours-ours "$libdir"
raw_connect theirs-ours "$theirs_libdir"
timeout 200 nc -N 127.0.0.1 "$port" <"$lines" >"$work/raw-nc-ours" &
raw_connects+=("$!")
raw_echo theirs "$theirs_libdir"
raw_connect ours-theirs "$libdir"
for connect in "${raw_connects[@]}"; do wait "$connect"; done
for name in ours-ours theirs-ours nc-ours ours-theirs; do
  grep -v '^\*\*raw' "$work/raw-$name" | sed 's/\*\* Goodbye \*\*.*//' | sed '/^$/d' | cmp - "$lines" ||
    { echo "examples: no echo in raw-$name:" && cat "$work/raw-$name" && exit 1; }
done
echo "raw_echo, raw_connect: among themselves, with netcat, with Proton's"
echo "send, receive, direct, send-abort, broker: among themselves, with Debian's Python examples, through its broker"
