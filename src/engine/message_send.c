/* message_send.c: a message into a sender's current delivery. Runs in the thread that holds the connection. */
#include <proton/error.h>
#include <proton/link.h>
#include <proton/message.h>
#include <stdlib.h>

ssize_t pn_message_send(pn_message_t *msg, pn_link_t *sender, pn_rwbytes_t *buf) {
  pn_rwbytes_t own = {0, NULL};
  pn_rwbytes_t *const room = buf ? buf : &own;
  ssize_t size = pn_message_encode2(msg, room);
  if (size >= 0) size = pn_link_send(sender, room->start, (size_t)size);
  if (size >= 0) pn_link_advance(sender);
  free(own.start);
  return size;
}
