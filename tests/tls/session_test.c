/* Sessions of pn_tls: two that talk to each other through buffers of all sizes, and what they are told when they do not get
 * on. */
#include <proton/tls.h>

#include "layers/certificates.h"
#include "support/octets.h"
#include <proton/error.h>

static struct {
  struct identity *ca, *server;
  const char *ca_file, *certificate, *key, *other_ca_file;
} cast;

static int cast_make(void **state) {
  (void)state;
  cast.ca = identity(NULL, &(struct subject){.name = "ca", .authority = true});
  cast.server = identity(cast.ca, &(struct subject){.name = "server", .host = "server.test"});
  cast.ca_file = certificate_file(cast.ca);
  cast.certificate = certificate_file(cast.server);
  cast.key = key_file(cast.server, NULL);
  cast.other_ca_file =
      certificate_file(identity(NULL, &(struct subject){.name = "other", .authority = true}));
  return 0;
}

static int cast_clear(void **state) {
  (void)state;
  certificates_clear();
  return 0;
}

enum { BUFFERS = 4 };

struct end {
  pn_tls_config_t *config;
  pn_tls_t *tls;
  char *memory[2][BUFFERS]; /* encrypted and decrypted output */
  size_t size;              /* of each buffer */
  bool given[2][BUFFERS];
  struct octets sent, got; /* of the application */
  size_t moved;            /* of what is sent, given to be encrypted */
  pn_raw_buffer_t wire[BUFFERS];
};

struct pair {
  struct end client, server;
};

static void end_make(struct end *end, pn_tls_mode_t mode, size_t size) {
  memset(end, 0, sizeof *end);
  end->config = pn_tls_config(mode);
  assert_non_null(end->config);
  end->size = size;
  for (int kind = 0; kind < 2; kind++) {
    for (int i = 0; i < BUFFERS; i++) assert_non_null(end->memory[kind][i] = malloc(size));
  }
}

static struct pair pair_make(size_t size) {
  struct pair pair;
  end_make(&pair.client, PN_TLS_MODE_CLIENT, size);
  end_make(&pair.server, PN_TLS_MODE_SERVER, size);
  assert_int_equal(pn_tls_config_set_credentials(pair.server.config, cast.certificate, cast.key, NULL), 0);
  assert_int_equal(pn_tls_config_set_trusted_certs(pair.client.config, cast.ca_file), 0);
  return pair;
}

static void pair_start(struct pair *pair) {
  struct end *const ends[] = {&pair->client, &pair->server};
  for (int i = 0; i < 2; i++) {
    ends[i]->tls = pn_tls(ends[i]->config);
    assert_non_null(ends[i]->tls);
    pn_tls_config_free(ends[i]->config);
    ends[i]->config = NULL;
  }
  assert_int_equal(pn_tls_set_peer_hostname(pair->client.tls, "server.test"), 0);
  assert_int_equal(pn_tls_start(pair->client.tls), 0);
  assert_int_equal(pn_tls_start(pair->server.tls), 0);
  assert_true(pn_tls_is_encrypt_output_pending(pair->client.tls));
  assert_false(pn_tls_is_encrypt_output_pending(pair->server.tls));
}

static void pair_free(struct pair *pair) {
  struct end *const ends[] = {&pair->client, &pair->server};
  for (int i = 0; i < 2; i++) {
    pn_tls_free(ends[i]->tls);
    if (ends[i]->config) pn_tls_config_free(ends[i]->config);
    for (int kind = 0; kind < 2; kind++) {
      for (int n = 0; n < BUFFERS; n++) free(ends[i]->memory[kind][n]);
    }
    octets_free(&ends[i]->got);
  }
}

/* Give the output buffers that the session does not have. */
static void give_output(struct end *end) {
  for (int kind = 0; kind < 2; kind++) {
    for (int i = 0; i < BUFFERS; i++) {
      const pn_raw_buffer_t buffer = {.context = (uintptr_t)i + 1,
          .bytes = end->memory[kind][i],
          .capacity = (uint32_t)end->size,
          .size = 9};
      if (end->given[kind][i]) continue;
      assert_int_equal(kind ? pn_tls_give_decrypt_output_buffers(end->tls, &buffer, 1)
                            : pn_tls_give_encrypt_output_buffers(end->tls, &buffer, 1),
          1);
      end->given[kind][i] = true;
    }
  }
}

static void give_input(struct end *end) {
  const size_t left = end->sent.size - end->moved;
  const size_t part = left < 50000 ? left : 50000;
  if (part == 0 || pn_tls_get_encrypt_input_buffer_capacity(end->tls) == 0) return;
  const pn_raw_buffer_t buffer = {.context = 7,
      .bytes = (char *)end->sent.start,
      .capacity = (uint32_t)end->sent.size,
      .size = (uint32_t)part,
      .offset = (uint32_t)end->moved};
  assert_int_equal(pn_tls_give_encrypt_input_buffers(end->tls, &buffer, 1), 1);
  end->moved += part;
}

