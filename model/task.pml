/* task.pml: the word of a task and what is posted to it: src/proactor/task.c, and the turns of connection.c and connection_io.c.
 *
 * One slot. Its first tenant is a connection with a socket; when that has died the slot gets a second one, which only sits there. Steps
 * have the names of task.h; each is one access to something that threads share. What belongs to the holder changes without steps of its own.
 * WRITABLE is as READABLE is, and not here.
 *
 * Asserted:
 *   - one thread at a time has the task, and it is queued once (begin, push);
 *   - what is posted to a tenant does not reach the next one (post);
 *   - the final event comes once and nothing after it (tell), also if the batch that it is in ends before it is read; a tenant that was
 *     cut or whose stream ended has got it, one that was released has not;
 *   - a wake that was accepted is told after it was accepted and before the final event, and what the waker did before is seen then;
 *   - when nobody can move on, a task is idle, nothing that was posted to it is left, and nothing lies unread in its socket;
 *   - the condition is there when DISCONNECT is; a heartbeat is made by a transport that is bound, and written to an open socket, by one who
 *     has WRITER, as is all that the holder writes;
 *   - what of a heartbeat the socket did not take goes before whatever is made after it, and is not left behind;
 *   - a connection that wakes itself whenever it is woken can die all the same.
 *
 * THREADS that hold tasks. DATA: pieces that come to the socket; FIN: then the peer ends. WAKES: calls of pn_connection_wake, in as many
 * threads, SELF_WAKES: the handler of a wake wakes again. TIMERS: how often the timer is due. DISCONNECT: pn_proactor_disconnect is called.
 * RELEASE: the handler may call pn_proactor_release_connection. */

#ifndef THREADS
#  define THREADS 2
#endif
#ifndef DATA
#  define DATA 0
#endif
#ifndef WAKES
#  define WAKES 0
#endif
#ifndef TIMERS
#  define TIMERS 0
#endif

#define FREE 0 /* enum pni_task_state */
#define IDLE 1
#define QUEUED 2
#define RUNNING 3
#define LAST 4

#define READABLE 1 /* enum pni_task_bits */
#define HANGUP 2
#define WAKE 4
#define TIMER 8
#define DISCONNECT_BIT 16

/* The word. */
byte generation, state = RUNNING, arrived;
bool writer;

byte queued;        /* how often it is on the inbox or the run list */
byte holders;

/* The holder's: struct pni_connection. */
bool readable, hangup, handed_out, cut, eof;

/* Under WRITER: the transport, with its TLS session; what of a heartbeat has not left. */
bool bound = true, rest;

/* The socket, and its edge in the poller. */
bool is_open = true, edge, fin;
byte unread;

/* What is to be asserted. */
bool wake_owed, tick_owed, condemned, condition, final;
byte finals;
byte letters;       /* what wakers did before they woke; read with the wake */
byte put_off;       /* how often a death was put off */
bool place = true, released; /* what the first tenant's connection knows of its task; pn_proactor_release_connection */

#define LIVES (state != FREE && state != LAST)

/* Bits arrive, for the tenant that the ticket is of. */
inline post(ticket, bits, ok) {
  atomic {
    pushes = false;
    if
#ifdef BUG_NO_GENERATION
    :: LIVES ->
#else
    :: LIVES && generation == ticket ->
#endif
      assert(generation == ticket); /* nothing reaches the next tenant */
      ok = true;
      arrived = arrived | (bits);
      letters = letters + (((bits) & WAKE) != 0);
      wake_owed = wake_owed || ((bits) & WAKE);
      tick_owed = tick_owed || ((bits) & TIMER);
      condemned = condemned || ((bits) & DISCONNECT_BIT);
      if
      :: state == IDLE -> state = QUEUED; pushes = true
      :: else
      fi
    :: else -> ok = false
    fi
  };
  if
  :: pushes -> push()
  :: else
  fi
}

inline push() {
  atomic { queued++; assert(queued == 1); pushes = false }
}

/* An event is handed out. */
inline tell() { assert(!final) }

inline tell_wake() {
  atomic { tell(); letters = 0; handed_out = true };
#ifdef SELF_WAKES
  post(0, WAKE, ok)
#endif
}

