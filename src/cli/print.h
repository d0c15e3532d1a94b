/* print.h: messages on standard output. */
#ifndef BARYON_CLI_PRINT_H
#define BARYON_CLI_PRINT_H

#include <proton/message.h>
#include <stdbool.h>
#include <stdio.h>

enum output {
  OUTPUT_TEXT, /* the body and a new line; what is not text as JSON */
  OUTPUT_JSON, /* the whole message as a line of JSON */
  OUTPUT_RAW   /* the body's octets and nothing else */
};
extern const char *const output_names[];

/** Print a message. @param tame  the text goes to a terminal: no control characters */
void message_print(FILE *out, enum output output, pn_message_t *message, bool tame);

#endif