/* Take what is decrypted, and input that is used up. */
static void take(struct end *end) {
  pn_raw_buffer_t buffer;
  while (pn_tls_take_decrypt_output_buffers(end->tls, &buffer, 1) == 1) {
    end->given[1][buffer.context - 1] = false;
    end->got.start = realloc(end->got.start, end->got.size + buffer.size);
    assert_non_null(end->got.start);
    memcpy(end->got.start + end->got.size, buffer.bytes + buffer.offset, buffer.size);
    end->got.size += buffer.size;
  }
  while (pn_tls_take_encrypt_input_buffers(end->tls, &buffer, 1) == 1) assert_int_equal(buffer.context, 7);
}

/* Carry what one end has for the network to the other. */
static bool carry(struct end *from, struct end *to) {
  pn_raw_buffer_t buffer;
  bool moved = false;
  while (pn_tls_take_encrypt_output_buffers(from->tls, &buffer, 1) == 1) {
    pn_raw_buffer_t copy = {
        .context = 3, .bytes = malloc(buffer.size), .capacity = buffer.size, .size = buffer.size};
    assert_true(buffer.size > 0 && copy.bytes);
    memcpy(copy.bytes, buffer.bytes + buffer.offset, buffer.size);
    from->given[0][buffer.context - 1] = false;
    moved = true;
    if (pn_tls_give_decrypt_input_buffers(to->tls, &copy, 1) == 1) {
      do {
        give_output(to);
        (void)pn_tls_process(to->tls);
        take(to);
      } while (pn_tls_take_decrypt_input_buffers(to->tls, &buffer, 1) == 0 &&
               pn_tls_get_session_error(to->tls) == 0);
    }
    free(copy.bytes);
  }
  return moved;
}

static void pair_run(struct pair *pair) {
  struct end *const ends[] = {&pair->client, &pair->server};
  bool moved = true;
  while (moved) {
    moved = false;
    for (int i = 0; i < 2; i++) {
      give_output(ends[i]);
      give_input(ends[i]);
      (void)pn_tls_process(ends[i]->tls);
      take(ends[i]);
      moved |= carry(ends[i], ends[1 - i]) || pn_tls_is_decrypt_output_pending(ends[i]->tls);
    }
  }
}

static struct octets octets_many(size_t size) {
  struct octets octets = {malloc(size), size};
  assert_non_null(octets.start);
  for (size_t i = 0; i < size; i++) octets.start[i] = (uint8_t)(i * 11 >> 3);
  return octets;
}

static void octets_arrive_through_buffers_of_any_size(void **state) {
  (void)state;
  static const size_t sizes[] = {1, 7, 100, 4096, 16384, 40000};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    struct pair pair = pair_make(sizes[i]);
    pair_start(&pair);
    const size_t few = sizes[i] < 100 ? 3000 : 200000;
    pair.client.sent = octets_many(few);
    pair.server.sent = octets_many(few / 2);
    pair_run(&pair);
    assert_true(pn_tls_is_secure(pair.client.tls) && pn_tls_is_secure(pair.server.tls));
    assert_int_equal(pair.server.got.size, few);
    assert_memory_equal(pair.server.got.start, pair.client.sent.start, few);
    assert_int_equal(pair.client.got.size, few / 2);
    assert_memory_equal(pair.client.got.start, pair.server.sent.start, few / 2);
    pn_tls_close_output(pair.client.tls);
    assert_int_equal(pn_tls_get_encrypt_input_buffer_capacity(pair.client.tls), 0);
    pair_run(&pair);
    assert_true(pn_tls_is_input_closed(pair.server.tls));
    assert_false(pn_tls_is_input_closed(pair.client.tls));
    assert_int_equal(pn_tls_get_decrypt_input_buffer_capacity(pair.server.tls), 0);
    assert_int_equal(pn_tls_get_session_error(pair.server.tls), 0);
    octets_free(&pair.client.sent);
    octets_free(&pair.server.sent);
    pair_free(&pair);
  }
}

