/* abrupt_scenarios.c: connections that end without a close, at each stage. */
#include "scenarios.h"

/* Both directions break. */
static void cut(struct pair *p) {
  pn_connection_driver_close(&p->client.driver);
  pn_connection_driver_close(&p->server.driver);
  run(p);
}

static void say_end(struct side *side) {
  say_connection(side, "end");
  say(side, "closed %d head %d tail %d finished %d", pn_transport_closed(side->transport),
      pn_transport_head_closed(side->transport), pn_transport_tail_closed(side->transport),
      pn_connection_driver_finished(&side->driver));
}

static void cut_before_anything(struct pair *p) {
  cut(p);
  say_end(&p->client);
  say_end(&p->server);
}

static void cut_after_open(struct pair *p) {
  connect_pair(p);
  cut(p);
  say_end(&p->client);
  say_end(&p->server);
}

static void cut_with_a_link(struct pair *p) {
  struct line line = connect_line(p, 5);
  send_text(line.sender, "one");
  run(p);
  send_text(line.sender, "two");
  cut(p);
  say_link(&p->client, "end", line.sender);
  say_link(&p->server, "end", line.receiver);
  take_all(&p->server, line.receiver);
}

static void cut_in_a_delivery(struct pair *p) {
  struct line line = connect_line(p, 5);
  begin_delivery(line.sender, "stream");
  send_part(line.sender, 10);
  run(p);
  cut(p);
  take(&p->server, line.receiver);
}

static void input_ends_at_client(struct pair *p) {
  connect_pair(p);
  pn_connection_driver_read_close(&p->client.driver);
  run(p);
  say_end(&p->client);
  say_end(&p->server);
}

static void input_ends_at_server_with_links(struct pair *p) {
  struct line line = connect_line(p, 2);
  pn_connection_driver_read_close(&p->server.driver);
  run(p);
  say_end(&p->server);
  say_link(&p->client, "end", line.sender);
}

static void input_ends_before_the_header(struct pair *p) {
  pn_connection_driver_read_close(&p->server.driver);
  run(p);
  say_end(&p->server);
}

static void client_input_ends_before_the_header(struct pair *p) {
  pn_connection_open(p->client.connection);
  pn_connection_driver_read_close(&p->client.driver);
  run(p);
  say_end(&p->client);
  say_end(&p->server);
}

static void input_ends_after_close_sent(struct pair *p) {
  connect_pair(p);
  p->server.answers &= ~(unsigned)ANSWER_CLOSE;
  pn_connection_close(p->client.connection);
  run(p);
  pn_connection_driver_read_close(&p->client.driver);
  run(p);
  say_end(&p->client);
}

static void input_ends_after_close_received(struct pair *p) {
  connect_pair(p);
  p->server.answers &= ~(unsigned)ANSWER_CLOSE;
  pn_connection_close(p->client.connection);
  run(p);
  pn_connection_driver_read_close(&p->server.driver);
  run(p);
  say_end(&p->server);
  pn_connection_close(p->server.connection);
  run(p);
  say_end(&p->server);
}

static void output_ends_at_client(struct pair *p) {
  connect_pair(p);
  pn_connection_driver_write_close(&p->client.driver);
  run(p);
  say_end(&p->client);
  say_end(&p->server);
}

static void output_ends_with_data_queued(struct pair *p) {
  struct line line = connect_line(p, 2);
  send_text(line.sender, "one");
  pn_connection_driver_write_close(&p->client.driver);
  run(p);
  say_end(&p->client);
  say_end(&p->server);
}

static void both_ends_output_first(struct pair *p) {
  connect_pair(p);
  pn_connection_driver_write_close(&p->client.driver);
  pn_connection_driver_read_close(&p->client.driver);
  run(p);
  say_end(&p->client);
  say_end(&p->server);
}

static void error_of_the_driver(struct pair *p) {
  connect_pair(p);
  pn_connection_driver_errorf(&p->client.driver, "proton:io", "test of %s", "trouble");
  pn_connection_driver_close(&p->client.driver);
  run(p);
  say_end(&p->client);
  say_end(&p->server);
}

static void error_of_the_driver_only(struct pair *p) {
  connect_pair(p);
  pn_connection_driver_errorf(&p->client.driver, "proton:io", "test of trouble");
  run(p);
  say_end(&p->client);
}

static void events_after_the_end(struct pair *p) {
  struct line line = connect_line(p, 2);
  pn_connection_close(p->client.connection);
  run(p);
  say_end(&p->client);
  pn_link_close(line.sender);
  pn_session_close(line.session);
  run(p);
  say(&p->client, "has event %d", pn_connection_driver_has_event(&p->client.driver));
}

static void header_cut_short(struct pair *p) {
  pn_rwbytes_t room = pn_connection_driver_read_buffer(&p->server.driver);
  room.start[0] = 'A';
  room.start[1] = 'M';
  pn_connection_driver_read_done(&p->server.driver, 2);
  run_events(&p->server);
  pn_connection_driver_read_close(&p->server.driver);
  run(p);
  say_end(&p->server);
}

const struct scenario abrupt_scenarios[] = {SCENARIO(cut_before_anything), SCENARIO(cut_after_open),
    SCENARIO(cut_with_a_link), SCENARIO(cut_in_a_delivery), SCENARIO(input_ends_at_client),
    SCENARIO(input_ends_at_server_with_links), SCENARIO(input_ends_before_the_header),
    SCENARIO(client_input_ends_before_the_header), SCENARIO(input_ends_after_close_sent),
    SCENARIO(input_ends_after_close_received), SCENARIO(output_ends_at_client),
    SCENARIO(output_ends_with_data_queued), SCENARIO(both_ends_output_first), SCENARIO(error_of_the_driver),
    SCENARIO(error_of_the_driver_only), SCENARIO(events_after_the_end), SCENARIO(header_cut_short), {0}};
