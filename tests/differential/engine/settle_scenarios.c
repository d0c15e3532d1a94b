/* settle_scenarios.c: outcomes, settlement by either side, ranges. */
#include "scenarios.h"

#include <proton/codec.h>
#include <stdio.h>
#include <string.h>

enum { COUNT = 6 };

static void numbered(char tag[8], int number) { snprintf(tag, 8, "m%d", number); }

/* COUNT deliveries, taken by the server. */
static struct line sent_and_taken(struct pair *p, pn_delivery_t *sent[COUNT], pn_delivery_t *taken[COUNT]) {
  struct line line = connect_line(p, 20);
  for (int i = 0; i < COUNT; i++) {
    char tag[8];
    numbered(tag, i);
    sent[i] = send_text(line.sender, tag);
  }
  run(p);
  for (int i = 0; i < COUNT; i++) {
    taken[i] = pn_link_current(line.receiver);
    pn_link_advance(line.receiver);
  }
  return line;
}

static void each_outcome(struct pair *p) {
  pn_delivery_t *sent[COUNT], *taken[COUNT];
  sent_and_taken(p, sent, taken);
  pn_condition_format(
      pn_disposition_condition(pn_delivery_local(taken[1])), "amqp:not-allowed", "test of rejection");
  pn_disposition_set_failed(pn_delivery_local(taken[3]), true);
  pn_disposition_set_undeliverable(pn_delivery_local(taken[3]), true);
  pn_data_t *annotations = pn_disposition_annotations(pn_delivery_local(taken[3]));
  pn_data_put_map(annotations);
  pn_data_enter(annotations);
  pn_data_put_symbol(annotations, pn_bytes(7, "x-opt-a"));
  pn_data_put_int(annotations, 1);
  pn_data_exit(annotations);
  pn_disposition_set_section_number(pn_delivery_local(taken[4]), 3);
  pn_disposition_set_section_offset(pn_delivery_local(taken[4]), 1ULL << 33);
  static const uint64_t states[COUNT] = {PN_ACCEPTED, PN_REJECTED, PN_RELEASED, PN_MODIFIED, PN_RECEIVED, 0};
  for (int i = 0; i < COUNT; i++) {
    if (states[i]) pn_delivery_update(taken[i], states[i]);
    if (states[i] != PN_RECEIVED) pn_delivery_settle(taken[i]);
    run(p);
    say_delivery(&p->client, "sent", sent[i]);
    say_disposition(&p->client, "outcome", pn_delivery_remote(sent[i]));
  }
}

static void outcomes_by_the_sender(struct pair *p) {
  pn_delivery_t *sent[COUNT], *taken[COUNT];
  struct line line = sent_and_taken(p, sent, taken);
  static const uint64_t states[COUNT] = {PN_ACCEPTED, PN_REJECTED, PN_RELEASED, PN_MODIFIED, PN_RECEIVED, 0};
  for (int i = 0; i < COUNT; i++) {
    if (states[i]) pn_delivery_update(sent[i], states[i]);
    pn_delivery_settle(sent[i]);
    run(p);
    say_delivery(&p->server, "taken", taken[i]);
    say_disposition(&p->server, "outcome", pn_delivery_remote(taken[i]));
  }
  say_link(&p->client, "after", line.sender);
  say_link(&p->server, "after", line.receiver);
}

static void custom_states(struct pair *p) {
  pn_delivery_t *sent[COUNT], *taken[COUNT];
  sent_and_taken(p, sent, taken);
  pn_data_t *data = pn_disposition_data(pn_delivery_local(taken[0]));
  pn_data_put_list(data);
  pn_data_enter(data);
  pn_data_put_binary(data, pn_bytes(2, "tx"));
  pn_data_exit(data);
  pn_delivery_update(taken[0], 0x33);
  run(p);
  say_delivery(&p->client, "declared", sent[0]);
  say_disposition(&p->client, "declared", pn_delivery_remote(sent[0]));
  data = pn_disposition_data(pn_delivery_local(taken[1]));
  pn_data_put_list(data);
  pn_data_enter(data);
  pn_data_put_binary(data, pn_bytes(2, "tx"));
  pn_data_put_described(data);
  pn_data_enter(data);
  pn_data_put_ulong(data, PN_ACCEPTED);
  pn_data_put_list(data);
  pn_data_exit(data);
  pn_data_exit(data);
  pn_delivery_update(taken[1], 0x34);
  run(p);
  say_delivery(&p->client, "transactional", sent[1]);
  say_disposition(&p->client, "transactional", pn_delivery_remote(sent[1]));
}

