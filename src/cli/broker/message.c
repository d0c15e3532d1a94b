/* message.c: octets with a count, kept as they came in, and the header section in front of them.
 *
 * Small messages are copied once, into the memory of the message itself; large ones are a list of pieces of the memory into which
 * they were read from the socket (<baryon/link.h>), and are sent on from there, to as many links as there are.
 *
 * A message does not change after message_read_header(), so any thread that has a reference may read it. An entry belongs to
 * the queue that it is in, under that queue's lock, or to the connection that has acquired it. */
#include "cli/broker/message.h"
#include "cli/broker/annotations.h"
#include <baryon/link.h>
#include <proton/delivery.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_MOST = 128, DEFAULT_PRIORITY = 4, HEADER_CODE = 0x70, PIECES_AT_FIRST = 4 };

struct piece {
  pn_shared_bytes_t *bytes; /* a reference */
  size_t offset, size;
};

struct message {
  atomic_uint count;
  uint32_t header_size; /* octets of the header section in front; 0 if there is none */
  struct header header;
  int64_t deadline;
  size_t size;
  struct piece *pieces; /* NULL: the octets are here */
  size_t piece_count, piece_room;
  struct entry first;
  char bytes[];
};

void entries_insert(struct entries *list, struct entry *entry, struct entry *next) {
  entry->behind = next;
  entry->before = next ? next->before : list->last;
  *(entry->before ? &entry->before->behind : &list->first) = entry;
  *(next ? &next->before : &list->last) = entry;
  list->count++;
}

void entries_append(struct entries *list, struct entry *entry) { entries_insert(list, entry, NULL); }

void entries_remove(struct entries *list, struct entry *entry) {
  *(entry->before ? &entry->before->behind : &list->first) = entry->behind;
  *(entry->behind ? &entry->behind->before : &list->last) = entry->before;
  entry->before = entry->behind = NULL;
  list->count--;
}

void entries_move(struct entries *to, struct entries *from) {
  if (!from->first) return;
  from->first->before = to->last;
  *(to->last ? &to->last->behind : &to->first) = from->first;
  to->last = from->last;
  to->count += from->count;
  *from = (struct entries){NULL, NULL, 0};
}

static struct message *allocate(size_t size) {
  struct message *const message = malloc(sizeof *message + size);
  if (!message) return NULL;
  memset(message, 0, sizeof *message);
  atomic_init(&message->count, 1);
  message->header.priority = DEFAULT_PRIORITY;
  message->size = size;
  return message;
}

struct message *message_begin(void) {
  return allocate(0);
}

struct message *message_copy(pn_link_t *link, size_t size) {
  struct message *const message = allocate(size);
  if (message && size > 0) message->size = (size_t)pn_link_recv(link, message->bytes, size);
  return message;
}

struct message *message_make(const char *bytes, size_t size) {
  struct message *const message = allocate(size);
  if (message) memcpy(message->bytes, bytes, size);
  return message;
}

bool message_take(struct message *message, pn_delivery_t *dlv) {
  pn_bytes_t piece;
  while (pn_delivery_pending(dlv) > 0) {
    if (message->piece_count == message->piece_room) {
      const size_t room = message->piece_room ? 2 * message->piece_room : PIECES_AT_FIRST;
      struct piece *const pieces = realloc(message->pieces, room * sizeof *pieces);
      if (!pieces) return false;
      message->pieces = pieces;
      message->piece_room = room;
    }
    pn_shared_bytes_t *const bytes = pn_delivery_take(dlv, &piece);
    if (!bytes) return false;
    message->pieces[message->piece_count++] =
        (struct piece){bytes, pn_shared_bytes_offset(bytes, piece), piece.size};
    message->size += piece.size;
  }
  return true;
}

void message_incref(struct message *message) {
  (void)atomic_fetch_add_explicit(&message->count, 1, memory_order_relaxed);
}

bool message_decref(struct message *message) {
  if (atomic_fetch_sub_explicit(&message->count, 1, memory_order_acq_rel) != 1) return false;
  for (size_t i = 0; i < message->piece_count; i++) pn_shared_bytes_decref(message->pieces[i].bytes);
  free(message->pieces);
  free(message);
  return true;
}

struct entry *message_first_entry(struct message *message) {
  message_incref(message);
  message->first.message = message;
  return &message->first;
}

struct entry *message_further_entry(struct message *message) {
  struct entry *const entry = calloc(1, sizeof *entry);
  if (!entry) return NULL;
  message_incref(message);
  entry->message = message;
  return entry;
}

bool entry_free(struct entry *entry, uint64_t *octets) {
  struct message *const message = entry->message;
  const size_t size = message->size;
  free(entry->refused);
  free(entry->annotations);
  entry->refused = NULL;
  entry->annotations = NULL;
  if (entry != &message->first) free(entry);
  if (!message_decref(message)) return false;
  *octets += size;
  return true;
}

size_t message_size(const struct message *message) { return message->size; }

int64_t message_deadline(const struct message *message) { return message->deadline; }

unsigned message_priority(const struct message *message) { return message->header.priority; }

static size_t copy_octets(const struct message *message, char *to, size_t most) {
  size_t used = 0;
  if (!message->pieces) {
    used = message->size < most ? message->size : most;
    memcpy(to, message->bytes, used);
  }
  for (size_t i = 0; i < message->piece_count && used < most; i++) {
    const struct piece *const piece = &message->pieces[i];
    const size_t size = piece->size < most - used ? piece->size : most - used;
    memcpy(to + used, pn_shared_bytes_all(piece->bytes).start + piece->offset, size);
    used += size;
  }
  return used;
}

char *message_flatten(const struct message *message) {
  char *const bytes = malloc(message->size ? message->size : 1);
  if (bytes) (void)copy_octets(message, bytes, message->size);
  return bytes;
}

