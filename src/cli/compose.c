/* compose.c: messages from options and text. */
#include "cli/compose.h"
#include "cli/terminal.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define FIELD(name) offsetof(struct message_options, name)
const struct option message_option_table[] = {{"property", 'P', OPTION_LIST, FIELD(properties), "NAME=TEXT",
                                                  "an application property, which filters and programs look "
                                                  "at; NAME:=JSON for one that is not text, as "
                                                  "in -P count:=5"},
    {"annotation", 'A', OPTION_LIST, FIELD(annotations), "NAME=TEXT",
        "a message annotation, which brokers look at; NAME:=JSON likewise"},
    {"subject", 's', OPTION_TEXT, FIELD(subject), "TEXT", "what the message is about, or of which kind"},
    {"to", 0, OPTION_TEXT, FIELD(to), "ADDRESS", "the address written on the message, if it is another"},
    {"reply-to", 0, OPTION_TEXT, FIELD(reply_to), "ADDRESS", "where answers are wanted"},
    {"correlation-id", 0, OPTION_TEXT, FIELD(correlation_id), "TEXT", "which message this one answers"},
    {"message-id", 0, OPTION_TEXT, FIELD(message_id), "TEXT", "what tells the message from all others"},
    {"content-type", 0, OPTION_TEXT, FIELD(content_type), "TYPE",
        "what the body is, such as application/json; without it nothing is said"},
    {"group-id", 0, OPTION_TEXT, FIELD(group_id), "TEXT", "which messages belong together"},
    {"ttl", 0, OPTION_DURATION, FIELD(ttl), "TIME",
        "after which time nobody wants the message any more; without it, it is kept", 1, UINT32_MAX},
    {"priority", 0, OPTION_COUNT, FIELD(priority), "NUMBER", "0 to 9; more important ones first", 0, 9},
    {"durable", 0, OPTION_FLAG, FIELD(durable), NULL, "the broker is to keep it on disk, if it has one"},
    {NULL}};

const char *const input_names[] = {"auto", "text", "json", "binary", "message", NULL};

/* "name=text" or "name:=json", as an entry of the map that was entered. */
static bool put_entry(pn_data_t *data, const char *entry, bool symbol, struct json_fault *fault) {
  const char *const equals = strchr(entry, '=');
  if (!equals || equals == entry) return json_fail(fault, "'%.60s' is not NAME=TEXT or NAME:=JSON", entry);
  const bool typed = equals[-1] == ':';
  const pn_bytes_t name = pn_bytes((size_t)(equals - entry) - typed, entry),
                   text = pn_bytes(strlen(equals + 1), equals + 1);
  size_t place;
  if (!json_is_utf8(entry, strlen(entry), &place)) return json_fail(fault, "'%.60s' is not UTF-8", entry);
  (void)(symbol ? pn_data_put_symbol(data, name) : pn_data_put_string(data, name));
  if (!typed) return pn_data_put_string(data, text) == 0;
  struct json_fault why = {""};
  json_t *const value = json_parse(text.start, text.size, &why);
  const bool put = value && json_put_value(value, data, &why);
  json_decref(value);
  return put || json_fail(fault, "%.*s: %s", (int)name.size, name.start, why.text);
}

static bool put_entries(
    pn_data_t *data, const struct text_list *list, bool symbol, struct json_fault *fault) {
  if (list->count == 0) return true;
  pn_data_clear(data);
  pn_data_put_map(data);
  pn_data_enter(data);
  for (size_t i = 0; i < list->count; i++) {
    if (!put_entry(data, list->items[i], symbol, fault)) return false;
  }
  return pn_data_exit(data);
}

static bool set_options(const struct composer *composer, struct json_fault *fault) {
  const struct message_options *const options = composer->options;
  pn_message_t *const message = composer->message;
  if (options->to) pn_message_set_address(message, options->to);
  if (options->subject) pn_message_set_subject(message, options->subject);
  if (options->reply_to) pn_message_set_reply_to(message, options->reply_to);
  if (options->content_type) pn_message_set_content_type(message, options->content_type);
  if (options->group_id) pn_message_set_group_id(message, options->group_id);
  if (options->ttl) pn_message_set_ttl(message, (pn_millis_t)options->ttl);
  if (options->priority != PN_DEFAULT_PRIORITY) pn_message_set_priority(message, (uint8_t)options->priority);
  if (options->durable) pn_message_set_durable(message, true);
  if (!put_entries(pn_message_properties(message), &options->properties, false, fault)) return false;
  return put_entries(pn_message_annotations(message), &options->annotations, true, fault);
}

int compose_prepare(struct composer *composer, const struct message_options *options, enum input input) {
  struct json_fault fault;
  const char *const texts[] = {options->to, options->subject, options->reply_to, options->correlation_id,
      options->message_id, options->content_type, options->group_id};
  *composer = (struct composer){.options = options, .input = input, .message = pn_message()};
  for (size_t i = 0, place; i < sizeof texts / sizeof *texts; i++) {
    if (texts[i] && !json_is_utf8(texts[i], strlen(texts[i]), &place)) {
      compose_clear(composer);
      return usage_error("'%s' is not UTF-8", texts[i]);
    }
  }
  if (!composer->message) {
    complain("out of memory");
    return EXIT_FAILED;
  }
  if (!set_options(composer, &fault)) {
    compose_clear(composer);
    return usage_error("--property or --annotation: %s", fault.text);
  }
  return EXIT_DONE;
}