static void session_knows_its_peer(void **state) {
  (void)state;
  struct pair pair = pair_make(4096);
  const char *text = "x";
  char room[100];
  size_t size = sizeof room;
  static const char *protocols[] = {"one", "two"};
  assert_int_equal(pn_tls_config_set_alpn_protocols(pair.client.config, protocols, 2), 0);
  assert_int_equal(pn_tls_config_set_alpn_protocols(pair.server.config, protocols + 1, 1), 0);
  pair_start(&pair);
  assert_false(pn_tls_get_cipher(pair.client.tls, &text, &size));
  assert_true(!text && size == 0);
  assert_false(pn_tls_get_alpn_protocol(pair.client.tls, &text, &size));
  assert_null(pn_tls_get_remote_subject(pair.client.tls));
  pair_run(&pair);
  assert_true(pn_tls_get_protocol_version(pair.client.tls, &text, &size));
  assert_string_equal(text, "TLSv1.3");
  assert_int_equal(size, 7);
  assert_true(pn_tls_get_cipher(pair.client.tls, &text, &size));
  assert_string_equal(text, "TLS_AES_256_GCM_SHA384");
  assert_true(pn_tls_get_alpn_protocol(pair.server.tls, &text, &size));
  assert_int_equal(size, 3);
  assert_memory_equal(text, "two", 3);
  assert_int_equal(pn_tls_get_ssf(pair.client.tls), 256);
  assert_string_equal(
      pn_tls_get_remote_subject(pair.client.tls), "CN=server,OU=Tests,O=Baryon,L=Vienna,ST=Wien,C=AT");
  assert_string_equal(
      pn_tls_get_remote_subject_subfield(pair.client.tls, PN_TLS_CERT_SUBJECT_COMMON_NAME), "server");
  assert_int_equal(pn_tls_get_cert_fingerprint(pair.client.tls, room, sizeof room, PN_TLS_SHA256), 0);
  assert_int_equal(strlen(room), 64);
  assert_int_equal(pn_tls_get_cert_fingerprint(pair.client.tls, room, 64, PN_TLS_SHA256), PN_ERR);
  size = sizeof room;
  assert_int_equal(pn_tls_get_peer_hostname(pair.client.tls, room, &size), 0);
  assert_string_equal(room, "server.test");
  size = 3;
  assert_int_equal(pn_tls_get_peer_hostname(pair.client.tls, room, &size), -1);
  pair_free(&pair);
}

static void peer_that_is_not_verified_is_told(void **state) {
  (void)state;
  struct pair pair = pair_make(512);
  char text[400];
  assert_int_equal(pn_tls_config_set_trusted_certs(pair.client.config, cast.other_ca_file), 0);
  pair_start(&pair);
  pair_run(&pair);
  assert_false(pn_tls_is_secure(pair.client.tls) || pn_tls_is_secure(pair.server.tls));
  assert_int_equal(pn_tls_get_session_error(pair.client.tls), PN_TLS_PROTOCOL_ERR);
  assert_int_equal(pn_tls_process(pair.server.tls), PN_TLS_PROTOCOL_ERR);
  assert_true(pn_tls_get_session_error_string(pair.client.tls, text, sizeof text) > 0);
  assert_non_null(strstr(text, "certificate verify failed"));
  assert_true(pn_tls_get_session_error_string(pair.server.tls, text, sizeof text) > 0);
  assert_non_null(strstr(text, "unknown CA"));
  assert_int_equal(pn_tls_get_session_error_string(pair.server.tls, text, 4), 3);
  assert_int_equal(pn_tls_get_decrypt_input_buffer_capacity(pair.client.tls), 0);
  assert_int_equal(pn_tls_get_encrypt_input_buffer_capacity(pair.client.tls), 0);
  pair_free(&pair);
}

