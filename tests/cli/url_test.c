/* url_test.c: URLs taken apart. */
#include "cli/option.h"
#include "cli/url.h"
#include "support/cmocka_test.h"
#include <proton/proactor.h>
#include <string.h>

static void assert_text(const char *got, const char *wanted) {
  if (!wanted) {
    assert_null(got);
  } else {
    assert_non_null(got);
    assert_string_equal(got, wanted);
  }
}

static void good(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool secure;
    const char *user, *password, *host, *port, *address, *network;
  } rows[] = {
      {"localhost", false, NULL, NULL, "localhost", "amqp", NULL, "localhost:amqp"},
      {"amqp://h:1/a/b", false, NULL, NULL, "h", "1", "a/b", "h:1"},
      {"amqps://h", true, NULL, NULL, "h", "amqps", NULL, "h:amqps"},
      {"amqp://u:p@h", false, "u", "p", "h", "amqp", NULL, "h:amqp"},
      {"u%40x:p%3a%2F@h/q%20r", false, "u@x", "p:/", "h", "amqp", "q r", "h:amqp"},
      {"amqp://[::1]:99/q", false, NULL, NULL, "::1", "99", "q", "::1:99"},
      {"/q", false, NULL, NULL, "", "amqp", "q", ":amqp"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct url url;
    char network[PN_MAX_ADDR];
    assert_int_equal(url_parse(rows[i].text, &url), EXIT_DONE);
    assert_int_equal(url.secure, rows[i].secure);
    assert_text(url.user, rows[i].user);
    assert_text(url.password, rows[i].password);
    assert_text(url.host, rows[i].host);
    assert_text(url.port, rows[i].port);
    assert_text(url.address, rows[i].address);
    url_network_address(&url, network, sizeof network);
    assert_string_equal(network, rows[i].network);
    url_clear(&url);
  }
}

static void bad(void **state) {
  (void)state;
  static const char *const rows[] = {"http://h/q", "amqp://h:0/q", "amqp://h:65536/q", "amqp://[::1/q",
      "amqp://::1/q", "amqp://[::1]x/q", "amqp://h/%4", "amqp://h/%zz", "amqp://h/%00", "amqp://%:p@h"};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct url url;
    assert_int_equal(url_parse(rows[i], &url), EXIT_USAGE);
    assert_null(url.host);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(good), cmocka_unit_test(bad)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
