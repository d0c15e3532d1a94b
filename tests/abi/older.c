/* older.c: a program that was built with the headers of 0.37 and linked with its combined library. It runs a proactor and a client in
 * it; the server's connections are handled by a library that was built with the headers of 0.41 (newer.c), in the same process. */
#include "generations.h"

#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/disposition.h>
#include <proton/link.h>
#include <proton/listener.h>
#include <proton/message.h>
#include <proton/netaddr.h>
#include <proton/object.h>
#include <proton/proactor.h>
#include <proton/session.h>
#include <proton/transport.h>
#include <proton/version.h>
#include <stdio.h>
#include <string.h>

#if PN_VERSION_MINOR != 37
#  error "these are not the headers of 0.37"
#endif
#define MESSAGES 3

static pn_connection_t *client;
static pn_record_t *kept; /* the attachments of the server's connection, beyond its life */
static int answered, ended;

static void listening(pn_listener_t *listener) {
  char port[16], address[64];
  pn_netaddr_host_port(pn_listener_addr(listener), NULL, 0, port, sizeof port);
  snprintf(address, sizeof address, "127.0.0.1:%s", port);
  client = pn_connection();
  pn_proactor_connect2(pn_listener_proactor(listener), client, NULL, address);
}

static void send_messages(pn_link_t *link) {
  static int sent;
  for (; sent < MESSAGES && pn_link_credit(link) > 0; sent++) {
    pn_message_t *message = pn_message();
    char bytes[256], tag = (char)('1' + sent);
    size_t size = sizeof bytes;
    pn_data_put_int(pn_message_body(message), sent + 1);
    pn_message_encode(message, bytes, &size);
    pn_delivery(link, pn_dtag(&tag, 1));
    pn_link_send(link, bytes, size);
    pn_link_advance(link);
    pn_message_free(message);
  }
}

static void outcome(pn_delivery_t *dlv) {
  pn_disposition_t *remote = pn_delivery_remote(dlv);
  pn_string_t *text = pn_string(NULL);
  pn_inspect(pn_disposition_annotations(remote), text);
  printf("older: %s%s %s %s\n", pn_disposition_type_name(pn_disposition_type(remote)),
      pn_disposition_is_undeliverable(remote) ? " undeliverable" : "", pn_string_get(text),
      pn_condition_get_name(pn_disposition_condition(remote))
          ? pn_condition_get_name(pn_disposition_condition(remote))
          : "-");
  pn_free(text);
  pn_delivery_settle(dlv);
  if (++answered == MESSAGES) pn_connection_close(client);
}

static void client_handle(pn_event_t *event) {
  switch (pn_event_type(event)) {
  case PN_CONNECTION_INIT: {
    pn_session_t *ssn = pn_session(client);
    pn_link_t *link = pn_sender(ssn, "link");
    pn_record_def(pn_link_attachments(link), KEY_CARRIED, PN_VOID);
    pn_connection_open(client);
    pn_session_open(ssn);
    pn_link_open(link);
    break;
  }
  case PN_LINK_FLOW: send_messages(pn_event_link(event)); break;
  case PN_DELIVERY:
    if (pn_delivery_updated(pn_event_delivery(event))) outcome(pn_event_delivery(event));
    break;
  default: break;
  }
}

/* Both look at the same record and have to mean the same by PN_VOID: what is defined again stays as it is. */
static void look_at_attachments(pn_event_t *event) {
  if (pn_event_type(event) == PN_CONNECTION_REMOTE_CLOSE) {
    kept = pn_connection_attachments(pn_event_connection(event));
    pn_incref(kept);
    printf("older: %d of newer's values, a %s\n", newer_values(),
        pn_class_name(pn_class(pn_record_get(kept, KEY_COUNTED))));
  }
  if (pn_event_type(event) == PN_LINK_REMOTE_OPEN) {
    pn_record_t *record = pn_link_attachments(pn_event_link(event));
    pn_record_def(record, KEY_CARRIED, PN_VOID);
    printf("older: sees %s\n", (char *)pn_record_get(record, KEY_CARRIED));
  }
}

/* Returns whether all is over. */
static bool handle(pn_proactor_t *proactor, pn_event_t *event, pn_listener_t *listener) {
  pn_connection_t *conn = pn_event_connection(event);
  if (conn && conn == client) client_handle(event);
  if (conn && conn != client) {
    newer_handle(event);
    look_at_attachments(event);
  }
  switch (pn_event_type(event)) {
  case PN_LISTENER_OPEN: listening(listener); break;
  case PN_LISTENER_ACCEPT: pn_listener_accept2(listener, NULL, NULL); break;
  case PN_TRANSPORT_CLOSED:
    if (++ended == 2) pn_listener_close(listener);
    break;
  case PN_PROACTOR_TIMEOUT:
    puts("it took too long");
    pn_proactor_disconnect(proactor, NULL);
    return true;
  case PN_PROACTOR_INACTIVE: return ended == 2;
  default: break;
  }
  return false;
}

int main(void) {
  pn_proactor_t *proactor = pn_proactor();
  pn_listener_t *listener = pn_listener();
  bool over = false;
  pn_proactor_set_timeout(proactor, 30000);
  pn_proactor_listen(proactor, listener, "127.0.0.1:0", 4);
  while (!over) {
    pn_event_batch_t *batch = pn_proactor_wait(proactor);
    pn_event_t *event;
    while (!over && (event = pn_event_batch_next(batch))) {
      if (pn_event_type(event) == PN_TRANSPORT_CLOSED && ended == 1) pn_proactor_cancel_timeout(proactor);
      over = handle(proactor, event, listener);
    }
    pn_proactor_done(proactor, batch);
  }
  pn_proactor_free(proactor);
  printf("older: %d of newer's values in what was kept\n", newer_values());
  pn_decref(kept);
  printf("older: %d when it is let go\n", newer_values());

  FILE *maps = fopen("/proc/self/maps", "r");
  char line[512];
  while (fgets(line, sizeof line, maps)) {
    if (strstr(line, " r-xp ") && strstr(line, "libqpid-proton")) printf("%s", strchr(line, '/'));
  }
  fclose(maps);
  return 0;
}
