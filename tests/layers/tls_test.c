/* A client and a server speak TLS: what they find out about each other, and that all they say arrives. [5.2] */
#include "layers/ssl.h"

#include "layers/tls_pair.h"
#include <proton/delivery.h>
#include <proton/link.h>
#include <proton/session.h>

static void client_knows_its_server(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  char text[100];
  size_t size = sizeof text;
  tls_pair_run(&tls);
  assert_secure(&tls);
  assert_false(pn_transport_is_authenticated(tls.pair.server));
  assert_int_equal(pn_transport_tick(tls.pair.server, 1), 0); /* the handshake is over */
  assert_true(pn_ssl_get_protocol_name(client_ssl(&tls), text, sizeof text));
  assert_string_equal(text, "TLSv1.3");
  assert_true(pn_ssl_get_cipher_name(server_ssl(&tls), text, sizeof text));
  assert_string_equal(text, "TLS_AES_256_GCM_SHA384");
  assert_true(pn_ssl_get_cipher_name(server_ssl(&tls), text, 8));
  assert_string_equal(text, "TLS_AES");
  assert_int_equal(pn_ssl_get_ssf(client_ssl(&tls)), 256);
  assert_int_equal(pn_ssl_resume_status(client_ssl(&tls)), PN_SSL_RESUME_NEW);
  assert_int_equal(pn_ssl_get_peer_hostname(client_ssl(&tls), text, &size), 0);
  assert_string_equal(text, "server.test");
  assert_int_equal(size, strlen("server.test"));
  assert_string_equal(
      pn_ssl_get_remote_subject(client_ssl(&tls)), "CN=server,OU=Tests,O=Baryon,L=Vienna,ST=Wien,C=AT");
  assert_null(pn_ssl_get_remote_subject(server_ssl(&tls)));
  tls_pair_free(&tls);
}

static void certificate_is_told_in_parts(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  static const char *const fields[] = {"AT", "Wien", "Vienna", "Baryon", "Tests", "server"};
  static const size_t digits[] = {40, 64, 128, 32};
  tls_pair_run(&tls);
  for (int i = 0; i < 6; i++) {
    assert_string_equal(
        pn_ssl_get_remote_subject_subfield(client_ssl(&tls), (pn_ssl_cert_subject_subfield)i), fields[i]);
    assert_null(pn_ssl_get_remote_subject_subfield(server_ssl(&tls), (pn_ssl_cert_subject_subfield)i));
  }
  assert_null(pn_ssl_get_remote_subject_subfield(client_ssl(&tls), (pn_ssl_cert_subject_subfield)6));
  for (int i = 0; i < 4; i++) {
    char text[200];
    assert_int_equal(
        pn_ssl_get_cert_fingerprint(client_ssl(&tls), text, digits[i] + 1, (pn_ssl_hash_alg)i), 0);
    assert_int_equal(strlen(text), digits[i]);
    assert_int_equal(strspn(text, "0123456789abcdef"), digits[i]);
    assert_int_equal(
        pn_ssl_get_cert_fingerprint(client_ssl(&tls), text, digits[i], (pn_ssl_hash_alg)i), PN_ERR);
    assert_string_equal(text, "");
    assert_int_equal(
        pn_ssl_get_cert_fingerprint(server_ssl(&tls), text, sizeof text, (pn_ssl_hash_alg)i), PN_ERR);
  }
  tls_pair_free(&tls);
}

static void nothing_is_known_before_the_handshake(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  char text[8] = "x";
  size_t size = sizeof text;
  assert_null(pn_ssl(NULL));
  assert_true(pn_ssl_present());
  assert_ptr_equal(client_ssl(&tls), tls.pair.client);
  assert_int_equal(pn_ssl_init(client_ssl(&tls), tls.client, NULL), 0);
  assert_false(pn_ssl_get_cipher_name(client_ssl(&tls), text, sizeof text));
  assert_string_equal(text, "");
  assert_false(pn_ssl_get_protocol_name(client_ssl(&tls), text, sizeof text));
  assert_int_equal(pn_ssl_get_ssf(client_ssl(&tls)), 0);
  assert_int_equal(pn_ssl_resume_status(client_ssl(&tls)), PN_SSL_RESUME_UNKNOWN);
  assert_null(pn_ssl_get_remote_subject(client_ssl(&tls)));
  assert_null(pn_ssl_get_remote_subject_subfield(client_ssl(&tls), PN_SSL_CERT_SUBJECT_COMMON_NAME));
  assert_false(pn_transport_is_encrypted(tls.pair.client));
  assert_int_equal(pn_ssl_get_peer_hostname(client_ssl(&tls), text, &size), 0);
  assert_int_equal(size, 0);
  assert_int_equal(pn_ssl_set_peer_hostname(client_ssl(&tls), "some.where"), 0);
  size = sizeof text;
  assert_int_equal(pn_ssl_get_peer_hostname(client_ssl(&tls), text, &size), -1);
  assert_int_equal(size, strlen("some.where"));
  assert_int_equal(pn_ssl_get_peer_hostname(client_ssl(&tls), NULL, &size), 0);
  tls_pair_free(&tls);
}

