/* SCRAM's messages, by the examples of its standards, and what is wrong with others. [RFC 5802, RFC 7677] */
#include "layers/scram.h"

#include "support/octets.h"
#include "wire/limits.h"
#include <stdlib.h>

static pn_bytes_t bytes(const char *text) { return pn_bytes(strlen(text), text); }

/* The example of a standard. */
static const struct example {
  enum pni_hash hash;
  const char *client_nonce, *server_nonce, *salt, *first, *challenge, *final, *last;
} examples[] = {
    {PNI_SHA1, "fyko+d2lbbFgONRv9qkxdawL", "3rfcNHYJY1ZVvWVs7j", "QSXCR+Q6sek8bf92",
        "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
        "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
        "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
        "v=rmF9pqV8S7suAoZWja4dJRkFsKQ="},
    {PNI_SHA256, "rOprNGfwEbeRWgbNEkqO", "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
        "W22ZaJ0SNY7soEsUEjb6gQ==", "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+"
        "Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="},
};

/* What a server keeps for an example's password. */
static char *secret_of(const struct example *example) {
  uint8_t salt[64];
  char *secret = NULL;
  const ptrdiff_t size = pni_base64_read(bytes(example->salt), salt, sizeof salt);
  assert_true(size > 0);
  assert_int_equal(
      pni_scram_secret(example->hash, "pencil", pn_bytes((size_t)size, (const char *)salt), 4096, &secret),
      PNI_OK);
  return secret;
}

static void client_says_what_the_standards_say(void **state) {
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    const struct example *const e = &examples[i];
    struct pni_scram scram = {.hash = e->hash};
    char *message = NULL;
    assert_int_equal(pni_scram_client_first(&scram, "user", NULL, e->client_nonce, &message), PNI_OK);
    assert_string_equal(message, e->first);
    free(message);
    assert_int_equal(pni_scram_client_final(&scram, bytes(e->challenge), "pencil", &message), PNI_OK);
    assert_string_equal(message, e->final);
    free(message);
    assert_int_equal(pni_scram_client_verify(&scram, bytes(examples[1 - i].last)), PNI_BAD_ARGUMENT);
    assert_false(scram.verified);
    char other[128];
    (void)snprintf(other, sizeof other, "%s", e->last);
    other[5] = other[5] == 'A' ? 'B' : 'A';
    assert_int_equal(pni_scram_client_verify(&scram, bytes(other)), PNI_FAILED);
    assert_false(scram.verified);
    assert_int_equal(pni_scram_client_verify(&scram, bytes(e->last)), PNI_OK);
    assert_true(scram.verified);
    pni_scram_clear(&scram);
  }
}

/* Run a server's side up to its challenge. */
static void server_begin(
    struct pni_scram *scram, const struct example *e, const char *first, const char *secret) {
  char *user = NULL, *other = NULL, *message = NULL;
  *scram = (struct pni_scram){.hash = e->hash};
  assert_int_equal(pni_scram_server_read(scram, bytes(first), &user, &other), PNI_OK);
  assert_string_equal(user, "user");
  assert_int_equal(pni_scram_server_first(scram, user, secret, e->server_nonce, &message), PNI_OK);
  if (secret) assert_string_equal(message, e->challenge);
  free(user);
  free(other);
  free(message);
}

static void server_says_what_the_standards_say(void **state) {
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    const struct example *const e = &examples[i];
    struct pni_scram scram;
    char *const secret = secret_of(e);
    char *last = NULL;
    server_begin(&scram, e, e->first, secret);
    assert_int_equal(pni_scram_server_final(&scram, bytes(e->final), &last), PNI_OK);
    assert_string_equal(last, e->last);
    free(last);
    free(secret);
    pni_scram_clear(&scram);
  }
}

