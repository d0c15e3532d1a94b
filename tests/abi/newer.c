/* newer.c: a library that was built with the headers of 0.41. It serves connections: receives messages and answers each with
 * another outcome, by the calls that 0.41 has added. */
#include "generations.h"

#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/disposition.h>
#include <proton/link.h>
#include <proton/message.h>
#include <proton/object.h>
#include <proton/session.h>
#include <proton/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if PN_VERSION_MINOR != 41
#  error "these are not the headers of 0.41"
#endif

static int values;
static void value_initialize(void *value) {
  (void)value;
  values++;
}
static void value_finalize(void *value) {
  (void)value;
  values--;
}
int newer_values(void) { return values; }

static void attach_value(pn_connection_t *conn) {
  static pn_class_t *class;
  pn_record_t *record = pn_connection_attachments(conn);
  void *value;
  if (!class) class = pn_class_create("newer_value", value_initialize, value_finalize, NULL, NULL, NULL);
  value = pn_class_new(class, 32);
  pn_record_def(record, KEY_COUNTED, class);
  pn_record_set(record, KEY_COUNTED, value);
  pn_decref(value);
}

static void answer(pn_delivery_t *dlv, int number) {
  pn_disposition_t *local = pn_delivery_local(dlv);
  uint64_t outcome = PN_ACCEPTED;
  if (number == 2) {
    pn_modified_disposition_t *modified = pn_modified_disposition(local);
    pn_modified_disposition_set_undeliverable(modified, true);
    pn_data_fill(pn_modified_disposition_annotations(modified), "{sI}", "tries", 7);
    outcome = PN_MODIFIED;
  } else if (number == 3) {
    pn_condition_t *condition = pn_rejected_disposition_condition(pn_rejected_disposition(local));
    pn_condition_set_name(condition, "example:no");
    outcome = PN_REJECTED;
  }
  pn_delivery_update(dlv, outcome);
  pn_delivery_settle(dlv);
}

static void receive(pn_delivery_t *dlv) {
  static int number;
  pn_link_t *link = pn_delivery_link(dlv);
  pn_message_t *message = pn_message();
  char bytes[512];
  ssize_t size = pn_link_recv(link, bytes, sizeof bytes);
  if (size > 0 && pn_message_decode(message, bytes, (size_t)size) == 0) {
    char *text = pn_tostring(pn_message_body(message));
    printf("newer: %s carried by %s\n", text, (char *)pn_record_get(pn_link_attachments(link), KEY_CARRIED));
    free(text);
    answer(dlv, ++number);
  }
  pn_message_free(message);
}

void newer_handle(pn_event_t *event) {
  static char carried[] = "its record";
  pn_link_t *link = pn_event_link(event);
  switch (pn_event_type(event)) {
  case PN_CONNECTION_REMOTE_OPEN:
    attach_value(pn_event_connection(event));
    pn_connection_open(pn_event_connection(event));
    break;
  case PN_SESSION_REMOTE_OPEN:
    pn_session_set_incoming_window_and_lwm(pn_event_session(event), 100, 50);
    pn_session_open(pn_event_session(event));
    break;
  case PN_LINK_REMOTE_OPEN:
    pn_record_def(pn_link_attachments(link), KEY_CARRIED, PN_VOID);
    pn_record_set(pn_link_attachments(link), KEY_CARRIED, carried);
    pn_link_open(link);
    pn_link_flow(link, 10);
    break;
  case PN_DELIVERY:
    if (pn_delivery_readable(pn_event_delivery(event)) && !pn_delivery_partial(pn_event_delivery(event))) {
      receive(pn_event_delivery(event));
    }
    break;
  case PN_CONNECTION_REMOTE_CLOSE: pn_connection_close(pn_event_connection(event)); break;
  default: break;
  }
}
