/* work_queue.pml: work that is added, done or cancelled: src/proactor/work_queue.c.
 *
 * One queue of one connection, whose word is reduced to what matters here: alive or not, and WAKE. Each step is one access to something
 * that threads share, or one section under the queue's lock; the timers' lock is inside of that.
 *
 * Asserted: of each work that was added exactly one of run and cancel is called, once, and of others neither; after the connection's end
 * nothing is run; memory is freed once, by the last who uses it, and all of it is freed in the end: scheduled work, and the queue, which
 * stays while anybody has a handle.
 *
 * ADDS: works that are added, by one thread with a handle each. SCHEDULED: works that wait for their time, which may come at any moment.
 * The connection ends at any moment; with STAYS it does not, and all work has to be done in the end. */

#ifndef ADDS
#  define ADDS 2
#endif
#ifndef SCHEDULED
#  define SCHEDULED 0
#endif
#define WORKS (ADDS + SCHEDULED)

bool alive = true, wake_bit;  /* the task's word */

bool closed;                  /* the head is CLOSED, or else a stack: */
bool on_stack[WORKS];
byte handles = 1 + WORKS;     /* the connection's, the adding threads', scheduled works' */
bool freed;                   /* the queue's memory is */

bool on_list[WORKS];          /* scheduled (lock) */
bool in_heap[WORKS];          /* its timer is (the timers' lock) */
bool cancelled[WORKS];        /* (lock) */
byte keepers[WORKS];          /* of a scheduled work's memory, once cancelled */
bool gone[WORKS];             /* it is freed, or was never there */
bool locked;

byte ran[WORKS], told[WORKS]; /* how often run and cancel were called */
bool added[WORKS];            /* "yes" */

#define USE_QUEUE assert(!freed)
#define USE_WORK(w) assert(!gone[w])

inline lock() { atomic { !locked -> locked = true; USE_QUEUE } }
inline unlock() { atomic { USE_QUEUE; locked = false } }

inline decref() {
  atomic {
    USE_QUEUE;
    handles--;
    if
    :: handles == 0 -> freed = true
    :: else
    fi
  }
}

/* pn_work_queue_add_work: push, which fails for good on the sentinel; then post. */
inline push(w, ok) {
  atomic {
    USE_QUEUE;
#ifdef BUG_NO_SENTINEL
    ok = true;
#else
    ok = !closed;
#endif
    if
    :: ok -> on_stack[w] = true; added[w] = true
    :: else
    fi
  }
}
inline post() {
  atomic {
    if
    :: alive -> wake_bit = true
    :: else
    fi
  }
}
inline add(w, ok) {
#ifdef BUG_POSTS_BEFORE_PUSH
  post();
  push(w, ok)
#else
  push(w, ok);
  if
  :: ok -> post()
  :: else
  fi
#endif
}

proctype adder(byte w) {
  bool ok;
  add(w, ok);
  decref()
}

/* pni_work_queue_run, or cancel_all: take the whole stack, then call one after the other. */
inline take_stack(and_close) {
  atomic {
    USE_QUEUE;
    i = 0;
    do
    :: i < WORKS -> mine[i] = on_stack[i]; on_stack[i] = false; i++
    :: else -> break
    od;
    i = 0;
    closed = closed || and_close
  }
}

/* Of one who has seen that it is cancelled: the last frees it. */
inline let_go(w) {
  atomic {
    USE_WORK(w);
    keepers[w]--;
    if
    :: keepers[w] == 0 -> gone[w] = true; decref()
    :: else
    fi
  }
}