static void states_are_kept_apart(void **state) {
  (void)state;
  struct pair pair = pair_make(100);
  pn_raw_buffer_t buffer = {.bytes = pair.client.memory[0][0], .capacity = 100, .context = 5}, back[4];
  assert_null(pn_tls(NULL));
  assert_null(pn_tls_config((pn_tls_mode_t)3));
  pn_tls_t *const tls = pn_tls(pair.client.config);
  assert_non_null(tls);
  assert_int_equal(pn_tls_process(tls), PN_TLS_STATE_ERR);
  assert_int_equal(pn_tls_get_encrypt_output_buffer_capacity(tls), 0);
  assert_int_equal(pn_tls_give_encrypt_output_buffers(tls, &buffer, 1), 0);
  pn_tls_set_encrypt_output_buffer_max_capacity(tls, 2);
  assert_int_equal(pn_tls_set_peer_hostname(tls, "server.test"), 0);
  assert_int_equal(pn_tls_start(tls), 0);
  assert_int_equal(pn_tls_start(tls), PN_ARG_ERR);
  assert_int_equal(pn_tls_get_encrypt_output_buffer_capacity(tls), 2);
  assert_int_equal(pn_tls_get_decrypt_output_buffer_capacity(tls), 4);
  assert_int_equal(pn_tls_get_encrypt_input_buffer_capacity(tls), 4);
  assert_true(pn_tls_need_encrypt_output_buffers(tls));
  assert_false(pn_tls_need_decrypt_output_buffers(tls));
  assert_int_equal(
      pn_tls_give_encrypt_output_buffers(tls, (pn_raw_buffer_t[]){buffer, buffer, buffer}, 3), 2);
  const pn_raw_buffer_t input = {
      .bytes = pair.client.memory[1][0], .capacity = 100, .size = 100, .context = 6};
  assert_int_equal(pn_tls_give_encrypt_input_buffers(tls, &input, 1), 1);
  assert_int_equal(pn_tls_process(tls), 0);
  assert_int_equal(pn_tls_get_encrypt_output_buffer_count(tls), 2);
  assert_int_equal(pn_tls_get_last_encrypt_output_buffer_size(tls), 100);
  assert_int_equal(pn_tls_take_encrypt_input_buffers(tls, back, 4), 0);
  assert_int_equal(pn_tls_take_encrypt_output_buffers(tls, back, 1), 1);
  assert_int_equal(pn_tls_give_encrypt_output_buffers(tls, &buffer, 1), 1);
  assert_int_equal(pn_tls_stop(tls), 0);
  assert_int_equal(pn_tls_stop(tls), PN_ARG_ERR);
  assert_int_equal(pn_tls_process(tls), PN_TLS_STATE_ERR);
  assert_int_equal(pn_tls_take_encrypt_input_buffers(tls, back, 4), 1);
  assert_int_equal(back[0].context, 6);
  assert_int_equal(pn_tls_take_encrypt_output_buffers(tls, back, 4), 2);
  assert_int_equal(back[0].size, 100);
  assert_int_equal(back[1].size, 0);
  assert_int_equal(pn_tls_give_decrypt_input_buffers(tls, &input, 1), 0);
  assert_false(pn_tls_is_encrypt_output_pending(tls));
  pn_tls_free(tls);
  pn_tls_free(NULL);
  pair_free(&pair);
}

/* Without room for it nothing is lost; and the peer's end is seen without room. */
static void input_waits_for_room(void **state) {
  (void)state;
  struct pair pair = pair_make(4096);
  pair_start(&pair);
  pair_run(&pair);
  pn_tls_t *const server = pair.server.tls;
  pn_raw_buffer_t buffer;
  assert_int_equal(pn_tls_stop(pair.server.tls), 0);
  while (pn_tls_take_decrypt_output_buffers(server, &buffer, 1) == 1) continue;
  pair_free(&pair);

  pair = pair_make(4096);
  pair_start(&pair);
  pair.client.sent = octets_many(600);
  give_output(&pair.client);
  for (int turn = 0; turn < 6; turn++) { /* the server's own way: no buffers for what is decrypted */
    struct end *const ends[] = {&pair.client, &pair.server};
    give_input(&pair.client);
    for (int i = 0; i < 2; i++) {
      for (int n = 0; n < BUFFERS; n++) {
        const pn_raw_buffer_t out = {
            .context = (uintptr_t)n + 1, .bytes = ends[i]->memory[0][n], .capacity = 4096};
        if (!ends[i]->given[0][n] && pn_tls_give_encrypt_output_buffers(ends[i]->tls, &out, 1) == 1)
          ends[i]->given[0][n] = true;
      }
      assert_int_equal(pn_tls_process(ends[i]->tls), 0);
      while (pn_tls_take_encrypt_output_buffers(ends[i]->tls, &buffer, 1) == 1) {
        struct end *const other = ends[1 - i];
        pn_raw_buffer_t back;
        ends[i]->given[0][buffer.context - 1] = false;
        buffer.context = 1;
        assert_int_equal(pn_tls_give_decrypt_input_buffers(other->tls, &buffer, 1), 1);
        assert_int_equal(pn_tls_process(other->tls), 0);
        if (!pn_tls_need_decrypt_output_buffers(other->tls))
          assert_int_equal(pn_tls_take_decrypt_input_buffers(other->tls, &back, 1), 1);
      }
    }
  }
  assert_true(pn_tls_need_decrypt_output_buffers(pair.server.tls));
  assert_true(pn_tls_is_decrypt_output_pending(pair.server.tls));
  assert_int_equal(pair.server.got.size, 0);
  give_output(&pair.server);
  assert_int_equal(pn_tls_process(pair.server.tls), 0);
  assert_int_equal(pn_tls_get_last_decrypt_output_buffer_size(pair.server.tls), 600);
  take(&pair.server);
  assert_int_equal(pair.server.got.size, 600);
  octets_free(&pair.client.sent);
  pair_free(&pair);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(octets_arrive_through_buffers_of_any_size),
      cmocka_unit_test(session_knows_its_peer),
      cmocka_unit_test(peer_that_is_not_verified_is_told),
      cmocka_unit_test(states_are_kept_apart),
      cmocka_unit_test(input_waits_for_room),
  };
  return cmocka_run_group_tests(tests, cast_make, cast_clear);
}
