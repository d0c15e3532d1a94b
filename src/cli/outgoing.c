/* outgoing.c: messages on their way. */
#include "cli/outgoing.h"
#include <stdlib.h>
#include <string.h>

bool outgoing_has_room(const struct outgoing *outgoing) {
  const bool octets = outgoing->octets < OUTGOING_OCTETS || outgoing->first == outgoing->end;
  return octets && outgoing->end - outgoing->first < OUTGOING_MOST;
}

static void give_back(void *context, const char *start, size_t size) {
  (void)start, (void)size;
  free(context);
}

bool outgoing_add(struct outgoing *outgoing, const char *bytes, size_t size) {
  char *const copy = malloc(size);
  if (copy) memcpy(copy, bytes, size);
  pn_shared_bytes_t *const shared = copy ? pn_shared_bytes(copy, size, give_back, copy) : NULL;
  if (!shared) {
    free(copy);
    return false;
  }
  outgoing->ring[outgoing->end++ % OUTGOING_MOST] = (struct outgoing_message){shared, size, false};
  outgoing->octets += size;
  outgoing->unsettled++;
  return true;
}

struct outgoing_message *outgoing_next(struct outgoing *outgoing, uint64_t *number) {
  if (outgoing->next < outgoing->first) outgoing->next = outgoing->first;
  for (; outgoing->next < outgoing->end; outgoing->next++) {
    struct outgoing_message *const message = &outgoing->ring[outgoing->next % OUTGOING_MOST];
    if (message->bytes) {
      *number = outgoing->next;
      return message;
    }
  }
  return NULL;
}

void outgoing_sent(struct outgoing *outgoing) {
  outgoing->ring[outgoing->next % OUTGOING_MOST].sent = true;
  outgoing->next++;
}

void outgoing_settled(struct outgoing *outgoing, uint64_t number) {
  struct outgoing_message *const message = &outgoing->ring[number % OUTGOING_MOST];
  if (number < outgoing->first || number >= outgoing->end || !message->bytes) return;
  pn_shared_bytes_decref(message->bytes);
  message->bytes = NULL;
  outgoing->octets -= message->size;
  outgoing->unsettled--;
  while (outgoing->first < outgoing->end && !outgoing->ring[outgoing->first % OUTGOING_MOST].bytes)
    outgoing->first++;
}

void outgoing_again(struct outgoing *outgoing) { outgoing->next = outgoing->first; }

void outgoing_clear(struct outgoing *outgoing) {
  for (uint64_t number = outgoing->first; number < outgoing->end; number++)
    outgoing_settled(outgoing, number);
}