static void server_refuses_what_proves_nothing(void **state) {
  (void)state;
  const struct example *const e = &examples[1];
  const struct {
    const char *final;
    pni_status status;
  } finals[] = {{"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=AHzbZapWIk4jUhN+"
                 "Ute9ytag9zjfMHgsqmmiz7AndVQ=",
                    PNI_FAILED},
      {"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k1,p=dHzbZapWIk4jUhN+"
       "Ute9ytag9zjfMHgsqmmiz7AndVQ=",
          PNI_BAD_ARGUMENT},
      {"c=eSws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+"
       "Ute9ytag9zjfMHgsqmmiz7AndVQ=",
          PNI_BAD_ARGUMENT},
      {"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzb", PNI_BAD_ARGUMENT},
      {"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0", PNI_BAD_ARGUMENT},
      {"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,m=x,p=dHzbZapWIk4jUhN+"
       "Ute9ytag9zjfMHgsqmmiz7AndVQ=",
          PNI_BAD_ARGUMENT},
      {"c=biws", PNI_BAD_ARGUMENT}, {"", PNI_BAD_ARGUMENT}, {"c=", PNI_BAD_ARGUMENT},
      {",,,", PNI_BAD_ARGUMENT}};
  for (size_t i = 0; i < sizeof finals / sizeof finals[0]; i++) {
    struct pni_scram scram;
    char *const secret = secret_of(e), *last = NULL;
    server_begin(&scram, e, e->first, secret);
    assert_int_equal(pni_scram_server_final(&scram, bytes(finals[i].final), &last), finals[i].status);
    assert_null(last);
    free(secret);
    pni_scram_clear(&scram);
  }
}

/* Not even with the right proof for a password, if nothing is known of one; and nobody can tell. */
static void unknown_user_is_asked_like_any_other(void **state) {
  (void)state;
  const struct example *const e = &examples[1];
  char *again[2] = {NULL, NULL};
  for (int i = 0; i < 2; i++) {
    struct pni_scram scram = {.hash = e->hash};
    char *user = NULL, *other = NULL, *last = NULL;
    assert_int_equal(pni_scram_server_read(&scram, bytes(e->first), &user, &other), PNI_OK);
    assert_int_equal(
        pni_scram_server_first(&scram, user, i ? "SCRAM-SHA-1$4096:QQ==$QQ==:QQ==" : NULL, "x", &again[i]),
        PNI_OK);
    struct pni_scram client = {.hash = e->hash};
    char *final = NULL, *first = NULL;
    assert_int_equal(pni_scram_client_first(&client, "user", NULL, e->client_nonce, &first), PNI_OK);
    assert_int_equal(pni_scram_client_final(&client, bytes(again[i]), "pencil", &final), PNI_OK);
    assert_int_equal(pni_scram_server_final(&scram, bytes(final), &last), PNI_FAILED);
    free(first);
    free(final);
    free(user);
    free(other);
    pni_scram_clear(&client);
    pni_scram_clear(&scram);
  }
  assert_string_equal(again[0], again[1]);
  free(again[0]);
  free(again[1]);
}

static void server_refuses_a_first_message_that_is_none(void **state) {
  (void)state;
  static const char *const firsts[] = {"", "n", "n,", "n,,", "n,,n=", "n,,n=user", "n,,n=,r=x",
      "n,,n=user,r=", "p=tls-unique,,n=user,r=x", "n,a=,n=user,r=x", "n,b=x,n=user,r=x",
      "n,,m=ext,n=user,r=x", "n,,n=us=2Xer,r=x", "n,,n=user=,r=x", "x,,n=user,r=x", "n,,r=x,n=user"};
  for (size_t i = 0; i < sizeof firsts / sizeof firsts[0]; i++) {
    struct pni_scram scram = {.hash = PNI_SHA256};
    char *user = NULL, *other = NULL;
    assert_int_equal(pni_scram_server_read(&scram, bytes(firsts[i]), &user, &other), PNI_BAD_ARGUMENT);
    free(user);
    free(other);
    pni_scram_clear(&scram);
  }
}

static void client_refuses_a_challenge_that_weakens_it(void **state) {
  (void)state;
  static const char *const challenges[] = {"", "r=", "r=abc,s=QQ==,i=4096", "r=abx1,s=QQ==,i=4096",
      "r=abc1,s=QQ==,i=4095", "r=abc1,s=QQ==,i=1", "r=abc1,s=QQ==,i=0", "r=abc1,s=QQ==,i=-1",
      "r=abc1,s=QQ==,i=1000001", "r=abc1,s=QQ==,i=99999999999", "r=abc1,s=QQ==,i=", "r=abc1,s=,i=4096",
      "r=abc1,s=Q,i=4096", "r=abc1,s=Q?==,i=4096", "r=abc1,i=4096,s=QQ==", "m=x,r=abc1,s=QQ==,i=4096",
      "e=unknown-user", "s=QQ==,i=4096"};
  for (size_t i = 0; i < sizeof challenges / sizeof challenges[0]; i++) {
    struct pni_scram scram = {.hash = PNI_SHA256};
    char *first = NULL, *final = NULL;
    assert_int_equal(pni_scram_client_first(&scram, "user", NULL, "abc", &first), PNI_OK);
    assert_int_equal(
        pni_scram_client_final(&scram, bytes(challenges[i]), "pencil", &final), PNI_BAD_ARGUMENT);
    assert_null(final);
    free(first);
    pni_scram_clear(&scram);
  }
}

