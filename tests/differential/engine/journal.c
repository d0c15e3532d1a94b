/* journal.c: see journal.h. */
#include "journal.h"

#include <proton/disposition.h>
#include <proton/terminus.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *current = "";

void journal_begin(const char *scenario) { current = scenario; }

void journal_line(const char *stream, const char *format, ...) {
  va_list ap;
  va_start(ap, format);
  char *chars = NULL;
  if (vasprintf(&chars, format, ap) < 0) abort();
  va_end(ap);
  for (char *c = chars; *c; c++)
    if (*c == '\n') *c = ' ';
  printf("%s | %s | %s\n", current, stream, chars);
  fflush(stdout);
  free(chars);
}

static const char *half(pn_state_t state, pn_state_t uninit, pn_state_t active, pn_state_t closed) {
  if (state & uninit) return "uninit";
  if (state & active) return "active";
  return state & closed ? "closed" : "none";
}

static void state_text(struct text *text, pn_state_t state) {
  text_add(text, " %s/%s", half(state, PN_LOCAL_UNINIT, PN_LOCAL_ACTIVE, PN_LOCAL_CLOSED),
      half(state, PN_REMOTE_UNINIT, PN_REMOTE_ACTIVE, PN_REMOTE_CLOSED));
}

void condition_text(struct text *text, const char *what, pn_condition_t *condition) {
  if (!condition || !pn_condition_is_set(condition)) return;
  const char *description = pn_condition_get_description(condition);
  text_add(text, " %s %s", what, pn_condition_get_name(condition));
  if (description && !strncmp(description, "test", 4)) text_add(text, " \"%s\"", description);
  pn_data_t *info = pn_condition_info(condition);
  if (pn_data_size(info)) {
    text_add(text, " info ");
    tree_text(text, info);
  }
}

void connection_text(struct text *text, pn_connection_t *connection) {
  text_add(text, "connection");
  state_text(text, pn_connection_state(connection));
  condition_text(text, "condition", pn_connection_condition(connection));
  condition_text(text, "remote condition", pn_connection_remote_condition(connection));
}

void session_number(pn_session_t *session) {
  if (pn_session_get_context(session)) return;
  pn_connection_t *connection = pn_session_connection(session);
  intptr_t number = (intptr_t)pn_connection_get_context(connection) + 1;
  pn_connection_set_context(connection, (void *)number);
  pn_session_set_context(session, (void *)number);
}

void session_text(struct text *text, pn_session_t *session) {
  session_number(session);
  text_add(text, "session %" PRIdPTR, (intptr_t)pn_session_get_context(session));
  state_text(text, pn_session_state(session));
  condition_text(text, "condition", pn_session_condition(session));
  condition_text(text, "remote condition", pn_session_remote_condition(session));
}

void link_text(struct text *text, pn_link_t *link) {
  text_add(text, "%s %s", pn_link_is_sender(link) ? "sender" : "receiver", pn_link_name(link));
  state_text(text, pn_link_state(link));
  text_add(text, " credit %d queued %d unsettled %d", pn_link_credit(link), pn_link_queued(link),
      pn_link_unsettled(link));
  text_add(text, " remote-credit %d available %d%s", pn_link_remote_credit(link), pn_link_available(link),
      pn_link_get_drain(link) ? " drain" : "");
  condition_text(text, "condition", pn_link_condition(link));
  condition_text(text, "remote condition", pn_link_remote_condition(link));
}

static void disposition_state(struct text *text, const char *whose, uint64_t state) {
  if (state) text_add(text, " %s 0x%" PRIx64, whose, state);
}

void delivery_text(struct text *text, pn_delivery_t *delivery) {
  pn_delivery_tag_t tag = pn_delivery_tag(delivery);
  pn_link_t *link = pn_delivery_link(delivery);
  text_add(text, "delivery ");
  octets_text(text, tag.start, tag.size);
  text_add(text, " of %s", link ? pn_link_name(link) : "none");
  disposition_state(text, "local", pn_delivery_local_state(delivery));
  disposition_state(text, "remote", pn_delivery_remote_state(delivery));
  static const struct {
    bool (*is)(pn_delivery_t *);
    const char *name;
  } flags[] = {{pn_delivery_updated, "updated"}, {pn_delivery_settled, "settled"},
      {pn_delivery_readable, "readable"}, {pn_delivery_writable, "writable"},
      {pn_delivery_partial, "partial"}, {pn_delivery_aborted, "aborted"}, {pn_delivery_current, "current"},
      {pn_delivery_buffered, "buffered"}};
  for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
    if (flags[i].is(delivery)) text_add(text, " %s", flags[i].name);
  text_add(text, " pending %zu", pn_delivery_pending(delivery));
}

void disposition_text(struct text *text, pn_disposition_t *disposition) {
  text_add(text, "type 0x%" PRIx64, pn_disposition_type(disposition));
  text_add(text, " section %" PRIu32 " offset %" PRIu64, pn_disposition_get_section_number(disposition),
      pn_disposition_get_section_offset(disposition));
  if (pn_disposition_is_failed(disposition)) text_add(text, " failed");
  if (pn_disposition_is_undeliverable(disposition)) text_add(text, " undeliverable");
  condition_text(text, "condition", pn_disposition_condition(disposition));
  text_add(text, " annotations ");
  tree_text(text, pn_disposition_annotations(disposition));
  text_add(text, " data ");
  tree_text(text, pn_disposition_data(disposition));
}

void terminus_text(struct text *text, pn_terminus_t *terminus) {
  const char *address = pn_terminus_get_address(terminus);
  text_add(text, "type %d address %s durable %d", (int)pn_terminus_get_type(terminus),
      address ? address : "none", (int)pn_terminus_get_durability(terminus));
  if (pn_terminus_has_expiry_policy(terminus))
    text_add(text, " expiry %d", (int)pn_terminus_get_expiry_policy(terminus));
  text_add(text, " timeout %" PRIu32 " dynamic %d mode %d", pn_terminus_get_timeout(terminus),
      pn_terminus_is_dynamic(terminus), (int)pn_terminus_get_distribution_mode(terminus));
  static const struct {
    const char *name;
    pn_data_t *(*data)(pn_terminus_t *);
  } trees[] = {{"properties", pn_terminus_properties}, {"capabilities", pn_terminus_capabilities},
      {"outcomes", pn_terminus_outcomes}, {"filter", pn_terminus_filter}};
  for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
    pn_data_t *data = trees[i].data(terminus);
    if (!data || !pn_data_size(data)) continue;
    text_add(text, " %s ", trees[i].name);
    tree_text(text, data);
  }
}

void journal_event(const char *stream, pn_event_t *event) {
  struct text text = {0};
  text_add(&text, "%s ", pn_event_type_name(pn_event_type(event)));
  if (pn_event_delivery(event))
    delivery_text(&text, pn_event_delivery(event));
  else if (pn_event_link(event))
    link_text(&text, pn_event_link(event));
  else if (pn_event_session(event))
    session_text(&text, pn_event_session(event));
  else if (pn_event_type(event) >= PN_TRANSPORT && pn_event_type(event) <= PN_TRANSPORT_CLOSED)
    condition_text(&text, "condition", pn_transport_condition(pn_event_transport(event)));
  else if (pn_event_connection(event))
    connection_text(&text, pn_event_connection(event));
  journal_line(stream, "%s", text.chars);
  text_free(&text);
}
