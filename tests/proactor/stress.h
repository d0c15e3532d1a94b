/* stress.h: what the parts of the stress test share: stress.c, which runs it and has the AMQP connections and the listeners, and
 * raw_stress.c, which has the raw connections. */
#ifndef BARYON_TESTS_PROACTOR_STRESS_H
#define BARYON_TESTS_PROACTOR_STRESS_H

#include <proton/listener.h>
#include <proton/proactor.h>
#include <proton/raw_connection.h>
#include <proton/types.h>

#include <stdbool.h>
#include <stdint.h>

enum { ADDRESS = 64 };

/* What may be done, and be switched off. */
enum what {
  CONNECT,
  LISTEN,
  CLOSE,
  WAKE,
  WORK,
  DELAYED_WORK,
  TIMER,
  INTERRUPT,
  DISCONNECT,
  STOP,
  RELEASE,
  IMPORT,
  ABORT,
  SEND,
  FLUSH,
  LEAVE,
  REFUSED,
  UNRESOLVED,
  RAW_CONNECT,
  RAW_ACCEPT,
  RAW_READ,
  RAW_WRITE,
  RAW_CLOSE,
  SECURE,
  RENEW,
  WHATS
};

/* A random number below that; whether to do something now: once in so many times. */
uint32_t any(uint32_t below);
bool now(enum what what, uint32_t once_in);

__attribute__((noreturn)) void fail(const char *what);

/* Where to connect to: a listener's address, one that refuses, a name that is none; "": there is none now. */
void some_address(char address[ADDRESS]);

pn_proactor_t *stressed(void);

/* Something with a final event has been given to the proactor; it has come to its end. */
void count_begun(void);
void count_ended(void);

/* Work was accepted; it was done; it was cancelled. */
void count_work_added(void);
void count_work_run(void);
void count_work_cancelled(void);

/* Of raw connections. */

void raw_begin(void);

/* Something that anybody may do, in a thread that holds no batch. */
void raw_call(void);

/* Accept one; false: all places are taken. In the listener's turn. */
bool raw_accept(pn_listener_t *listener);

/* In its own turn. */
void raw_handle(pn_event_t *event, pn_raw_connection_t *raw);

/* All has ended: what has been seen. */
void raw_report(void);

#endif
