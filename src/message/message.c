/* message.c: a message as an object: its beginning, its emptying, its end, its error.
 *
 * Everything that a message allocates is kept until it is freed, so that one object serves for one message after the
 * other without allocating. Used by one thread at a time. */
#include "message/message.h"

#include "base/object.h"
#include "base/text.h"
#include <stdlib.h>

static void finalize(void *object) {
  pn_message_t *const msg = object;
  pni_message_trees_release(msg);
  pni_store_free(&msg->store);
  free(msg->bytes);
  pn_error_clear(&msg->error);
}

static const pn_class_t message_class =
    PNI_CLASS("pn_message", CID_pn_message, .finalize = finalize, .inspect = pni_message_inspect);

/* Bytes that a caller asked for follow the struct, aligned for any type. */
enum {
  ALIGNMENT = _Alignof(max_align_t),
  SIZE = (sizeof(pn_message_t) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT
};

/* Not in any public header, but part of what the C++ binding is linked with. */
PN_EXTERN pn_message_t *pni_message_with_extra(size_t extra);
PN_EXTERN void *pni_message_get_extra(pn_message_t *msg);

pn_message_t *pni_message_with_extra(size_t extra) {
  if (extra > SIZE_MAX / 2) return NULL;
  pn_message_t *const msg = pn_object_new(&message_class, SIZE + extra);
  if (msg) msg->header.priority = PN_DEFAULT_PRIORITY;
  return msg;
}

void *pni_message_get_extra(pn_message_t *msg) { return (char *)msg + SIZE; }

pn_message_t *pn_message(void) { return pni_message_with_extra(0); }

void pn_message_free(pn_message_t *msg) {
  if (msg) pni_object_decref(msg);
}

void pn_message_clear(pn_message_t *msg) {
  pni_message_forget(msg);
  pni_message_trees_empty(msg);
  if (msg->error.code) pn_error_clear(&msg->error);
}

int pn_message_errno(pn_message_t *msg) { return msg->error.code; }

pn_error_t *pn_message_error(pn_message_t *msg) { return &msg->error; }

pni_status pni_message_fail(pn_message_t *msg, pni_status status, const char *format, ...) {
  va_list args;
  va_start(args, format);
  pn_error_vformat(&msg->error, status, format, args);
  va_end(args);
  return status;
}

pni_status pni_message_fault(pn_message_t *msg, pni_status status, const struct pni_fault *fault) {
  char buffer[256];
  struct pni_text text = pni_text(buffer, sizeof buffer);
  pni_fault_text(fault, &text);
  pn_error_set(&msg->error, status, buffer);
  return status;
}

const char *pni_message_field_name(enum pni_field field) {
  static const char *const names[PNI_FIELD_COUNT] = {
      [PNI_FIELD_message_id] = "message-id",
      [PNI_FIELD_user_id] = "user-id",
      [PNI_FIELD_to] = "to",
      [PNI_FIELD_subject] = "subject",
      [PNI_FIELD_reply_to] = "reply-to",
      [PNI_FIELD_correlation_id] = "correlation-id",
      [PNI_FIELD_content_type] = "content-type",
      [PNI_FIELD_content_encoding] = "content-encoding",
      [PNI_FIELD_group_id] = "group-id",
      [PNI_FIELD_reply_to_group_id] = "reply-to-group-id",
  };
  return names[field];
}

bool pn_message_is_inferred(pn_message_t *msg) { return msg->inferred; }

int pn_message_set_inferred(pn_message_t *msg, bool inferred) {
  msg->inferred = inferred;
  return 0;
}
