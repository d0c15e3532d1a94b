/* json.h: AMQP values as JSON, and back, so that none of AMQP's types is lost. [1.6]
 *
 *   null true false          null, boolean          17                       long
 *   "text"                   string                 1.5                      double
 *   [ ... ]                  list                   { "key": ... }           map whose keys are strings
 *
 * All others are an object of one member, whose name is '$' and the type:
 *
 *   {"$ubyte": 1} $ushort $uint $ulong $byte $short $int $long    a number, or a string of digits
 *   {"$float": 1.5} {"$double": "nan"}                            a number, or "nan", "inf", "-inf"
 *   {"$char": "a"}                                                a string of one character, or its number
 *   {"$timestamp": 1700000000000}                                 milliseconds since 1970
 *   {"$uuid": "00112233-4455-6677-8899-aabbccddeeff"}
 *   {"$binary": "AAEC"}                                           base64
 *   {"$symbol": "amqp:accepted:list"} {"$string": "text"}
 *   {"$decimal32": "00000000"} $decimal64 $decimal128             the octets, in hexadecimal
 *   {"$map": [[key, value], ...]}                                 a map with other keys
 *   {"$array": ["int", 1, 2]}                                     an array: the type, then the values without '$'
 *   {"$described": [descriptor, value]}
 *   {"$described_array": [descriptor, "int", 1, 2]}
 *
 * Of a message's body alone: {"$text": "..."} is a data section that holds this UTF-8, {"$data": "AAEC"} one in base64,
 * {"$sequence": [...]} a sequence section. */
#ifndef BARYON_CLI_JSON_H
#define BARYON_CLI_JSON_H

#include "cli/terminal.h"
#include <jansson.h>
#include <proton/codec.h>
#include <proton/message.h>
#include <stdbool.h>
#include <stdio.h>

/* What the types are called, by pn_type_t. */
extern const char *const json_type_names[];

/** Write the tree's current value, which has to be there. */
void json_write_value(FILE *out, pn_data_t *data);

/** The same for a map whose keys are symbols: they are written as strings. */
void json_write_annotations(FILE *out, pn_data_t *data);

/** Write UTF-8 between quotes. What is not UTF-8 becomes U+FFFD. */
void json_write_text(FILE *out, const char *text, size_t size);

/** Write a message as one line: sections and fields by the standard's names, with '_' for '-'. What is not set is left out. */
void json_write_message(FILE *out, pn_message_t *message);

/** Write the body as a value. */
void json_write_body(FILE *out, pn_message_t *message);

/* What was wrong with JSON, in words. */
struct json_fault {
  char text[200];
};

/** Set the fault. @return false, for the caller to return */
bool json_fail(struct json_fault *fault, const char *format, ...) CLI_FORMAT(2, 3);

/** Put a value into the tree, behind the current one. @return false: it is no AMQP value; the tree is to be thrown away */
bool json_put_value(const json_t *value, pn_data_t *data, struct json_fault *fault);

/** Set a message's body. */
bool json_put_body(const json_t *value, pn_message_t *message, struct json_fault *fault);

/** Set the whole of an empty message, from what json_write_message has written. */
bool json_put_message(const json_t *value, pn_message_t *message, struct json_fault *fault);

/** Parse text. @return NULL and the fault if it is no JSON; else to be given to json_decref */
json_t *json_parse(const char *text, size_t size, struct json_fault *fault);

/** Whether it is UTF-8 throughout. @param place  set to the number of octets that are */
bool json_is_utf8(const char *text, size_t size, size_t *place);

#endif
