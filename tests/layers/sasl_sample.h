/* sasl_sample.h: the programs with which Cyrus SASL is tried out, sasl-sample-server and sasl-sample-client, as one side of a pair.
 *
 * They speak base64, a line for each message; here they are an implementation of mechanisms behind a transport, which frames what they
 * say. Once a layer is negotiated each of them encrypts one line of its own ("srv message 1", "client message 1") and shows the
 * line that it decrypts. */
#ifndef BARYON_TESTS_LAYERS_SASL_SAMPLE_H
#define BARYON_TESTS_LAYERS_SASL_SAMPLE_H

#include "layers/sasl_pair.h"
#include <proton/sasl_plugin.h>

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SAMPLE_LINE = 8192 };

struct sample {
  pid_t process;
  FILE *to, *from;
  int ssf;                 /* -1: not negotiated */
  char name[64];           /* whom it takes the user for */
  char saw[64];            /* what it has decrypted */
  char bytes[SAMPLE_LINE]; /* of the message that came last */
  size_t size;
  char line[SAMPLE_LINE];
};

static inline struct sample *sample_of(pn_transport_t *transport) { return pnx_sasl_get_context(transport); }

/* Begin a program: a command, and its last argument. */
static inline void sample_begin(struct sample *sample, const char *command, const char *last) {
  char line[256];
  int to[2], from[2];
  (void)snprintf(line, sizeof line, "PATH=$PATH:/usr/sbin; exec stdbuf -o0 env %s %s", command, last);
  memset(sample, 0, sizeof *sample);
  sample->ssf = -1;
  assert_int_equal(pipe(to), 0);
  assert_int_equal(pipe(from), 0);
  sample->process = fork();
  assert_true(sample->process >= 0);
  if (sample->process == 0) {
    (void)dup2(to[0], 0);
    (void)dup2(from[1], 1);
    (void)dup2(from[1], 2);
    for (int i = 0; i < 2; i++) (void)close(to[i]), (void)close(from[i]);
    (void)execl("/bin/sh", "sh", "-c", line, (char *)NULL);
    _exit(127);
  }
  (void)close(to[0]), (void)close(from[1]);
  sample->to = fdopen(to[1], "w");
  sample->from = fdopen(from[0], "r");
  assert_true(sample->to && sample->from);
}

static inline void sample_end(struct sample *sample) {
  (void)fclose(sample->to);
  (void)fclose(sample->from);
  assert_int_equal(waitpid(sample->process, NULL, 0), sample->process);
}

static inline void sample_tell(struct sample *sample, const char *who, const char *bytes, size_t size) {
  char text[SAMPLE_LINE * 2];
  assert_true(size < SAMPLE_LINE);
  (void)EVP_EncodeBlock((unsigned char *)text, (const unsigned char *)bytes, (int)size);
  (void)fprintf(sample->to, "%s%s\n", who, text);
  (void)fflush(sample->to);
}

/* Its next message, or what it says in between if that begins with `until`; false when it has ended. */
static inline bool sample_hear(struct sample *sample, const char *until) {
  while (fgets(sample->line, sizeof sample->line, sample->from)) {
    char *const line = sample->line;
    line[strcspn(line, "\n")] = '\0';
    (void)sscanf(line, "Username: %63s", sample->name);
    if (strncmp(line, "SSF: ", 5) == 0) sample->ssf = (int)strtol(line + 5, NULL, 10);
    (void)sscanf(line, "recieved decoded message '%63[^']", sample->saw);
    if (until && strncmp(line, until, strlen(until)) == 0) return true;
    if (strncmp(line, "S: ", 3) != 0 && strncmp(line, "C: ", 3) != 0) continue;
    const size_t size = strlen(line + 3);
    const int whole = EVP_DecodeBlock((unsigned char *)sample->bytes, (unsigned char *)line + 3, (int)size);
    assert_true(whole >= 0);
    sample->size = (size_t)whole;
    for (size_t i = size; i > 0 && line[3 + i - 1] == '='; i--) sample->size--;
    return true;
  }
  return false;
}

static inline bool sample_is(const struct sample *sample, const char *words) {
  return strncmp(sample->line, words, strlen(words)) == 0;
}

/* As a server. */

