/* loop.h: one proactor per process, its threads, and what all AMQP programs of this folder answer alike.
 *
 * The loop accepts, opens what the peer opens (connections and sessions), closes what it closes, and dies of every
 * error. A program's handler sees each event after that, in the thread that holds the connection. */
#ifndef BENCH_IO_LOOP_H
#define BENCH_IO_LOOP_H

#include <proton/event.h>
#include <proton/types.h>
#include <stddef.h>
#include <stdint.h>

typedef void loop_handler(pn_event_t *event, pn_event_type_t type);

enum { MOST_THREADS = 64 };

/** In the server: listen on a free port, tell the client, and run until `connections` connections have come and
 *  gone. */
void loop_serve(loop_handler *handle, long connections, long threads);

/** In the client: how to reach the server; before loop_connect(). */
void loop_reach(uint16_t port);

/** In the client: begin a connection. `context` is its context from its first event on. With `sasl`, it
 *  authenticates as ANONYMOUS. */
void loop_connect(void *context, int sasl);

/** In the client: run, in one thread, until no connection is left. */
void loop_drive(loop_handler *handle);

/** Open a session; open a link whose address is its name. */
pn_session_t *loop_open_session(pn_connection_t *conn);
pn_link_t *loop_open_sender(pn_session_t *ssn, const char *name);
pn_link_t *loop_open_receiver(pn_session_t *ssn, const char *name);

/** Make a message of `size` octets, at least MESSAGE_LEAST, that holds a number: one data section. */
enum { MESSAGE_LEAST = 16 };
void message_make(char *message, size_t size);
void message_set_number(char *message, uint64_t number);

/** Die unless this is a message of `size` octets that holds `number`. */
void message_check(const char *message, size_t got, size_t size, uint64_t number);

/** Send one message as a delivery whose tag is its number. */
void message_send(pn_link_t *sender, const char *message, size_t size, uint64_t number);

/** Take a delivery that has arrived whole: the message of `size` octets that holds `number`. Accept and settle it.
 *  `message` has room for one octet more, which shows a message that is too long. */
void message_take(pn_delivery_t *dlv, char *message, size_t size, uint64_t number);

/** Accept and settle a delivery. */
void message_accept(pn_delivery_t *dlv);

/** Settle a delivery that the peer has settled. Dies unless it was accepted. */
void message_accepted(pn_delivery_t *dlv);

#endif
