/* sleep.pml: who sleeps, who polls, who is woken: src/proactor/scheduler.c, sleepers.c and the watch of service.c.
 *
 * Tasks are only counted here; what happens to one of them is in task.pml. Each step is one access to something that threads share, or one
 * section under the scheduler's lock. A handler may come to no end: STUCK threads may, in one batch each.
 *
 * Asserted whenever nobody can move on, that is when only time or the world outside could change anything:
 *   - if a thread is idle, then no task waits, no socket is ready, one thread polls, and the watch has gone off by itself;
 *   - after pn_proactor_stop no runner sleeps or polls;
 * and always: who takes a permit is one that a waker has counted (permits and sleepers are not negative), one thread has the token.
 *
 * WAITERS, RUNNERS: threads in pn_proactor_wait and in pn_proactor_run. OUTSIDE: pushes by threads that hold no batch, PUSHERS: how many
 * such threads, INSIDE: pushes by such that do. EVENTS: sockets that become ready. TICKS: looks of the watch at any moment, besides those
 * that it takes when nothing else can go on. DUE: polls with tasks waiting (POLL_EVERY). STOP: pn_proactor_stop is called. NO_SERVICE: there
 * is no service thread. */

#ifndef WAITERS
#  define WAITERS 2
#endif
#ifndef RUNNERS
#  define RUNNERS 0
#endif
#ifndef OUTSIDE
#  define OUTSIDE 1
#endif
#ifndef PUSHERS
#  define PUSHERS 1
#endif
#ifndef INSIDE
#  define INSIDE 1
#endif
#ifndef EVENTS
#  define EVENTS 1
#endif
#ifndef TICKS
#  define TICKS 0
#endif
#ifndef STUCK
#  define STUCK 1
#endif
#ifndef DUE
#  define DUE 0
#endif

#define WAITER 0 /* enum pni_sleeper */
#define RUNNER 1
#define POLLER 2
#define NOBODY 3

byte inbox, first;        /* how many tasks are pushed; how many on the run list (lock) */
bool token_taken;         /* lock */
byte idle[2];             /* the idle word: how many waiters and runners sleep, */
bool polling, searching;  /* and its two flags */
byte permits[2];          /* the futexes of waiters and of runners */
bool interrupt;           /* the eventfd's edge, not yet reported */
byte ready;               /* sockets that epoll has to report */
bool watching, seen;      /* seen: nothing was taken since the watch's last look */
#ifdef STOP
bool stopped;
#endif

byte outside = OUTSIDE, inside = INSIDE, events = EVENTS, ticks = TICKS, stuck = STUCK, due = DUE;
byte late;                /* looks of the watch while nothing else went on */
byte asleep, blocked, stuck_threads, left, pollers;

#ifdef BUG_ONE_FUTEX      /* waiters and runners share a count and a futex */
#  define KIND WAITER
#else
#  define KIND (runs -> RUNNER : WAITER)
#endif
#define ANY (idle[WAITER] > 0 || idle[RUNNER] > 0 || polling) /* pni_sleepers_any */

/* sleepers.c */

inline announce() { idle[KIND]++ }

inline found_awake() { searching = false }

inline sleep() {
  asleep++;
  atomic { permits[KIND] > 0 -> permits[KIND]--; asleep-- };
#ifndef BUG_SEARCHING_CLEARED_LATE
  found_awake()
#endif
}

/* If it is too late a permit for the caller is there or on its way. */
inline retract() {
  if
  :: atomic { idle[KIND] > 0 -> idle[KIND]-- }
  :: atomic { idle[KIND] == 0 -> asleep++ }; atomic { permits[KIND] > 0 -> permits[KIND]--; asleep-- };
#ifndef BUG_SEARCHING_CLEARED_LATE
    found_awake()
#endif
  fi
}

inline wake(whom) {
  atomic {
    if
    :: searching || !ANY -> whom = NOBODY
    :: else ->
      searching = true;
      if
      :: idle[WAITER] > 0 -> idle[WAITER]--; whom = WAITER
      :: idle[WAITER] == 0 && idle[RUNNER] > 0 -> idle[RUNNER]--; whom = RUNNER
      :: else -> polling = false; whom = POLLER
      fi
    fi
  };
  if
  :: whom == POLLER -> atomic { interrupt = true; whom = NOBODY }
  :: whom < POLLER -> atomic { permits[whom]++; whom = NOBODY }
  :: whom == NOBODY
  fi
}

/* scheduler.c */

/* pni_service_watch, or wake where there is no service thread */
inline watch_or_wake(whom) {
#ifdef NO_SERVICE
  wake(whom)
#else
  watching = true
#endif
}

inline push_outside(whom) {
#ifdef BUG_LOOKS_BEFORE_PUSH
  if
  :: ANY -> inbox++; wake(whom)
  :: else -> inbox++
  fi
#else
  inbox++;
  if
  :: ANY -> wake(whom)
  :: else
  fi
#endif
}

inline push_inside(whom) {
  inbox++;
#ifndef BUG_HANDLER_PUSHES_SILENTLY
  if
  :: ANY -> watch_or_wake(whom)
  :: else
  fi
#endif
}

#define EMPTY_INBOX first = first + inbox; inbox = 0

/* `stopped` is no part of what the lock guards, so that it is looked at by itself. */
#ifdef STOP
#  define LOOK_AT_STOPPED if :: runs && stopped -> needed = true :: else fi;
#else
#  define LOOK_AT_STOPPED
#endif