static inline const char *sample_list(pn_transport_t *transport) {
  struct sample *const sample = sample_of(transport);
  assert_true(sample_hear(sample, NULL));
  sample->bytes[sample->size] = '\0';
  return sample->bytes;
}
static inline void sample_verdict(pn_transport_t *transport) {
  static const char done[] = "Negotiation complete";
  struct sample *const sample = sample_of(transport);
  if (!sample_hear(sample, done)) {
    pnx_sasl_set_failed(transport);
  } else if (!sample_is(sample, done)) {
    pnx_sasl_set_bytes_out(transport, pn_bytes(sample->size, sample->bytes));
    pnx_sasl_set_desired_state(transport, SASL_POSTED_CHALLENGE);
    return;
  } else {
    assert_true(sample_hear(sample, "SSF: "));
    pnx_sasl_set_succeeded(transport, sample->name, sample->name);
  }
  pnx_sasl_set_desired_state(transport, SASL_POSTED_OUTCOME);
}
static inline void sample_init(pn_transport_t *transport, const char *mechanism, const pn_bytes_t *in) {
  char message[SAMPLE_LINE];
  const size_t size = strlen(mechanism);
  assert_true(size + 1 + in->size < sizeof message);
  memcpy(message, mechanism, size + 1);
  if (in->start) memcpy(message + size + 1, in->start, in->size);
  sample_tell(sample_of(transport), "C: ", message, size + (in->start ? 1 + in->size : 0));
  sample_verdict(transport);
}
static inline void sample_response(pn_transport_t *transport, const pn_bytes_t *in) {
  sample_tell(sample_of(transport), "C: ", in->start, in->size);
  sample_verdict(transport);
}

/* As a client. */

static inline bool sample_mechanisms(pn_transport_t *transport, const char *list) {
  struct sample *const sample = sample_of(transport);
  sample_tell(sample, "S: ", list, strlen(list));
  if (!sample_hear(sample, NULL)) return false;
  const size_t size = strnlen(sample->bytes, sample->size);
  sample->bytes[sample->size] = '\0';
  pnx_sasl_set_selected_mechanism(transport, sample->bytes);
  if (size < sample->size)
    pnx_sasl_set_bytes_out(transport, pn_bytes(sample->size - size - 1, sample->bytes + size + 1));
  return true;
}
static inline void sample_challenge(pn_transport_t *transport, const pn_bytes_t *in) {
  struct sample *const sample = sample_of(transport);
  sample_tell(sample, "S: ", in->start, in->size);
  const bool answers = sample_hear(sample, NULL);
  if (answers) pnx_sasl_set_bytes_out(transport, pn_bytes(sample->size, sample->bytes));
  pnx_sasl_set_desired_state(transport, answers ? SASL_POSTED_RESPONSE : SASL_RECVED_FAILURE);
}
static inline void sample_outcome(pn_transport_t *transport, const pn_bytes_t *in) {
  (void)in;
  if (!sample_hear(sample_of(transport), "SSF: ")) pnx_sasl_set_failed(transport);
}

/* Both. */

static inline bool sample_begins(pn_transport_t *transport) { return sample_of(transport) != NULL; }
static inline void sample_nothing(pn_transport_t *transport) { (void)transport; }
static inline bool sample_encrypts(pn_transport_t *transport) { return sample_of(transport)->ssf > 0; }
static inline ssize_t sample_most(pn_transport_t *transport) {
  (void)transport;
  return 1024;
}

/* What the transport has to say of AMQP is not for it. */
static inline ssize_t sample_encode(pn_transport_t *transport, pn_bytes_t in, pn_bytes_t *out) {
  (void)transport, (void)in;
  *out = pn_bytes(0, "");
  return 0;
}

/* It wants all of the message at once. */
static inline ssize_t sample_decode(pn_transport_t *transport, pn_bytes_t in, pn_bytes_t *out) {
  static const char done[] = "recieved decoded message";
  struct sample *const sample = sample_of(transport);
  *out = pn_bytes(0, "");
  if (sample->saw[0]) return 0;
  sample_tell(sample, pnx_sasl_is_client(transport) ? "S: " : "C: ", in.start, in.size);
  while (sample_hear(sample, done) && !sample_is(sample, done))
    ;
  return 0;
}

static const pnx_sasl_implementation sample_side = {.free = sample_nothing,
    .list_mechanisms = sample_list,
    .init_server = sample_begins,
    .init_client = sample_begins,
    .prepare_write = sample_nothing,
    .process_init = sample_init,
    .process_response = sample_response,
    .process_mechanisms = sample_mechanisms,
    .process_challenge = sample_challenge,
    .process_outcome = sample_outcome,
    .can_encrypt = sample_encrypts,
    .max_encrypt_size = sample_most,
    .encode = sample_encode,
    .decode = sample_decode};

#endif