void compose_clear(struct composer *composer) {
  pn_message_free(composer->message);
  free(composer->buffer.start);
  *composer = (struct composer){0};
}

/* The text with the number for each "{n}". NULL: there is none, or no memory. */
static char *with_number(const char *text, size_t size, uint64_t number, size_t *result_size) {
  char digits[24];
  const size_t width = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, number);
  const char *found = memmem(text, size, "{n}", 3);
  char *const result = found ? malloc(size * 7 + 1) : NULL; /* three octets become 20 at most */
  if (!result) return NULL;
  char *to = result;
  const char *const end = text + size;
  for (; found; found = memmem(text, (size_t)(end - text), "{n}", 3)) {
    to = mempcpy(mempcpy(to, text, (size_t)(found - text)), digits, width);
    text = found + 3;
  }
  to = mempcpy(to, text, (size_t)(end - text));
  *to = 0;
  *result_size = (size_t)(to - result);
  return result;
}

static void put_id(const struct composer *composer, pn_data_t *data, const char *text, uint64_t number) {
  if (!text) return;
  size_t size = strlen(text);
  char *const numbered = composer->numbered ? with_number(text, size, number, &size) : NULL;
  pn_data_clear(data);
  pn_data_put_string(data, pn_bytes(size, numbered ? numbered : text));
  free(numbered);
}

static bool put_text(pn_message_t *message, const char *text, size_t size, struct json_fault *fault) {
  size_t place;
  if (!json_is_utf8(text, size, &place)) {
    return json_fail(fault, "octet %zu is not UTF-8; --input=binary sends octets as they are", place + 1);
  }
  pn_message_set_inferred(message, false);
  pn_data_clear(pn_message_body(message));
  return pn_data_put_string(pn_message_body(message), pn_bytes(size, text)) == 0;
}

static bool put_json(struct composer *composer, const char *text, size_t size, struct json_fault *fault) {
  json_t *const value = json_parse(text, size, fault);
  if (!value) return false;
  bool put;
  if (composer->input == INPUT_MESSAGE) {
    pn_message_clear(composer->message);
    put = json_put_message(value, composer->message, fault) && set_options(composer, fault);
  } else {
    put = json_put_body(value, composer->message, fault);
  }
  json_decref(value);
  return put;
}

static bool put_body(struct composer *composer, const char *text, size_t size, struct json_fault *fault) {
  pn_message_t *const message = composer->message;
  switch (composer->input) {
  case INPUT_AUTO:
  case INPUT_TEXT: return put_text(message, text, size, fault);
  case INPUT_BINARY:
    pn_message_set_inferred(message, true);
    pn_data_clear(pn_message_body(message));
    return pn_data_put_binary(pn_message_body(message), pn_bytes(size, text)) == 0;
  default: return put_json(composer, text, size, fault);
  }
}

bool compose(
    struct composer *composer, const char *text, size_t size, uint64_t number, struct json_fault *fault) {
  (void)json_fail(fault, "out of memory");
  char *const numbered = composer->numbered ? with_number(text, size, number, &size) : NULL;
  const bool put = put_body(composer, numbered ? numbered : text, size, fault);
  free(numbered);
  if (!put) return false;
  put_id(composer, pn_message_id(composer->message), composer->options->message_id, number);
  put_id(composer, pn_message_correlation_id(composer->message), composer->options->correlation_id, number);
  return true;
}

const char *compose_encode(struct composer *composer, size_t *size, struct json_fault *fault) {
  const ssize_t written = pn_message_encode2(composer->message, &composer->buffer);
  if (written >= 0) {
    *size = (size_t)written;
    return composer->buffer.start;
  }
  const char *const why = pn_error_text(pn_message_error(composer->message));
  (void)json_fail(fault, "%s", why && *why ? why : "it cannot be encoded");
  return NULL;
}

int read_file(const char *path, char **bytes, size_t *size) {
  char reason[128];
  FILE *const file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
  char *all = NULL;
  size_t used = 0, room = 0, got = 0;
  bool memory = file;
  for (got = 1; file && memory && got > 0; used += got) {
    if (room - used < 65536) {
      room = room * 2 + 65536;
      char *const larger = realloc(all, room);
      memory = larger;
      if (!larger) break;
      all = larger;
    }
    got = fread(all + used, 1, room - used, file);
  }
  const bool failed = !file || !memory || ferror(file);
  if (failed) {
    complain("%s: %s", path, strerror_r(file && !memory ? ENOMEM : errno, reason, sizeof reason));
    free(all);
  } else {
    *bytes = all;
    *size = used;
  }
  if (file && file != stdin) (void)fclose(file);
  return failed ? EXIT_FAILED : EXIT_DONE;
}
