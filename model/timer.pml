/* timer.pml: when a timer is wanted and for when it is in the heap: src/proactor/timer.c.
 *
 * One timer. The holder of its task says when it is wanted, which mostly is a store; the service thread takes it out when it is due, and has
 * it come again for the sake of heartbeats unless the holder has said something since. Time stands still here, so that "due" is any
 * moment; what counts is that the heap does not forget. Each step is one access to `wanted` or `due`, which are atomic, or a section under
 * the timers' lock.
 *
 * Asserted when nobody can move on: what is wanted is in the heap, for no later than it is wanted; what the holder wanted last has come to
 * be, or has been told to him since (TIMER).
 *
 * WANTS: how often the holder says when, each time one of two moments. */

#ifndef WANTS
#  define WANTS 3
#endif

byte wanted, due;   /* 0: never; 0: it is not in the heap */
bool locked;
byte asked;         /* what the holder wanted last and has not been told of since; 0: nothing */
byte now = 0;       /* only grows */

/* pni_timer_want: the lock is only taken if it is in the heap for later, or is not. */
inline put_in() {
  atomic {
    !locked;
#ifdef BUG_PUTS_IN_WHAT_WAS
    due = when
#else
    if
    :: wanted != 0 && (due == 0 || wanted < due) -> due = wanted
    :: else
    fi
#endif
  }
}

inline want() {
#ifdef BUG_LOOKS_BEFORE_IT_SAYS
  seen = due;
  atomic { wanted = when; asked = when };
#else
  atomic { wanted = when; asked = when };
  seen = due;
#endif
  if
  :: seen == 0 || seen > when -> put_in()
  :: else
  fi
}

proctype holder() {
  byte when, seen, left = WANTS;
end:
  do
  :: left > 0 ->
    atomic {
      left--;
      if
      :: when = now + 1
      :: when = now + 3
      fi
    };
    want();
    atomic { when = 0; seen = 0 }
  od
}

proctype service() {
  byte its, when, seen, again = 1;
  bool found;
end:
  do
  :: atomic { now < 4 -> now++ }
  :: atomic { due != 0 && due <= now && !locked -> locked = true; found = false };
    /* pni_timers_take */
#ifdef BUG_LOOKS_BEFORE_TAKING_OUT
    its = wanted;
    due = 0;
#else
    due = 0;
    its = wanted;
#endif
    if
    :: its > now -> due = its
    :: its != 0 && its <= now ->
#ifdef BUG_FORGETS_BY_STORE
      atomic { found = true; wanted = 0; asked = (asked == its -> 0 : asked) }
#else
      if
      :: atomic { wanted == its -> wanted = 0; found = true; asked = 0 }
      :: atomic { wanted != its -> its = wanted };
        if
        :: its != 0 -> due = its
        :: else
        fi
      fi
#endif
    :: else
    fi;
    locked = false;
    /* pni_heartbeat_due: pni_timer_want_besides */
    if
    :: found && again > 0 ->
      again--;
      when = now + 2;
#ifdef BUG_TWO_WANT
      wanted = when;
      seen = due;
      if
      :: seen == 0 || seen > when -> put_in()
      :: else
      fi
#else
      if
      :: atomic { wanted == 0 -> wanted = when };
        seen = due;
        if
        :: seen == 0 || seen > when -> put_in()
        :: else
        fi
      :: wanted != 0
      fi
#endif
    :: else
    fi;
    atomic { its = 0; when = 0; seen = 0; found = false }
  od
}

init {
  atomic { run holder(); run service() };
end:
  do
  :: timeout ->
    assert(wanted == 0 || (due != 0 && due <= wanted)); /* the heap does not forget */
    assert(asked == 0 || wanted == asked);              /* nor is the holder overruled */
    break
  od
}
