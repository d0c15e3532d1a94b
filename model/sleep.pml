/* sleep.pml: who sleeps, who polls, who is woken: src/proactor/scheduler.c, sleepers.c and the watch of service.c.
 *
 * Tasks are only counted here: what happens to one of them is task.pml's. Every step is one access to something that threads share, or
 * one section under the scheduler's lock. A handler may be slow: it comes to no end (STUCK threads may, one batch each).
 *
 * Asserted whenever nobody can move on, that is when only time or the world outside could change anything: if a thread is idle, then no
 * task waits, no socket is ready, somebody polls, and the watch is off; and that after pn_proactor_stop no runner sleeps.
 *
 * WAITERS, RUNNERS: threads in pn_proactor_wait and in pn_proactor_run. OUTSIDE: pushes by threads that hold no batch, INSIDE: by such that
 * do, EVENTS: sockets that become ready, TICKS: looks of the watch at any moment, besides those when nothing else goes on.
 * STOP: pn_proactor_stop is called. NO_SERVICE: there is no service thread.
 *
 * Seeded bugs: see model/run. */

#ifndef WAITERS
#  define WAITERS 2
#endif
#ifndef RUNNERS
#  define RUNNERS 0
#endif
#ifndef OUTSIDE
#  define OUTSIDE 2
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
#  define TICKS 1
#endif
#ifndef STUCK
#  define STUCK 1
#endif

#ifdef BUG_NOBODY_SEARCHES /* each push wakes one more */
#  define SEARCHING false
#else
#  define SEARCHING searching
#endif

byte inbox, run_list;            /* tasks pushed; tasks on the run list (lock) */
bool token_taken;                /* lock */
byte sleepers[2]; bool polling, searching; /* the idle word: waiters and runners that sleep, and two flags */
byte permits[2];                 /* the futexes of waiters and of runners */
bool interrupt;                  /* the eventfd's edge, not yet reported */
byte ready;                      /* sockets that epoll has to report */
bool watching, stuck_since, stopped;
byte outside = OUTSIDE, inside = INSIDE, events = EVENTS, ticks = TICKS, can_stick = STUCK;
byte late;                       /* looks of the watch while nothing else went on */
byte stuck_threads, left, asleep, blocked;

#ifdef BUG_ONE_FUTEX /* waiters and runners share permits */
#  define KIND 0
#else
#  define KIND runs
#endif
#define ANY (sleepers[0] > 0 || sleepers[1] > 0 || polling)

/* pni_sleepers_announce, _sleep, _retract: whom a waker has taken off the idle word finds a permit, now or soon. */
inline announce() { sleepers[KIND]++ }
inline found_awake() { searching = false }
inline sleep() {
  asleep++;
  atomic { permits[KIND] > 0 -> permits[KIND]--; asleep-- };
  found_awake()
}
inline retract() {
  if
  :: atomic { sleepers[KIND] > 0 -> sleepers[KIND]-- }
  :: atomic { sleepers[KIND] == 0 }; sleep()
  fi
}

/* pni_sleepers_wake */
inline wake(whom) {
  atomic {
    if
    :: SEARCHING -> whom = 3
    :: !SEARCHING && sleepers[0] > 0 -> sleepers[0]--; searching = true; whom = 0
    :: !SEARCHING && sleepers[1] > 0 -> sleepers[1]--; searching = true; whom = 1
    :: !SEARCHING && sleepers[0] == 0 && sleepers[1] == 0 && polling -> polling = false; searching = true; whom = 2
    :: !SEARCHING && !ANY -> whom = 3
    fi
  };
  if
  :: whom < 2 -> permits[whom]++
  :: whom == 2 -> interrupt = true
  :: whom == 3
  fi
}

/* pni_service_watch, or wake where there is none */
inline watch_or_wake(whom) {
#ifdef NO_SERVICE
  wake(whom)
#else
  watching = true
#endif
}