proctype thread() {
  byte bits;
  bool pushes, ok, unfinished;
end:
  /* begin */
  atomic {
    queued > 0 -> queued--; holders++; assert(holders == 1);
    if
    :: state == LAST -> goto last
    :: else -> assert(state == QUEUED); state = RUNNING
    fi
  };

  /* advance: take */
advance:
  atomic {
    !writer -> writer = true;
    bits = arrived;
#ifdef BUG_BIT_CLEARED_AFTER_READ
    arrived = arrived & (READABLE | HANGUP);
#else
    arrived = 0;
#endif
    if
    :: bits & WAKE -> wake_owed = false
    :: else
    fi;
    readable = readable || (bits & READABLE);
    hangup = hangup || (bits & HANGUP);
    handed_out = false
  };
#ifdef BUG_WAKE_HIDES_THE_REST
  if
  :: bits & WAKE -> atomic { writer = false; bits = 0 }; tell_wake(); goto ends_or_goes_on
  :: else
  fi;
#endif
  /* pni_connection_round */
  atomic {
    if
    :: bits & DISCONNECT_BIT -> assert(condition); cut = true
    :: else
    fi;
    if
    :: bits & TIMER -> tick_owed = false;
#ifndef BUG_REST_IS_LEFT
      assert(writer && bound);
      rest = false /* write_out */
#endif
    :: else
    fi
  };
  if
  :: atomic { readable && is_open && !cut ->
      assert(writer);
      if
      :: unread >= 2 -> unread = unread - 2
      :: unread == 1 -> unread = 0;
#ifdef BUG_SHORT_READ_BEFORE_HANGUP
        readable = false
#else
        readable = hangup
#endif
      :: unread == 0 && fin -> eof = true; readable = false
      :: unread == 0 && !fin -> readable = false /* EAGAIN */
      fi
    }
  :: else
  fi;
#ifdef BUG_BIT_CLEARED_AFTER_READ
  atomic { arrived = arrived & ~(READABLE | HANGUP) };
#endif
  writer = false;
  if
  :: bits & WAKE -> bits = 0; tell_wake() /* be_woken */
  :: else -> bits = 0
  fi;
  if
  :: cut || eof -> goto dies
  :: else
  fi;

  /* The batch goes on as long as there is something, unless it has had its share. */
ends_or_goes_on:
#ifdef RELEASE /* pn_proactor_release_connection, by the handler */
  if
  :: atomic { !released -> released = true; place = false };
#  ifdef BUG_UNBOUND_BEFORE_DEAD
    bound = false;
#  endif
#  ifndef BUG_RELEASED_LIVES
    atomic { !writer -> arrived = 0; state = LAST };
#  endif
    bound = false;
    atomic { wake_owed = false; letters = 0; tick_owed = false; condemned = false };
    goto buries
  :: true
  fi;
#endif
  atomic { unfinished = handed_out || readable };
  if
  :: unfinished -> unfinished = false; goto advance
  :: true
  fi;
#ifdef BUG_ENDS_BY_STORE /* it is looked at, and then stored over */
  bits = arrived;
#endif
  atomic {
#ifdef BUG_ENDS_BY_STORE
    arrived = bits; bits = 0;
#endif
#ifdef BUG_READABLE_FORGOTTEN
    unfinished = handed_out;
#endif
    holders--;
    if
#ifdef BUG_ENDS_WITHOUT_LOOKING
    :: unfinished -> state = QUEUED; pushes = true
#else
    :: unfinished || arrived != 0 -> state = QUEUED; pushes = true
#endif
    :: else -> state = IDLE
    fi;
    unfinished = false
  };
  if
  :: pushes -> push()
  :: else
  fi;
  goto end;

dies:
#ifdef BUG_WAKE_PUTS_OFF_DEATH
  if
  :: arrived & WAKE -> atomic { arrived = arrived & ~WAKE; wake_owed = false; put_off++; assert(put_off <= WAKES + 1) };
    tell_wake();
    goto dies
  :: else
  fi;
#endif
  atomic {
#ifdef BUG_DIES_WHILE_WRITER
    true ->
#else
    !writer ->
#endif
    bits = arrived; arrived = 0; state = LAST;
#ifndef BUG_DIES_WITHOUT_WAKE
    wake_owed = wake_owed && !(bits & WAKE)
#endif
  };
#ifndef BUG_DIES_WITHOUT_WAKE
  if
  :: bits & WAKE -> tell_wake()
  :: else
  fi;
#endif
  bits = 0;
last:
  /* pni_scheduler_done: the batch may end before its final event has been read. */
  if
  :: holders--;
#ifndef BUG_LAST_IS_LEFT
    pushes = true; push();
#endif
    goto end
  :: true
  fi;
  atomic { tell(); assert(!wake_owed && letters == 0); final = true; finals++ };
  /* pni_proactor_bury */
buries:
  atomic { is_open = false; edge = false; bound = false; rest = false };
  atomic {
    assert(arrived == 0 && state == LAST);
    holders--;
    generation++; state = FREE; writer = false
  };
  /* The slot's next tenant, made by whichever thread. */
  atomic {
    assert(state == FREE);
    state = RUNNING; holders++; assert(holders == 1);
    bound = true; place = false; readable = false; hangup = false; handed_out = false; cut = false; eof = false; tick_owed = false; condemned = false; final = false
  };
  atomic { holders--; state = QUEUED; pushes = true };
  push();
  goto end
}

