/* inspect.c: a message as a text for people: `Message{address="orders", durable=1, body="hello"}`. What has its default
 * is left out. Bytes are quoted, so that what a peer sent cannot forge a line of a log. */
#include "message/message.h"

#include "base/string.h"
#include "base/text.h"
#include "wire/dump.h"
#include <inttypes.h>
#include <stdlib.h>

struct listing {
  pn_string_t *string;
  const char *separator;
  int status;
};

static void begin(struct listing *list, const char *name) {
  if (list->status) return;
  list->status = pn_string_addf(list->string, "%s%s=", list->separator, name);
  list->separator = ", ";
}

static void add_number(struct listing *list, const char *name, int64_t value, int64_t absent) {
  if (value == absent) return;
  begin(list, name);
  if (!list->status) list->status = pn_string_addf(list->string, "%" PRId64, value);
}

static void add_atom(struct listing *list, const char *name, pn_atom_t atom) {
  if (atom.type == PN_NULL) return;
  begin(list, name);
  if (list->status) return;
  struct pni_text text = pni_text(NULL, 0);
  pni_dump_atom(&text, &atom, PNI_DUMP_DATA);
  char *const room = malloc(text.size + 1);
  if (!room) {
    list->status = PN_OUT_OF_MEMORY;
    return;
  }
  text = pni_text(room, text.size + 1);
  pni_dump_atom(&text, &atom, PNI_DUMP_DATA);
  list->status = pn_string_addf(list->string, "%s", room);
  free(room);
}

static void add_bytes(struct listing *list, const char *name, bool present, pn_bytes_t bytes) {
  if (present) add_atom(list, name, (pn_atom_t){.type = PN_STRING, .u.as_bytes = bytes});
}

static void add_tree(struct listing *list, const char *name, pn_data_t *data) {
  if (!data) list->status = PN_OUT_OF_MEMORY;
  if (list->status || pn_data_size(data) == 0) return;
  begin(list, name);
  if (!list->status) list->status = pn_inspect(data, list->string);
}

int pni_message_inspect(void *object, pn_string_t *string) {
  pn_message_t *const msg = object;
  const struct pni_properties *const p = &msg->properties;
  struct listing list = {.string = string, .separator = ""};
  list.status = pn_string_addf(string, "Message{");
  add_bytes(&list, "address", p->has.to, p->to);
  add_number(&list, "durable", msg->header.durable, false);
  add_number(&list, "priority", msg->header.priority, PN_DEFAULT_PRIORITY);
  add_number(&list, "ttl", msg->header.ttl, 0);
  add_number(&list, "first_acquirer", msg->header.first_acquirer, false);
  add_number(&list, "delivery_count", msg->header.delivery_count, 0);
  add_atom(&list, "id", pn_message_get_id(msg));
  add_bytes(&list, "user_id", p->has.user_id, p->user_id);
  add_bytes(&list, "subject", p->has.subject, p->subject);
  add_bytes(&list, "reply_to", p->has.reply_to, p->reply_to);
  add_atom(&list, "correlation_id", pn_message_get_correlation_id(msg));
  add_bytes(&list, "content_type", p->has.content_type, p->content_type);
  add_bytes(&list, "content_encoding", p->has.content_encoding, p->content_encoding);
  add_number(&list, "expiry_time", pn_message_get_expiry_time(msg), 0);
  add_number(&list, "creation_time", pn_message_get_creation_time(msg), 0);
  add_bytes(&list, "group_id", p->has.group_id, p->group_id);
  add_number(&list, "group_sequence", pn_message_get_group_sequence(msg), 0);
  add_bytes(&list, "reply_to_group_id", p->has.reply_to_group_id, p->reply_to_group_id);
  add_number(&list, "inferred", msg->inferred, false);
  add_tree(&list, "instructions", pn_message_instructions(msg));
  add_tree(&list, "annotations", pn_message_annotations(msg));
  add_tree(&list, "properties", pn_message_properties(msg));
  add_tree(&list, "body", pn_message_body(msg));
  return list.status ? list.status : pn_string_addf(string, "}");
}