static void verified_client_is_its_subject(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  tls_pair_verify_client(&tls);
  pn_transport_require_auth(tls.pair.server, true);
  tls_pair_run(&tls);
  assert_secure(&tls);
  assert_true(pn_transport_is_authenticated(tls.pair.server));
  assert_string_equal(
      pn_transport_get_user(tls.pair.server), "CN=client,OU=Tests,O=Baryon,L=Vienna,ST=Wien,C=AT");
  tls_pair_free(&tls);
}

static void certificate_serves_sasl_external(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  tls_pair_verify_client(&tls);
  assert_non_null(pn_sasl(tls.pair.client));
  pn_transport_require_auth(tls.pair.server, true);
  tls_pair_run(&tls);
  assert_secure(&tls);
  assert_string_equal(pn_sasl_get_mech(pn_sasl(tls.pair.server)), "EXTERNAL");
  assert_string_equal(
      pn_transport_get_user(tls.pair.server), "CN=client,OU=Tests,O=Baryon,L=Vienna,ST=Wien,C=AT");
  tls_pair_free(&tls);
}

/* The encryption makes up for what PLAIN shows. */
static void answer_ok(void *context, pn_sasl_question_t *question) {
  (void)context;
  assert_string_equal(pn_sasl_question_password(question), "secret");
  assert_true(pn_sasl_answer(question, PN_SASL_OK));
}

static void password_is_shown_within_tls(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  pn_connection_set_user(tls.pair.client_conn, "bob");
  pn_connection_set_password(tls.pair.client_conn, "secret");
  pn_sasl_set_password_verifier(pn_sasl(tls.pair.server), answer_ok, NULL);
  pn_transport_require_auth(tls.pair.server, true);
  tls_pair_run(&tls);
  assert_secure(&tls);
  assert_string_equal(pn_sasl_get_mech(pn_sasl(tls.pair.server)), "PLAIN");
  assert_string_equal(pn_transport_get_user(tls.pair.server), "bob");
  tls_pair_free(&tls);
}

static void older_version_is_spoken_if_it_is_the_only_one(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  char text[64];
  assert_int_equal(pn_ssl_domain_set_protocols(tls.server, "TLSv1.2"), 0);
  assert_int_equal(pn_ssl_domain_set_ciphers(tls.client, "ECDHE-ECDSA-AES128-GCM-SHA256"), 0);
  tls_pair_verify_client(&tls);
  tls_pair_run(&tls);
  assert_secure(&tls);
  assert_true(pn_ssl_get_protocol_name(client_ssl(&tls), text, sizeof text));
  assert_string_equal(text, "TLSv1.2");
  assert_true(pn_ssl_get_cipher_name(client_ssl(&tls), text, sizeof text));
  assert_string_equal(text, "ECDHE-ECDSA-AES128-GCM-SHA256");
  assert_int_equal(pn_ssl_get_ssf(client_ssl(&tls)), 128);
  tls_pair_free(&tls);
}

static void suite_of_the_new_version_is_the_one_that_is_named(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  char text[64];
  assert_int_equal(pn_ssl_domain_set_ciphers(tls.client, "TLS_CHACHA20_POLY1305_SHA256"), 0);
  tls_pair_run(&tls);
  assert_secure(&tls);
  assert_true(pn_ssl_get_cipher_name(server_ssl(&tls), text, sizeof text));
  assert_string_equal(text, "TLS_CHACHA20_POLY1305_SHA256");
  tls_pair_free(&tls);
}

/* Neither has anything to show: still nobody can listen. */
static void strangers_can_speak(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  pn_ssl_domain_free(tls.server);
  tls.server = pn_ssl_domain(PN_SSL_MODE_SERVER);
  assert_int_equal(pn_ssl_domain_set_peer_authentication(tls.client, PN_SSL_ANONYMOUS_PEER, NULL), 0);
  tls_pair_run(&tls);
  assert_secure(&tls);
  assert_string_equal(pn_ssl_get_remote_subject(client_ssl(&tls)), "CN=no identity");
  tls_pair_free(&tls);
}