/* The peer. */
proctype network() {
  byte data = DATA;
end:
  do
  :: atomic { data > 0 -> data--; unread++; edge = is_open }
#ifdef FIN
  :: atomic { data == 0 && !fin -> fin = true; edge = is_open }
#endif
  od
}

/* poll_sockets: between the poller's report and the post anything may happen. */
proctype poller() {
  byte bits;
  bool pushes, ok;
end:
  do
  :: atomic { edge -> edge = false; bits = READABLE | (fin -> HANGUP : 0) };
    post(0, bits, ok);
    bits = 0
  od
}

/* What a waker did before is in its store buffer until something brings it out: `post` does, whose read-modify-write is made even if the bit
 * is set. */
proctype waker() {
  bool pushes, ok;
  if
  :: !place -> goto done /* its task is gone: nothing happens */
  :: else
  fi;
#ifdef BUG_POST_WITHOUT_RMW
  if
  :: atomic { LIVES && generation == 0 && (arrived & WAKE) -> wake_owed = true }; letters++; goto done
  :: else
  fi;
#endif
  post(0, WAKE, ok);
done:
  skip
}

/* pni_heartbeat_due */
proctype timer() {
  byte its, times = TIMERS;
  bool pushes, ok, again;
end:
  do
  :: times > 0 ->
    atomic { times--; its = generation; again = (arrived & TIMER) != 0 };
    post(its, TIMER, ok);
    if
    :: ok && again -> /* beat */
      if
#ifdef BUG_BEATS_AFTER_TICK
      :: atomic { LIVES && generation == its && !writer -> writer = true };
#else
      :: atomic { LIVES && generation == its && !writer && (arrived & TIMER) -> writer = true };
#endif
        if
        :: is_open ->
          assert(writer && is_open && bound && generation == its); /* pni_transport_keepalive */
          if
          :: rest = true  /* send: not all of it */
          :: rest = false
          fi
        :: else
        fi;
        writer = false
      :: else
      fi
    :: else
    fi;
    atomic { its = 0; again = false }
  od
}

proctype disconnector() {
  byte its;
  bool pushes, ok;
#ifndef BUG_CONDITION_AFTER_BIT
  condition = true;
#endif
  its = generation;
  post(its, DISCONNECT_BIT, ok);
#ifdef BUG_CONDITION_AFTER_BIT
  condition = true
#endif
}

init {
  byte i;
  atomic {
    for (i : 1 .. THREADS) { run thread() }
#if DATA > 0
    run network(); run poller();
#endif
#if WAKES > 0
    for (i : 1 .. WAKES) { run waker() }
#endif
#if TIMERS > 0
    run timer();
#endif
#ifdef DISCONNECT
    run disconnector();
#endif
    i = 0;
    state = QUEUED; queued = 1
  };
end:
  do
  :: timeout ->
    assert(state == IDLE && queued == 0 && holders == 0 && arrived == 0 && !writer);
    assert(finals + released == generation && !final); /* each that is gone has got its final event, or was released */
    assert(!wake_owed && letters == 0);        /* no wake is lost */
    assert(!tick_owed);           /* no timer */
    assert(!condemned);                        /* no disconnect */
    assert(!rest);                             /* no heartbeat's end */
    assert(generation > 0 || (unread == 0 && !fin)); /* no edge */
    break
  od
}
