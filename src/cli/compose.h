/* compose.h: messages from what the user has given: options about the message, and text for its body. */
#ifndef BARYON_CLI_COMPOSE_H
#define BARYON_CLI_COMPOSE_H

#include "cli/json.h"
#include "cli/option.h"

/* What the options in "Message" say. */
struct message_options {
  struct text_list properties;
  struct text_list annotations;
  const char *to;
  const char *subject;
  const char *reply_to;
  const char *correlation_id;
  const char *message_id;
  const char *content_type;
  const char *group_id;
  uint64_t ttl; /* ms */
  uint64_t priority;
  bool durable;
};

extern const struct option message_option_table[];

#define MESSAGE_GROUP(type, member)                                                                          \
  { "Message", message_option_table, offsetof(type, member) }
#define MESSAGE_DEFAULTS                                                                                     \
  { .priority = PN_DEFAULT_PRIORITY }

/* What the text is from which a body is made. */
enum input { INPUT_AUTO, INPUT_TEXT, INPUT_JSON, INPUT_BINARY, INPUT_MESSAGE };
extern const char *const input_names[];

struct composer {
  const struct message_options *options;
  enum input input;
  bool numbered; /* "{n}" in texts stands for the message's number */
  pn_message_t *message;
  pn_rwbytes_t buffer;
};

/** Check the options. @return  an exit code; if not EXIT_DONE, what was wrong has been said */
int compose_prepare(struct composer *composer, const struct message_options *options, enum input input);

void compose_clear(struct composer *composer);

/** Make a message, in composer->message, of a text for its body. @param number  the first is 1 */
bool compose(
    struct composer *composer, const char *text, size_t size, uint64_t number, struct json_fault *fault);

/** Encode the message. @return  its octets, in the composer's buffer; NULL and the fault */
const char *compose_encode(struct composer *composer, size_t *size, struct json_fault *fault);

/** Read a whole file, or standard input if its name is "-". @return  an exit code; after EXIT_DONE, bytes is to be freed */
int read_file(const char *path, char **bytes, size_t *size);

#endif