static void client_takes_the_usual_domain_without_one(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  assert_int_equal(pn_ssl_init(server_ssl(&tls), NULL, NULL), 0);
  assert_non_null(client_ssl(&tls)); /* and is not initialised */
  pair_bind(&tls.pair);
  pair_run(&tls.pair);
  assert_failed(tls.pair.client, "self-signed certificate"); /* the system does not trust it */
  assert_failed(tls.pair.server, "alert");
  tls_pair_free(&tls);
}

static void host_name_may_be_set_apart_from_the_connection(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  pn_connection_set_hostname(tls.pair.client_conn, "virtual");
  assert_int_equal(pn_ssl_set_peer_hostname(client_ssl(&tls), "server.test."), 0);
  tls_pair_run(&tls);
  assert_secure(&tls);
  assert_string_equal(pn_connection_remote_hostname(tls.pair.server_conn), "virtual");
  tls_pair_free(&tls);
}

static void addresses_and_wildcards_are_compared(void **state) {
  static const char *const hosts[] = {"127.0.0.1", "a.wild.test", NULL};
  for (int i = 0; hosts[i]; i++) {
    struct tls_pair tls = tls_pair_make(piece(state));
    const struct identity *const server =
        identity(cast.ca, &(struct subject){.name = "wild", .host = "*.wild.test", .address = "127.0.0.1"});
    assert_int_equal(
        pn_ssl_domain_set_credentials(tls.server, certificate_file(server), key_file(server, NULL), NULL), 0);
    pn_connection_set_hostname(tls.pair.client_conn, hosts[i]);
    tls_pair_run(&tls);
    assert_secure(&tls);
    tls_pair_free(&tls);
  }
}

static void name_does_not_matter_where_it_is_not_verified(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  assert_int_equal(pn_ssl_domain_set_peer_authentication(tls.client, PN_SSL_VERIFY_PEER, NULL), 0);
  pn_connection_set_hostname(tls.pair.client_conn, "elsewhere.test");
  tls_pair_run(&tls);
  assert_secure(&tls);
  tls_pair_free(&tls);
}

static void intermediate_authority_may_be_what_is_trusted(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  struct identity *const between = identity(cast.ca, &(struct subject){.name = "between", .authority = true});
  const struct identity *const leaf =
      identity(between, &(struct subject){.name = "leaf", .host = "server.test"});
  assert_int_equal(
      pn_ssl_domain_set_credentials(tls.server, chain_file(leaf), key_file(leaf, NULL), NULL), 0);
  tls_pair_run(&tls); /* the root is trusted, the chain is sent */
  assert_secure(&tls);
  tls_pair_again(&tls);
  assert_int_equal(pn_ssl_domain_set_trusted_ca_db(tls.client, certificate_file(between)), 0);
  tls_pair_run(&tls); /* only the one between is */
  assert_secure(&tls);
  tls_pair_free(&tls);
}

/* Plain, SASL, TLS and AMQP's TLS header on one port. */
static void server_finds_out_what_its_client_speaks(void **state) {
  for (int secure = 0; secure < 2; secure++) {
    struct tls_pair tls = tls_pair_make(piece(state));
    assert_int_equal(pn_ssl_domain_allow_unsecured_client(tls.server), 0);
    assert_int_equal(pn_ssl_init(server_ssl(&tls), tls.server, NULL), 0);
    if (secure) assert_int_equal(pn_ssl_init(client_ssl(&tls), tls.client, NULL), 0);
    pair_bind(&tls.pair);
    pair_run(&tls.pair);
    assert_true(both_open(&tls.pair));
    assert_int_equal(pn_transport_is_encrypted(tls.pair.server), secure);
    tls_pair_free(&tls);
  }
}

static void header_of_the_tls_layer_is_answered(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  assert_int_equal(pn_ssl_init(server_ssl(&tls), tls.server, NULL), 0);
  tell(tls.pair.server, "'AMQP' 02 01 00 00");
  expect_said(tls.pair.server, "'AMQP' 02 01 00 00");
  assert_int_equal(pn_ssl_init(client_ssl(&tls), tls.client, NULL), 0);
  pair_bind(&tls.pair);
  pair_run(&tls.pair);
  assert_secure(&tls);
  tls_pair_free(&tls);
}