static void receiver_updates_then_settles(struct pair *p) {
  pn_delivery_t *sent[COUNT], *taken[COUNT];
  struct line line = sent_and_taken(p, sent, taken);
  pn_delivery_update(taken[0], PN_ACCEPTED);
  run(p);
  say_delivery(&p->client, "updated", sent[0]);
  pn_delivery_clear(sent[0]);
  say_delivery(&p->client, "cleared", sent[0]);
  pn_delivery_settle(taken[0]);
  run(p);
  say_delivery(&p->client, "settled", sent[0]);
  say_link(&p->client, "before", line.sender);
  pn_delivery_settle(sent[0]);
  run(p);
  say_link(&p->client, "after", line.sender);
}

static void sender_settles_after_the_outcome(struct pair *p) {
  pn_delivery_t *sent[COUNT], *taken[COUNT];
  struct line line = sent_and_taken(p, sent, taken);
  pn_delivery_update(taken[0], PN_ACCEPTED);
  run(p);
  pn_delivery_update(sent[0], PN_ACCEPTED);
  pn_delivery_settle(sent[0]);
  run(p);
  say_delivery(&p->server, "settled by the sender", taken[0]);
  pn_delivery_settle(taken[0]);
  run(p);
  say_link(&p->server, "after", line.receiver);
}

static void both_settle_at_once(struct pair *p) {
  pn_delivery_t *sent[COUNT], *taken[COUNT];
  struct line line = sent_and_taken(p, sent, taken);
  pn_delivery_settle(sent[0]);
  pn_delivery_update(taken[0], PN_ACCEPTED);
  pn_delivery_settle(taken[0]);
  run(p);
  say_link(&p->client, "after", line.sender);
  say_link(&p->server, "after", line.receiver);
}

static void run_of_equal_outcomes(struct pair *p) {
  pn_delivery_t *sent[COUNT], *taken[COUNT];
  struct line line = sent_and_taken(p, sent, taken);
  for (int i = 0; i < COUNT; i++) {
    pn_delivery_update(taken[i], PN_ACCEPTED);
    pn_delivery_settle(taken[i]);
  }
  run(p);
  say_link(&p->client, "accepted", line.sender);
  for (int i = 0; i < COUNT; i++) pn_delivery_settle(sent[i]);
  run(p);
  say_link(&p->client, "after", line.sender);
}

static void outcomes_out_of_order(struct pair *p) {
  pn_delivery_t *sent[COUNT], *taken[COUNT];
  struct line line = sent_and_taken(p, sent, taken);
  static const int order[COUNT] = {3, 1, 2, 5, 0, 4};
  for (int i = 0; i < COUNT; i++) {
    pn_delivery_update(taken[order[i]], PN_ACCEPTED);
    pn_delivery_settle(taken[order[i]]);
  }
  run(p);
  say_link(&p->client, "after", line.sender);
}

static void outcomes_of_two_kinds(struct pair *p) {
  pn_delivery_t *sent[COUNT], *taken[COUNT];
  sent_and_taken(p, sent, taken);
  for (int i = 0; i < COUNT; i++) {
    pn_delivery_update(taken[i], i % 3 == 2 ? PN_RELEASED : PN_ACCEPTED);
    if (i != 1) pn_delivery_settle(taken[i]);
  }
  run(p);
}

static void outcome_changes(struct pair *p) {
  pn_delivery_t *sent[COUNT], *taken[COUNT];
  sent_and_taken(p, sent, taken);
  pn_delivery_update(taken[0], PN_RECEIVED);
  run(p);
  pn_delivery_update(taken[0], PN_RELEASED);
  pn_delivery_update(taken[0], PN_ACCEPTED);
  run(p);
  say_delivery(&p->client, "changed", sent[0]);
  pn_delivery_update(taken[0], PN_REJECTED);
  run(p);
  say_delivery(&p->client, "changed again", sent[0]);
}

static void outcome_before_the_last_frame(struct pair *p) {
  struct line line = connect_line(p, 5);
  pn_delivery_t *delivery = begin_delivery(line.sender, "stream");
  send_part(line.sender, 10);
  run(p);
  pn_delivery_update(pn_link_current(line.receiver), PN_REJECTED);
  run(p);
  say_delivery(&p->client, "rejected", delivery);
  send_part(line.sender, 10);
  pn_link_advance(line.sender);
  run(p);
  take_all(&p->server, line.receiver);
}

static void outcome_after_link_close(struct pair *p) {
  pn_delivery_t *sent[COUNT], *taken[COUNT];
  struct line line = sent_and_taken(p, sent, taken);
  pn_link_close(line.sender);
  run(p);
  pn_delivery_update(taken[0], PN_ACCEPTED);
  pn_delivery_settle(taken[0]);
  run(p);
  say_delivery(&p->client, "after close", sent[0]);
  say_link(&p->client, "after close", line.sender);
}

