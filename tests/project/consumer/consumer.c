/* consumer.c: a program as users write them, built against the installed library. It sends a message through its bytes
 * and prints what comes out. */
#include <proton/codec.h>
#include <proton/message.h>
#include <proton/version.h>
#include <stdio.h>

int main(void) {
  pn_message_t *message = pn_message();
  pn_message_t *copy = pn_message();
  char bytes[256], text[256];
  size_t size = sizeof(bytes), text_size = sizeof(text);

  pn_message_set_address(message, "orders");
  pn_data_fill(pn_message_body(message), "[iSo]", 7, "seven", true);
  if (pn_message_encode(message, bytes, &size) != 0 || pn_message_decode(copy, bytes, size) != 0 ||
      pn_data_format(pn_message_body(copy), text, &text_size) != 0) {
    fprintf(
        stderr, "%s%s\n", pn_error_text(pn_message_error(message)), pn_error_text(pn_message_error(copy)));
    return 1;
  }
  printf("%d.%d %s: %s\n", PN_VERSION_MAJOR, PN_VERSION_MINOR, pn_message_get_address(copy), text);
  pn_message_free(copy);
  pn_message_free(message);
  return 0;
}