static void server_may_be_bound_when_all_has_come(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  assert_int_equal(pn_ssl_init(client_ssl(&tls), tls.client, NULL), 0);
  assert_int_equal(pn_ssl_init(server_ssl(&tls), tls.server, NULL), 0);
  pn_connection_open(tls.pair.client_conn);
  pn_connection_open(tls.pair.server_conn);
  assert_int_equal(pn_transport_bind(tls.pair.client, tls.pair.client_conn), 0);
  pair_run(&tls.pair);
  assert_true(pn_transport_is_encrypted(tls.pair.server));
  assert_int_equal(pn_transport_bind(tls.pair.server, tls.pair.server_conn), 0);
  pair_run(&tls.pair);
  assert_secure(&tls);
  tls_pair_free(&tls);
}

/* Messages. */

struct flow {
  pn_link_t *sender, *receiver;
  size_t sent, received; /* octets */
};

static pn_link_t *first_receiver(pn_connection_t *conn) {
  pn_link_t *link = pn_link_head(conn, 0);
  if (link && !(pn_link_state(link) & PN_LOCAL_ACTIVE)) {
    pn_session_open(pn_link_session(link));
    pn_link_open(link);
  }
  return link;
}

static void send_octets(struct flow *flow, size_t size) {
  char *const octets = malloc(size);
  assert_non_null(octets);
  for (size_t i = 0; i < size; i++) octets[i] = (char)((flow->sent + i) * 7 >> 3);
  assert_non_null(pn_delivery(flow->sender, pn_dtag((const char *)&flow->sent, sizeof flow->sent)));
  assert_int_equal(pn_link_send(flow->sender, octets, size), size);
  assert_true(pn_link_advance(flow->sender));
  flow->sent += size;
  free(octets);
}

static void receive_octets(struct flow *flow) {
  char room[4096];
  pn_delivery_t *dlv;
  while ((dlv = pn_link_current(flow->receiver)) != NULL) {
    ssize_t some;
    while ((some = pn_link_recv(flow->receiver, room, sizeof room)) > 0) {
      for (ssize_t i = 0; i < some; i++)
        if (room[i] != (char)((flow->received + (size_t)i) * 7 >> 3)) fail_msg("octet %zu", flow->received);
      flow->received += (size_t)some;
    }
    if (pn_delivery_partial(dlv)) break;
    pn_link_advance(flow->receiver);
    pn_delivery_settle(dlv);
    pn_link_flow(flow->receiver, 1);
  }
}

static struct flow flow_make(struct tls_pair *tls) {
  pn_session_t *const ssn = pn_session(tls->pair.client_conn);
  struct flow flow = {.sender = pn_sender(ssn, "s")};
  pn_session_open(ssn);
  pn_link_open(flow.sender);
  pair_run(&tls->pair);
  flow.receiver = first_receiver(tls->pair.server_conn);
  assert_non_null(flow.receiver);
  pn_link_flow(flow.receiver, 1000);
  pair_run(&tls->pair);
  return flow;
}

static void octets_arrive_as_they_were_sent(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  static const size_t sizes[] = {1, 100, 16383, 16384, 16385, 65536, 300000};
  tls_pair_run(&tls);
  struct flow flow = flow_make(&tls);
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) send_octets(&flow, sizes[i]);
  for (int turn = 0; turn < 40; turn++) {
    pair_run(&tls.pair);
    receive_octets(&flow);
  }
  assert_int_equal(flow.received, flow.sent);
  assert_secure(&tls);
  /* At rest nothing is held. */
  const struct pni_ssl *const sides[] = {tls.pair.client->ssl, tls.pair.server->ssl};
  for (int i = 0; i < 2; i++) {
    assert_null(sides[i]->plain.block);
    assert_null(sides[i]->clear.block);
    assert_null(sides[i]->pending.block);
  }
  tls_pair_free(&tls);
}

static void connection_closes_within_tls(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  tls_pair_run(&tls);
  pn_connection_close(tls.pair.client_conn);
  pair_run(&tls.pair);
  assert_true((pn_connection_state(tls.pair.server_conn) & PN_REMOTE_CLOSED) != 0);
  pn_connection_close(tls.pair.server_conn);
  pair_run(&tls.pair);
  assert_string_equal(condition_of(tls.pair.client), "none");
  assert_string_equal(condition_of(tls.pair.server), "none");
  assert_true(pn_transport_closed(tls.pair.client));
  assert_true(pn_transport_closed(tls.pair.server));
  tls_pair_free(&tls);
}

/* Resumption. */

static void run_session(struct tls_pair *tls, const char *name) {
  tls_pair_again(tls);
  tls_pair_begin(tls, name);
  pair_run(&tls->pair);
  assert_secure(tls);
}