static void outcome_after_detach(struct pair *p) {
  pn_delivery_t *sent[COUNT], *taken[COUNT];
  struct line line = sent_and_taken(p, sent, taken);
  pn_link_detach(line.receiver);
  run(p);
  pn_delivery_update(taken[0], PN_ACCEPTED);
  pn_delivery_settle(taken[0]);
  run(p);
  say_delivery(&p->client, "after detach", sent[0]);
  say_link(&p->client, "after detach", line.sender);
}

static void updated_after_it_was_settled(struct pair *p) {
  pn_delivery_t *sent[COUNT], *taken[COUNT];
  sent_and_taken(p, sent, taken);
  pn_delivery_settle(sent[0]);
  run(p);
  pn_delivery_update(taken[0], PN_ACCEPTED);
  run(p);
  say_delivery(&p->server, "updated", taken[0]);
  pn_delivery_settle(taken[0]);
  run(p);
}

static void settle_second(struct pair *p) {
  connect_pair(p);
  pn_session_t *session = open_session(&p->client);
  pn_link_t *sender = pn_sender(session, "once");
  pn_link_set_snd_settle_mode(sender, PN_SND_UNSETTLED);
  pn_link_set_rcv_settle_mode(sender, PN_RCV_SECOND);
  pn_link_open(sender);
  run(p);
  pn_link_t *receiver = link_of(&p->server, "once");
  pn_link_flow(receiver, 1);
  run(p);
  pn_delivery_t *sent = send_text(sender, "exactly");
  run(p);
  pn_delivery_t *taken = take(&p->server, receiver);
  pn_link_advance(receiver);
  pn_delivery_update(taken, PN_ACCEPTED);
  run(p);
  pn_delivery_settle(sent);
  run(p);
  say_delivery(&p->server, "settled", taken);
  pn_delivery_settle(taken);
  run(p);
}

static void work_queue(struct pair *p) {
  struct line line = connect_line(p, 20);
  say_delivery(&p->client, "nothing made", pn_work_head(p->client.connection));
  pn_delivery_t *one = begin_delivery(line.sender, "one");
  begin_delivery(line.sender, "two");
  for (pn_delivery_t *d = pn_work_head(p->client.connection); d; d = pn_work_next(d))
    say_delivery(&p->client, "work", d);
  pn_link_send(line.sender, "1", 1);
  pn_link_advance(line.sender);
  pn_link_send(line.sender, "2", 1);
  pn_link_advance(line.sender);
  run(p);
  for (pn_delivery_t *d = pn_work_head(p->client.connection); d; d = pn_work_next(d))
    say_delivery(&p->client, "work after advance", d);
  for (pn_delivery_t *d = pn_work_head(p->server.connection); d; d = pn_work_next(d))
    say_delivery(&p->server, "work", d);
  pn_delivery_t *taken = pn_link_current(line.receiver);
  pn_link_advance(line.receiver);
  pn_delivery_update(taken, PN_ACCEPTED);
  run(p);
  for (pn_delivery_t *d = pn_work_head(p->client.connection); d; d = pn_work_next(d))
    say_delivery(&p->client, "work after outcome", d);
  for (pn_delivery_t *d = pn_work_head(p->server.connection); d; d = pn_work_next(d))
    say_delivery(&p->server, "work after advance", d);
  pn_delivery_clear(one);
  say_delivery(&p->client, "cleared", pn_work_head(p->client.connection));
}

static void unsettled_list(struct pair *p) {
  pn_delivery_t *sent[COUNT], *taken[COUNT];
  struct line line = sent_and_taken(p, sent, taken);
  pn_delivery_settle(sent[2]);
  pn_delivery_settle(sent[0]);
  pn_delivery_settle(taken[5]);
  run(p);
  for (pn_delivery_t *d = pn_unsettled_head(line.sender); d; d = pn_unsettled_next(d))
    say_delivery(&p->client, "unsettled", d);
  for (pn_delivery_t *d = pn_unsettled_head(line.receiver); d; d = pn_unsettled_next(d))
    say_delivery(&p->server, "unsettled", d);
}

const struct scenario settle_scenarios[] = {SCENARIO(each_outcome), SCENARIO(outcomes_by_the_sender),
    SCENARIO(custom_states), SCENARIO(receiver_updates_then_settles),
    SCENARIO(sender_settles_after_the_outcome), SCENARIO(both_settle_at_once),
    SCENARIO(run_of_equal_outcomes), SCENARIO(outcomes_out_of_order), SCENARIO(outcomes_of_two_kinds),
    SCENARIO(outcome_changes), SCENARIO(outcome_before_the_last_frame), SCENARIO(outcome_after_link_close),
    SCENARIO(outcome_after_detach), SCENARIO(updated_after_it_was_settled), SCENARIO(settle_second),
    SCENARIO(work_queue), SCENARIO(unsettled_list), {0}};
