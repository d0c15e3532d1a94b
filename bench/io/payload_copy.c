/* payload_copy.c: messages that are copied in and out, by pn_link_send() and pn_link_recv(). */
#include "loop.h"
#include "payload.h"
#include "process.h"

#include <proton/delivery.h>
#include <proton/link.h>
#include <stdlib.h>

static char *message; /* the one to be sent, or the one that arrives */
static size_t message_size;
static size_t got; /* octets of the message that arrives */

void payload_start(size_t size) {
  message_size = size;
  message = malloc(size + 1); /* one more shows a message that is too long */
  if (!message) die("out of memory");
  message_make(message, size);
}

void payload_send(pn_link_t *sender, uint64_t number) {
  message_set_number(message, number);
  message_send(sender, message, message_size, number);
}

int payload_take(pn_link_t *receiver, pn_delivery_t *dlv, uint64_t number) {
  const ssize_t piece = pn_link_recv(receiver, message + got, message_size + 1 - got);
  if (piece > 0) got += (size_t)piece;
  if (pn_delivery_partial(dlv)) return 0;
  message_check(message, got, message_size, number);
  got = 0;
  return 1;
}

void payload_stop(void) { free(message); }
