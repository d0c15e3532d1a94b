/* print.c: messages on standard output. */
#include "cli/print.h"
#include "cli/json.h"
#include <proton/codec.h>

const char *const output_names[] = {"text", "json", "raw", NULL};

/* What a stranger has sent must not move the cursor or worse. */
static void print_tame(FILE *out, const char *text, size_t size) {
  for (size_t at = 0; at < size; at++) {
    const unsigned char c = (unsigned char)text[at];
    const bool control =
        c < ' ' || c == 0x7f || (c == 0xc2 && at + 1 < size && (unsigned char)text[at + 1] < 0xa0);
    if (control && c != '\n' && c != '\t') {
      fprintf(out, "\\x%02x", c);
    } else {
      fputc(c, out);
    }
  }
}

static void print_octets(FILE *out, pn_bytes_t bytes, bool tame) {
  size_t place;
  if (!tame) {
    fwrite(bytes.start, 1, bytes.size, out);
  } else if (json_is_utf8(bytes.start, bytes.size, &place)) {
    print_tame(out, bytes.start, bytes.size);
  } else {
    for (size_t i = 0; i < bytes.size; i++) {
      const unsigned char c = (unsigned char)bytes.start[i];
      fprintf(out, c < ' ' || c >= 0x7f ? "\\x%02x" : "%c", c);
    }
  }
}

/* A body of octets, in however many sections. @return  false: it is of another type */
static bool print_bytes(FILE *out, pn_message_t *message, bool tame) {
  pn_data_t *const body = pn_message_body(message);
  pn_data_rewind(body);
  while (pn_data_next(body)) {
    const pn_type_t type = pn_data_type(body);
    if (type != PN_STRING && type != PN_BINARY && type != PN_SYMBOL) return false;
    print_octets(out, pn_data_get_bytes(body), tame);
  }
  return true;
}

void message_print(FILE *out, enum output output, pn_message_t *message, bool tame) {
  if (output == OUTPUT_JSON) {
    json_write_message(out, message);
  } else if (!print_bytes(out, message, tame && output == OUTPUT_TEXT)) {
    json_write_body(out, message);
  }
  if (output != OUTPUT_RAW) fputc('\n', out);
}
