/* scenario.h: a program of scenarios, each of which calls the API and says what it saw, for compare.py to compare between
 * libraries. A scenario runs in a process of its own, so that an assertion of the library ends that one alone and shows
 * as a line that says so. */
#ifndef DIFFERENTIAL_SCENARIO_H
#define DIFFERENTIAL_SCENARIO_H

#include <proton/codec.h>
#include <proton/message.h>

struct scenario {
  const char *name;
  void (*run)(void);
};

#define SCENARIO(function)                                                                                   \
  { #function, function }

/** Run them all; the result of main. */
int scenarios_run(const struct scenario *scenarios, size_t count);

#define SCENARIOS_RUN(array) scenarios_run(array, sizeof(array) / sizeof((array)[0]))

/** One observation: a key, which names it within the scenario, and what was seen. Line breaks become spaces. */
__attribute__((format(printf, 2, 3))) void say(const char *key, const char *format, ...);

/** The current type, the number of nodes, the error and the library's text of a tree. Moves no cursor. */
void say_tree(const char *key, pn_data_t *data);

/** The exact text of a tree; rewinds it. */
void say_canonical(const char *key, pn_data_t *data);

/** What pn_data_encode gives, in hexadecimal, or its error. */
void say_encoding(const char *key, pn_data_t *data);

/** Every getter of a message, each under the key and its own name. */
void say_message(const char *key, pn_message_t *message);

/** "code, with text" or "code, without text": what an error says may differ, that it says something may not. */
const char *error_state(pn_error_t *error);

/** Bytes written as hexadecimal, blanks ignored. `(`...`)` is preceded by its size as one octet, `[`...`]` by its size as
 *  four: "c0(02 40 40)". Valid until the fourth call from now. */
pn_bytes_t octets(const char *hexadecimal);

#endif
