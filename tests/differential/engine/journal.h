/* journal.h: what a scenario saw, as lines `scenario | stream | text`, for compare.py. The streams: what each side's events
 * and calls said ("client", "server"), and the frames each of them wrote ("client writes", "server writes"). Within a
 * stream the order counts. */
#ifndef DIFFERENTIAL_ENGINE_JOURNAL_H
#define DIFFERENTIAL_ENGINE_JOURNAL_H

#include "frame_text.h"

#include <proton/condition.h>
#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/event.h>
#include <proton/link.h>
#include <proton/session.h>
#include <proton/transport.h>

void journal_begin(const char *scenario);

__attribute__((format(printf, 2, 3))) void journal_line(const char *stream, const char *format, ...);

/** One line of an event: its name, what it is about, and the state of that. */
void journal_event(const char *stream, pn_event_t *event);

void connection_text(struct text *text, pn_connection_t *connection);
void session_text(struct text *text, pn_session_t *session);
void link_text(struct text *text, pn_link_t *link);
void delivery_text(struct text *text, pn_delivery_t *delivery);

/** A condition's name, its information, and its description if a scenario made it (they begin with "test"); what the
 *  library says in a description is its own matter. Nothing if it is not set. */
void condition_text(struct text *text, const char *what, pn_condition_t *condition);

void terminus_text(struct text *text, pn_terminus_t *terminus);
void disposition_text(struct text *text, pn_disposition_t *disposition);

/** Give a session its number, in the order in which a connection's were first seen. Takes the contexts of both. */
void session_number(pn_session_t *session);

#endif
