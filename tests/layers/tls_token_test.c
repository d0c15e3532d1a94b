/* Certificate and key in a token: SoftHSM, by its own tool, and OpenSSL's way to it. [RFC 7512] */
#include "layers/tls_pair.h"

#include <stdio.h>
#include <unistd.h>

static char folder[] = "tls-token-XXXXXX";

/* NOLINTBEGIN(cert-env33-c,concurrency-mt-unsafe): the tools are programs, and OpenSSL's engine reads the environment */

__attribute__((format(printf, 1, 2))) static void run(const char *format, ...) {
  char command[1000];
  va_list args;
  va_start(args, format);
  const int size = vsnprintf(command, sizeof command, format, args);
  va_end(args);
  assert_in_range(size, 1, sizeof command - 1);
  assert_int_equal(system(command), 0);
}

static int make_token(void **state) {
  static const char module[] = "/usr/lib/softhsm/libsofthsm2.so";
  char path[300];
  (void)cast_make(state);
  assert_non_null(mkdtemp(folder));
  (void)snprintf(path, sizeof path, "%s/softhsm2.conf", folder);
  FILE *const file = fopen(path, "w");
  assert_non_null(file);
  (void)fprintf(file, "directories.tokendir = %s\n", folder);
  assert_int_equal(fclose(file), 0);
  assert_int_equal(setenv("SOFTHSM2_CONF", path, 1), 0);
  assert_int_equal(setenv("PKCS11_MODULE_PATH", module, 1), 0);
  run("softhsm2-util --init-token --free --label test --so-pin 9999 --pin 1234 >%s/log", folder);
  run("openssl pkcs8 -topk8 -nocrypt -in %s -out %s/key", cast.server_key, folder);
  run("softhsm2-util --import %s/key --token test --pin 1234 --label server --id 01 >>%s/log", folder,
      folder);
  run("p11tool --provider %s --login --set-pin 1234 --write --load-certificate %s --label server --id 01 "
      "'pkcs11:token=test' >>%s/log 2>&1",
      module, cast.server_certificate, folder);
  return 0;
}

static int drop_token(void **state) {
  run("rm -r %s", folder);
  return cast_clear(state);
}

/* NOLINTEND(cert-env33-c,concurrency-mt-unsafe) */

static const char certificate[] = "pkcs11:token=test;object=server;type=cert";
static const char key[] = "pkcs11:token=test;object=server;type=private";

static void token_signs(void **state) {
  (void)state;
  const char *const certificates[] = {cast.server_certificate, certificate};
  for (int i = 0; i < 2; i++) {
    struct tls_pair tls = tls_pair_make(65536);
    assert_int_equal(pn_ssl_domain_set_credentials(tls.server, certificates[i], key, "1234"), 0);
    tls_pair_run(&tls);
    assert_secure(&tls);
    tls_pair_free(&tls);
  }
}

static void wrong_pin_is_refused(void **state) {
  (void)state;
  struct tls_pair tls = tls_pair_make(65536);
  assert_int_equal(pn_ssl_domain_set_credentials(tls.server, cast.server_certificate, key, "4321"), -4);
  assert_int_equal(pn_ssl_domain_set_credentials(tls.server, cast.server_certificate, key, NULL), -4);
  tls_pair_run(&tls);
  assert_secure(&tls); /* with the credentials from before */
  tls_pair_free(&tls);
}

static void key_that_is_not_there_is_refused(void **state) {
  (void)state;
  struct tls_pair tls = tls_pair_make(65536);
  assert_int_equal(pn_ssl_domain_set_credentials(tls.server, cast.server_certificate,
                       "pkcs11:token=test;object=other;type=private", "1234"),
      -4);
  assert_int_equal(
      pn_ssl_domain_set_credentials(tls.server, "pkcs11:token=test;object=other;type=cert", key, "1234"), -3);
  assert_int_equal(pn_ssl_domain_set_credentials(tls.server, cast.client_certificate, key, "1234"), -5);
  tls_pair_free(&tls);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(wrong_pin_is_refused), /* first, since who is logged in stays so */
      cmocka_unit_test(token_signs),
      cmocka_unit_test(key_that_is_not_there_is_refused),
  };
  return cmocka_run_group_tests(tests, make_token, drop_token);
}
