/* consumer.c: a program as users write them, built against the installed libraries. It sends a message through its bytes,
 * has a proactor tell it that nothing is going on, makes settings for TLS, and prints what comes out. */
#include <proton/codec.h>
#include <proton/event.h>
#include <proton/message.h>
#include <proton/proactor.h>
#include <proton/tls.h>
#include <proton/version.h>
#include <stdio.h>

static int send_and_print(void) {
  pn_message_t *message = pn_message();
  pn_message_t *copy = pn_message();
  char bytes[256], text[256];
  size_t size = sizeof(bytes), text_size = sizeof(text);
  int failed;

  pn_message_set_address(message, "orders");
  pn_data_fill(pn_message_body(message), "[iSo]", 7, "seven", true);
  failed = pn_message_encode(message, bytes, &size) != 0 || pn_message_decode(copy, bytes, size) != 0 ||
           pn_data_format(pn_message_body(copy), text, &text_size) != 0;
  if (failed) {
    fprintf(
        stderr, "%s%s\n", pn_error_text(pn_message_error(message)), pn_error_text(pn_message_error(copy)));
  } else {
    printf("%d.%d %s: %s\n", PN_VERSION_MAJOR, PN_VERSION_MINOR, pn_message_get_address(copy), text);
  }
  pn_message_free(copy);
  pn_message_free(message);
  return failed;
}

static void wait_for_a_timeout(void) {
  pn_proactor_t *proactor = pn_proactor();
  pn_event_batch_t *batch;
  pn_event_t *event;
  pn_proactor_set_timeout(proactor, 1);
  batch = pn_proactor_wait(proactor);
  while ((event = pn_event_batch_next(batch)) != NULL) {
    if (pn_event_type(event) == PN_PROACTOR_TIMEOUT) puts(pn_event_type_name(pn_event_type(event)));
  }
  pn_proactor_done(proactor, batch);
  pn_proactor_free(proactor);
}

int main(void) {
  pn_tls_config_t *config = pn_tls_config(PN_TLS_MODE_CLIENT);
  int failed = send_and_print();
  wait_for_a_timeout();
  puts(config ? "TLS" : "no TLS");
  pn_tls_config_free(config);
  return failed;
}