/* pni_scheduler_push */
inline push_outside(whom) {
  inbox++;
  if
  :: ANY -> wake(whom)
  :: else
  fi
}
inline push_inside(whom) {
  inbox++;
  if
  :: ANY -> watch_or_wake(whom)
  :: else
  fi
}

proctype thread(bool runs) {
  byte whom, got; bool token, task, needed, watched;
again:
  if
  :: runs && stopped -> goto leave
  :: else
  fi;
  /* take */
  atomic {
    run_list = run_list + inbox; inbox = 0;
    token = run_list == 0 && !token_taken;
    if
    :: token -> token_taken = true
    :: else -> goto taking
    fi
  };
  /* poll_sockets */
  polling = true;
  needed = inbox > 0;
#ifndef BUG_POLLS_PAST_RUN_LIST
  atomic { needed = needed || run_list > 0 };
#endif
  if
  :: runs && stopped -> needed = true
  :: else
  fi;
  if
  :: !needed -> blocked++; atomic { ready > 0 || interrupt -> blocked--; got = ready; ready = 0; interrupt = false }
  :: else -> atomic { got = ready; ready = 0; interrupt = false }
  fi;
  atomic { needed = polling; polling = false };
  if
  :: !needed -> found_awake()
  :: else
  fi;
  atomic {
    run_list = run_list + got; got = 0; token_taken = false;
    run_list = run_list + inbox; inbox = 0;
taking:
    task = run_list > 0;
    if
    :: task -> run_list--; stuck_since = false; late = 0
    :: else
    fi;
    watched = token_taken && run_list == 0
  };
  needed = false;
  if
  :: task && !watched && (ANY) -> watch_or_wake(whom)
  :: else
  fi;
  if
  :: task -> goto handle
  :: !task && token -> goto again
  :: else
  fi;
  /* sleep_a_while */
  announce();
  atomic { needed = inbox > 0 || run_list > 0 || !token_taken };
  if
  :: runs && stopped -> needed = true
  :: else
  fi;
  if
  :: needed -> retract()
  :: else -> sleep()
  fi;
  needed = false;
  goto again;
handle:
  atomic { task = false; token = false; watched = false; whom = 0 };
  if
  :: atomic { can_stick > 0 -> can_stick--; stuck_threads++ }; end_stuck: false
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
  byte whom;
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

#ifdef BUG_ONE_FUTEX
#  define WOKEN 0
#else
#  define WOKEN 1
#endif
proctype stopper() {
  byte count; bool poller;
  stopped = true;
  atomic { count = sleepers[WOKEN]; sleepers[WOKEN] = 0; poller = polling; polling = false };
  permits[WOKEN] = permits[WOKEN] + count;
  if
  :: poller -> interrupt = true
  :: else
  fi
}

/* pni_scheduler_watch */
inline look() {
  idle = ANY;
  atomic {
    stuck = stuck_since; stuck_since = true;
    needed = idle && (inbox > 0 || run_list > 0 || !token_taken)
  };
  if
  :: needed && stuck -> wake(whom)
  :: else
  fi;
  needed = needed || !stuck
}

proctype service() {
  byte whom; bool idle, stuck, needed;
end:
  do
  :: atomic { watching && ticks > 0 -> ticks-- }; goto tick
  :: atomic { watching && ticks == 0 && timeout -> late++; assert(late <= 4) };
tick:
    look();
    if
    :: needed
    :: else ->
      watching = false;
      look();
      if
      :: needed -> watching = true
      :: else
      fi
    fi;
    idle = false; stuck = false; needed = false; whom = 0
  od
}

init {
  byte i;
  atomic {
    for (i : 1 .. WAITERS) { run thread(false) }
#if RUNNERS > 0
    for (i : 1 .. RUNNERS) { run thread(true) }
#endif
    for (i : 1 .. PUSHERS) { run pusher() }
    run network();
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
    assert(left + stuck_threads >= RUNNERS);
#endif
    if
    :: asleep + blocked > 0 -> assert(inbox == 0 && run_list == 0 && ready == 0 && blocked == 1)
    :: else
    fi;
    break
  od
}