/* One more is refused above. */
static void client_hashes_as_often_as_the_limit_allows(void **state) {
  (void)state;
  struct pni_scram scram = {.hash = PNI_SHA1};
  char *first = NULL, *final = NULL, challenge[64];
  (void)snprintf(challenge, sizeof challenge, "r=abc1,s=QQ==,i=%d", PNI_LIMIT_SCRAM_ITERATIONS);
  assert_int_equal(pni_scram_client_first(&scram, "user", NULL, "abc", &first), PNI_OK);
  assert_int_equal(pni_scram_client_final(&scram, bytes(challenge), "pencil", &final), PNI_OK);
  assert_non_null(final);
  free(first);
  free(final);
  pni_scram_clear(&scram);
}

static void names_with_commas_arrive(void **state) {
  (void)state;
  struct pni_scram client = {.hash = PNI_SHA1}, server = {.hash = PNI_SHA1};
  char *first = NULL, *user = NULL, *other = NULL;
  assert_int_equal(pni_scram_client_first(&client, "a,b=c", "d=,", "nonce", &first), PNI_OK);
  assert_string_equal(first, "n,a=d=3D=2C,n=a=2Cb=3Dc,r=nonce");
  assert_int_equal(pni_scram_server_read(&server, bytes(first), &user, &other), PNI_OK);
  assert_string_equal(user, "a,b=c");
  assert_string_equal(other, "d=,");
  free(first);
  free(user);
  free(other);
  pni_scram_clear(&client);
  pni_scram_clear(&server);
}

static void secrets_have_limits(void **state) {
  (void)state;
  char *secret = NULL;
  assert_int_equal(pni_scram_secret(PNI_SHA1, "x", pn_bytes(0, NULL), 4095, &secret), PNI_BAD_ARGUMENT);
  assert_int_equal(pni_scram_secret(PNI_SHA1, "x", pn_bytes(0, NULL), 1000001, &secret), PNI_BAD_ARGUMENT);
  assert_int_equal(pni_scram_secret(PNI_SHA1, "x", pn_bytes(0, NULL), 0, &secret), PNI_OK);
  assert_memory_equal(secret, "SCRAM-SHA-1$4096:", 17);
  free(secret);
}

static void base64_is_read_whole_or_not_at_all(void **state) {
  (void)state;
  uint8_t out[4];
  assert_int_equal(pni_base64_read(bytes(""), out, 4), 0);
  assert_int_equal(pni_base64_read(bytes("AQID"), out, 3), 3);
  assert_int_equal(pni_base64_read(bytes("AQIDBA=="), out, 4), 4);
  assert_int_equal(out[3], 4);
  assert_int_equal(pni_base64_read(bytes("AQIDBA=="), out, 3), -1);
  static const char *const bad[] = {"A", "AQI", "A===", "====", "AQ=D", "AQ D", " AQID", "AQID\n"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    assert_int_equal(pni_base64_read(bytes(bad[i]), out, 4), -1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(client_says_what_the_standards_say),
      cmocka_unit_test(server_says_what_the_standards_say),
      cmocka_unit_test(server_refuses_what_proves_nothing),
      cmocka_unit_test(unknown_user_is_asked_like_any_other),
      cmocka_unit_test(server_refuses_a_first_message_that_is_none),
      cmocka_unit_test(client_refuses_a_challenge_that_weakens_it),
      cmocka_unit_test(client_hashes_as_often_as_the_limit_allows),
      cmocka_unit_test(names_with_commas_arrive),
      cmocka_unit_test(secrets_have_limits),
      cmocka_unit_test(base64_is_read_whole_or_not_at_all),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