static void session_is_resumed_by_its_name(void **state) {
  static const char *const versions[] = {"TLSv1.2", "TLSv1.3"};
  for (int i = 0; i < 2; i++) {
    struct tls_pair tls = tls_pair_make(piece(state));
    tls_pair_verify_client(&tls);
    assert_int_equal(pn_ssl_domain_set_protocols(tls.client, versions[i]), 0);
    run_session(&tls, "one");
    assert_int_equal(pn_ssl_resume_status(client_ssl(&tls)), PN_SSL_RESUME_NEW);
    for (int again = 0; again < 3; again++) {
      run_session(&tls, "one");
      assert_int_equal(pn_ssl_resume_status(client_ssl(&tls)), PN_SSL_RESUME_REUSED);
      assert_int_equal(pn_ssl_resume_status(server_ssl(&tls)), PN_SSL_RESUME_REUSED);
      assert_string_equal(
          pn_ssl_get_remote_subject_subfield(server_ssl(&tls), PN_SSL_CERT_SUBJECT_COMMON_NAME), "client");
      assert_true(pn_transport_is_authenticated(tls.pair.server));
    }
    run_session(&tls, "two");
    assert_int_equal(pn_ssl_resume_status(client_ssl(&tls)), PN_SSL_RESUME_NEW);
    run_session(&tls, NULL);
    assert_int_equal(pn_ssl_resume_status(client_ssl(&tls)), PN_SSL_RESUME_NEW);
    tls_pair_free(&tls);
  }
}

/* What one host has shown says nothing about another; what was trusted may not be any more. */
static void session_is_resumed_with_no_other_host_and_trust(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  run_session(&tls, "one");
  tls_pair_again(&tls);
  pn_connection_set_hostname(tls.pair.client_conn, "elsewhere.test");
  tls_pair_begin(&tls, "one");
  pair_run(&tls.pair);
  assert_failed(tls.pair.client, "hostname mismatch");
  assert_int_equal(pn_ssl_domain_set_trusted_ca_db(tls.client, cast.other_ca_file), 0);
  tls_pair_again(&tls);
  tls_pair_begin(&tls, "one");
  pair_run(&tls.pair);
  assert_failed(tls.pair.client, "certificate verify failed");
  tls_pair_free(&tls);
}

static void domain_may_go_before_its_transports(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  tls_pair_begin(&tls, "one");
  pn_ssl_domain_free(tls.client);
  pn_ssl_domain_free(tls.server);
  tls.client = tls.server = NULL;
  pair_run(&tls.pair);
  assert_secure(&tls);
  tls_pair_free(&tls);
}

static void settings_count_for_those_who_come_after(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  tls_pair_begin(&tls, NULL);
  assert_int_equal(pn_ssl_domain_set_trusted_ca_db(tls.client, cast.other_ca_file), 0);
  pair_run(&tls.pair);
  assert_secure(&tls);
  tls_pair_again(&tls);
  tls_pair_run(&tls);
  assert_failed(tls.pair.client, "certificate verify failed");
  tls_pair_free(&tls);
}

int main(void) {
  static size_t at_once = 65536, one = 1;
  const struct CMUnitTest tests[] = {
      both_ways(client_knows_its_server),
      both_ways(certificate_is_told_in_parts),
      both_ways(nothing_is_known_before_the_handshake),
      both_ways(verified_client_is_its_subject),
      both_ways(certificate_serves_sasl_external),
      both_ways(password_is_shown_within_tls),
      both_ways(older_version_is_spoken_if_it_is_the_only_one),
      both_ways(suite_of_the_new_version_is_the_one_that_is_named),
      both_ways(strangers_can_speak),
      both_ways(client_takes_the_usual_domain_without_one),
      both_ways(host_name_may_be_set_apart_from_the_connection),
      both_ways(addresses_and_wildcards_are_compared),
      both_ways(name_does_not_matter_where_it_is_not_verified),
      both_ways(intermediate_authority_may_be_what_is_trusted),
      both_ways(server_finds_out_what_its_client_speaks),
      both_ways(header_of_the_tls_layer_is_answered),
      both_ways(server_may_be_bound_when_all_has_come),
      both_ways(octets_arrive_as_they_were_sent),
      both_ways(connection_closes_within_tls),
      both_ways(session_is_resumed_by_its_name),
      both_ways(session_is_resumed_with_no_other_host_and_trust),
      both_ways(domain_may_go_before_its_transports),
      both_ways(settings_count_for_those_who_come_after),
  };
  return cmocka_run_group_tests(tests, cast_make, cast_clear);
}