/* The fields of a header, as far as they are there; those of a wrong type count as missing. */
static void read_fields(pn_data_t *data, struct header *header) {
  pn_data_rewind(data);
  (void)pn_data_next(data);
  (void)pn_data_enter(data);
  (void)pn_data_next(data); /* the descriptor */
  if (!pn_data_next(data) || pn_data_type(data) != PN_LIST || !pn_data_enter(data)) return;
  if (pn_data_next(data) && pn_data_type(data) == PN_BOOL) header->durable = pn_data_get_bool(data);
  if (pn_data_next(data) && pn_data_type(data) == PN_UBYTE) header->priority = pn_data_get_ubyte(data);
  if (pn_data_next(data) && pn_data_type(data) == PN_UINT) header->ttl = pn_data_get_uint(data);
  if (pn_data_next(data) && pn_data_type(data) == PN_BOOL) header->first_acquirer = pn_data_get_bool(data);
  if (pn_data_next(data) && pn_data_type(data) == PN_UINT) header->delivery_count = pn_data_get_uint(data);
}

static bool is_header(const char *start, size_t size) {
  static const char small[] = {0, 0x53, HEADER_CODE};
  static const char large[] = {0, (char)0x80, 0, 0, 0, 0, 0, 0, 0, HEADER_CODE};
  return (size >= sizeof small && memcmp(start, small, sizeof small) == 0) ||
         (size >= sizeof large && memcmp(start, large, sizeof large) == 0);
}

bool message_read_header(struct message *message, pn_data_t *data, int64_t now) {
  char copied[HEADER_MOST];
  const char *start = message->bytes;
  size_t size = message->size;
  if (message->pieces) {
    size = copy_octets(message, copied, sizeof copied);
    start = copied;
  }
  if (!is_header(start, size)) return true;
  if (start[1] == 0x53 && size > 3 && start[3] == 0x45) { /* an empty list, as many send it */
    message->header_size = 4;
    return true;
  }
  pn_data_clear(data);
  const ssize_t used = pn_data_decode(data, start, size < HEADER_MOST ? size : HEADER_MOST);
  if (used < 0) return false;
  message->header_size = (uint32_t)used;
  read_fields(data, &message->header);
  if (message->header.ttl > 0) message->deadline = now + message->header.ttl;
  return true;
}

/* The header as the next receiver is to see it. @return  its octets, or a negative number without memory */
static ssize_t write_header(
    const struct entry *entry, pn_data_t *data, int64_t now, char *bytes, size_t size) {
  const struct header *const header = &entry->message->header;
  const int64_t left = entry->message->deadline - now;
  pn_data_clear(data);
  (void)pn_data_put_described(data);
  (void)pn_data_enter(data);
  (void)pn_data_put_ulong(data, HEADER_CODE);
  (void)pn_data_put_list(data);
  (void)pn_data_enter(data);
  (void)pn_data_put_bool(data, header->durable);
  (void)pn_data_put_ubyte(data, header->priority);
  if (header->ttl > 0) {
    (void)pn_data_put_uint(data, left > 0 ? (uint32_t)left : 1);
  } else {
    (void)pn_data_put_null(data);
  }
  (void)pn_data_put_bool(data, header->first_acquirer && !entry->acquired);
  (void)pn_data_put_uint(data, header->delivery_count + entry->attempts);
  return pn_data_encode(data, bytes, size);
}

/* Some of its octets, from `offset` to before `end`. */
static bool send_part(const struct message *message, pn_link_t *link, size_t offset, size_t end) {
  size_t left = end - offset;
  if (!message->pieces)
    return left == 0 || pn_link_send(link, message->bytes + offset, left) == (ssize_t)left;
  for (size_t i = 0; i < message->piece_count && left > 0; i++) {
    const struct piece *const piece = &message->pieces[i];
    const size_t skipped = offset < piece->size ? offset : piece->size;
    const size_t size = piece->size - skipped < left ? piece->size - skipped : left;
    offset -= skipped;
    if (size == 0) continue;
    if (pn_link_send_shared(link, piece->bytes, piece->offset + skipped, size) != (ssize_t)size) return false;
    left -= size;
  }
  return true;
}

static bool send_from(const struct entry *entry, pn_link_t *link, size_t offset) {
  const struct message *const message = entry->message;
  const struct annotations *const changed = entry->annotations;
  if (!changed) return send_part(message, link, offset, message->size);
  return send_part(message, link, offset, changed->at) &&
         pn_link_send(link, changed->bytes, changed->size) == (ssize_t)changed->size &&
         send_part(message, link, changed->at + changed->skipped, message->size);
}

void entry_annotate(struct entry *entry, pn_data_t *change) {
  const struct message *const message = entry->message;
  char *const bytes = message->pieces && !entry->annotations ? message_flatten(message) : NULL;
  const pn_bytes_t octets = pn_bytes(message->size, bytes ? bytes : message->bytes);
  if (message->pieces && !entry->annotations && !bytes) return;
  struct annotations *const made =
      annotations_combine(entry->annotations, octets, message->header_size, change);
  free(bytes);
  if (!made) return;
  free(entry->annotations);
  entry->annotations = made;
}

bool entry_send(const struct entry *entry, pn_link_t *link, pn_data_t *data, int64_t now) {
  const struct message *const message = entry->message;
  const bool changed =
      message->deadline || entry->attempts > 0 || (message->header.first_acquirer && entry->acquired);
  char header[HEADER_MOST];
  if (!changed) return send_from(entry, link, 0);
  const ssize_t size = write_header(entry, data, now, header, sizeof header);
  if (size < 0 || pn_link_send(link, header, (size_t)size) != size) return false;
  return send_from(entry, link, message->header_size);
}