proctype holder() {
  byte i;
  bool mine[WORKS], scheduled[WORKS];
waits:
  if
  :: atomic { wake_bit -> wake_bit = false }; /* take */
    take_stack(false);
    atomic {
      do
      :: i < WORKS && mine[i] -> assert(alive); ran[i]++; gone[i] = true; mine[i] = false; i++
      :: i < WORKS && !mine[i] -> i++
      :: else -> break
      od;
      i = 0
    };
    goto waits
#ifndef STAYS
  :: atomic { alive -> alive = false; scheduled[0] = wake_bit; wake_bit = false } /* die; a wake among what has arrived is told */
#endif
  fi;
  if
  :: scheduled[0] ->
    take_stack(false);
    atomic {
      do
      :: i < WORKS && mine[i] -> ran[i]++; gone[i] = true; mine[i] = false; i++
      :: i < WORKS && !mine[i] -> i++
      :: else -> break
      od;
      i = 0; scheduled[0] = false
    }
  :: else
  fi;
  /* close_queue */
  lock();
#ifdef BUG_CLOSES_IN_TWO_STEPS
  take_stack(false);
  closed = true;
#else
  take_stack(true);
#endif
  atomic {
    do
    :: i < WORKS ->
      scheduled[i] = on_list[i]; on_list[i] = false;
#ifndef BUG_CANCELS_WITHOUT_LOCK
      if
      :: scheduled[i] ->
        USE_WORK(i);
        keepers[i] = 1 + !in_heap[i]; /* pni_timer_remove: its function is under way, or never is called */
        cancelled[i] = !in_heap[i];
        in_heap[i] = false
      :: else
      fi;
#endif
      i++
    :: else -> break
    od;
    i = 0
  };
  unlock();
  do
  :: i < WORKS && mine[i] -> atomic { USE_WORK(i); told[i]++; gone[i] = true; mine[i] = false; i++ }
  :: i < WORKS && scheduled[i] ->
#ifdef BUG_CANCELS_WITHOUT_LOCK
    if
    :: atomic { in_heap[i] -> in_heap[i] = false; USE_WORK(i); told[i]++; gone[i] = true }; decref()
    :: atomic { !in_heap[i] -> USE_WORK(i); cancelled[i] = true; told[i]++ }
    fi;
#else
    atomic { USE_WORK(i); told[i]++ };
    let_go(i);
#endif
    atomic { scheduled[i] = false; i++ }
  :: atomic { i < WORKS && !mine[i] && !scheduled[i] -> i++ }
  :: else -> break
  od;
  decref()
}

/* pn_work_queue_schedule, and when its time comes: pni_timers_take and time_has_come, of the service thread. */
proctype scheduler(byte w) {
  bool ok;
  lock();
  ok = !closed;
  if
  :: ok -> atomic { in_heap[w] = true; on_list[w] = true; added[w] = true }
  :: else
  fi;
  unlock();
  if
  :: ok -> run service(w)
  :: else -> decref()
  fi
}

proctype service(byte w) {
  bool ok;
end:
  atomic { in_heap[w] -> in_heap[w] = false };
  lock();
  atomic { USE_WORK(w); ok = !cancelled[w] };
  if
  :: ok -> atomic { on_list[w] = false }; add(w, ok)
  :: else
  fi;
  unlock();
#ifdef BUG_CANCELS_WITHOUT_LOCK
  if
  :: cancelled[w] && !gone[w] && ran[w] == 0 && !on_stack[w] -> gone[w] = true
  :: else
  fi;
  decref()
#else
  if
  :: cancelled[w] -> let_go(w)
  :: else -> decref()
  fi
#endif
}

init {
  byte i;
  atomic {
    run holder();
#if ADDS > 0
    for (i : 0 .. ADDS - 1) { run adder(i) }
#endif
#if SCHEDULED > 0
    for (i : ADDS .. WORKS - 1) { run scheduler(i) }
#endif
    i = 0
  };
end:
  timeout ->
    atomic {
      do
      :: i < WORKS ->
        assert(ran[i] + told[i] == added[i]); /* exactly one of the two, and none if it was not added */
        assert(gone[i] == added[i]);          /* and its memory is freed */
        i++
      :: else -> break
      od
    };
    assert(closed == freed && alive == !closed)
}