proctype thread(bool runs) {
  byte whom = NOBODY, got;
  bool token, task, needed, share, watched, blocks;
again:
  /* pni_scheduler_next */
#ifdef STOP
  if
  :: runs && stopped -> goto leave
  :: else
  fi;
#endif
  /* take */
  atomic {
    EMPTY_INBOX;
    blocks = first == 0;
    if
    :: first == 0 && !token_taken -> token = true
    :: first > 0 && !token_taken && due > 0 -> due--; token = true
    :: first > 0 || token_taken -> token = false
    fi;
    if
    :: token -> token_taken = true; pollers++; assert(pollers == 1)
    :: else -> goto takes
    fi
  };
  /* poll_sockets */
  if
  :: blocks ->
    polling = true;
    atomic {
      needed = inbox > 0;
#ifndef BUG_POLLS_PAST_RUN_LIST
      needed = needed || first > 0;
#endif
#ifdef BUG_NO_SECOND_LOOK
      needed = false
#endif
    };
    LOOK_AT_STOPPED
    if
    :: !needed -> blocked++; atomic { ready > 0 || interrupt -> blocked--; got = ready; ready = 0; interrupt = false }
    :: else -> atomic { got = ready; ready = 0; interrupt = false }
    fi;
    atomic { needed = !polling; polling = false };
#ifndef BUG_SEARCHING_CLEARED_LATE
    if
    :: needed -> found_awake()
    :: else
    fi
#endif
  :: else -> atomic { got = ready; ready = 0; interrupt = false }
  fi;
  atomic { /* the end of poll_sockets and what follows are two sections, with nothing between them */
    first = first + got; got = 0; token_taken = false; pollers--;
    EMPTY_INBOX;
takes:
    task = first > 0;
    if
    :: task -> first--; seen = false; late = 0
    :: else
    fi;
    share = first > 0; /* whether it is worth a thread is tried both ways */
    watched = token_taken && first == 0;
#ifdef BUG_TAKES_SILENTLY
    watched = true;
#endif
  };
#ifdef BUG_SEARCHING_CLEARED_LATE
  found_awake();
#endif
  if
  :: task && share && ANY -> wake(whom)
  :: task && !watched && ANY -> watch_or_wake(whom)
  :: else
  fi;
  atomic {
    blocks = false; needed = false; share = false; watched = false;
    if
    :: task -> task = false; token = false; goto handle
    :: !task && token -> token = false; goto again
    :: else
    fi
  };
  /* sleep_a_while */
#ifdef BUG_NO_SECOND_LOOK
  announce();
#else
  announce();
  atomic {
    needed = inbox > 0 || first > 0;
#  ifndef BUG_SLEEPS_PAST_TOKEN
    needed = needed || !token_taken
#  endif
  };
  LOOK_AT_STOPPED
#endif
  if
  :: needed -> retract()
  :: else -> sleep()
  fi;
  needed = false;
  goto again;
handle:
  if
  :: atomic { stuck > 0 -> stuck--; stuck_threads++ }; end_stuck: false
  :: atomic { inside > 0 -> inside-- }; push_inside(whom); goto handle
  :: goto again
  fi;
leave:
#ifndef BUG_LEAVES_SILENTLY
  wake(whom);
#endif
  left++
}

proctype pusher() {
  byte whom = NOBODY;
end:
  do
  :: atomic { outside > 0 -> outside-- }; push_outside(whom)
  od
}

proctype network() {
end:
  do
  :: atomic { events > 0 -> events--; ready++ }
  od
}

#ifdef STOP
/* pni_scheduler_stop */
proctype stopper() {
  byte count;
  bool poller;
  stopped = true;
#ifdef BUG_ONE_FUTEX
  atomic { count = idle[WAITER]; idle[WAITER] = 0; poller = polling; polling = false };
  permits[WAITER] = permits[WAITER] + count;
#else
  atomic { count = idle[RUNNER]; idle[RUNNER] = 0; poller = polling; polling = false };
  permits[RUNNER] = permits[RUNNER] + count;
#endif
  if
  :: poller -> interrupt = true
  :: else
  fi
}
#endif

/* pni_scheduler_watch */
inline look() {
  any = ANY;
  atomic {
    slow = seen; seen = true;
    needed = any && (inbox > 0 || first > 0 || !token_taken)
  };
  if
  :: needed && slow -> wake(whom)
  :: else
  fi;
  needed = needed || !slow
}

/* service.c: watch. It looks while nothing else goes on (timeout), or else TICKS times. */
proctype service() {
  byte whom = NOBODY;
  bool any, slow, needed;
end:
  do
  :: atomic { watching && ticks > 0 -> ticks-- }; goto watch
  :: atomic { watching && ticks == 0 && timeout -> late++; assert(late <= 4) };
watch:
    look();
    if
    :: needed
    :: else ->
      watching = false;
#ifndef BUG_WATCH_ENDS_AT_ONCE
      look();
      if
      :: needed -> watching = true
      :: else
      fi
#endif
    fi;
    atomic { any = false; slow = false; needed = false }
  od
}

init {
  byte i;
  atomic {
    for (i : 1 .. WAITERS) { run thread(false) }
#if RUNNERS > 0
    for (i : 1 .. RUNNERS) { run thread(true) }
#endif
#if OUTSIDE > 0
    for (i : 1 .. PUSHERS) { run pusher() }
#endif
#if EVENTS > 0
    run network();
#endif
#ifndef NO_SERVICE
    run service();
#endif
#ifdef STOP
    run stopper();
#endif
    i = 0
  };
end:
  do
  :: timeout && !watching ->
    assert(asleep + blocked + stuck_threads + left == WAITERS + RUNNERS);
#ifdef STOP
    assert(left + stuck_threads >= RUNNERS); /* no runner sleeps */
#endif
    if
    :: asleep + blocked > 0 ->
      assert(inbox == 0 && first == 0); /* no task waits */
      assert(ready == 0);               /* no socket is ready */
      assert(blocked == 1)              /* one thread polls */
    :: else
    fi;
    break
  od
}
