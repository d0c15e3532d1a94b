/* cyrus.h: the library Cyrus SASL, if there is one: libsasl2.so.2 is opened when it is first asked for, and stays.
 *
 * Nothing is linked with it and none of its headers is needed: what is used of its interface, which has not changed since version
 * 2.1, is declared here under its own names' meaning; a test holds the two together. The library is one for the process: its
 * configuration is read once, from where the first who needs it says, and its functions may be called by any thread, each
 * connection by one at a time. */
#ifndef BARYON_LAYERS_CYRUS_H
#define BARYON_LAYERS_CYRUS_H

#include <stdbool.h>

/* Results; less than 0 are failures. */
enum {
  PNI_CYRUS_OK = 0,
  PNI_CYRUS_CONTINUE = 1,
  PNI_CYRUS_INTERACT = 2,
  PNI_CYRUS_NO_MEMORY = -2,
  PNI_CYRUS_UNAVAILABLE = -24
};

/* Callbacks, and what is asked for by those that ask. */
enum {
  PNI_CYRUS_LIST_END = 0,
  PNI_CYRUS_LOG = 2,
  PNI_CYRUS_USER = 0x4001, /* whom to act as */
  PNI_CYRUS_AUTHNAME = 0x4002,
  PNI_CYRUS_PASS = 0x4004,
  PNI_CYRUS_GETREALM = 0x4008
};

/* What is logged; more than these are secrets. */
enum {
  PNI_CYRUS_LOG_ERROR = 1,
  PNI_CYRUS_LOG_FAILURE = 2, /* of authentication */
  PNI_CYRUS_LOG_WARNING = 3,
  PNI_CYRUS_LOG_NOTE = 4,
  PNI_CYRUS_LOG_DEBUG = 5,
  PNI_CYRUS_LOG_TRACE = 6
};

/* Properties. */
enum {
  PNI_CYRUS_USERNAME = 0, /* whom the client acts as */
  PNI_CYRUS_SSF = 1,
  PNI_CYRUS_MAXOUTBUF = 2,
  PNI_CYRUS_AUTHUSER = 16,
  PNI_CYRUS_SSF_EXTERNAL = 100,
  PNI_CYRUS_SEC_PROPS = 101
};

enum { PNI_CYRUS_NO_PLAINTEXT = 1, PNI_CYRUS_NO_ANONYMOUS = 16 }; /* flags of security */
enum { PNI_CYRUS_SUCCESS_DATA = 4 }; /* of connections: an outcome carries data */

typedef struct sasl_conn pni_cyrus_conn;

struct pni_cyrus_secret {
  unsigned long length;
  unsigned char octets[1]; /* as many as that */
};

struct pni_cyrus_callback {
  unsigned long id;
  union {
    int (*name)(void *context, int id, const char **name, unsigned *size); /* USER, AUTHNAME */
    int (*log)(void *context, int level, const char *message);             /* LOG */
    int (*secret)(pni_cyrus_conn *conn, void *context, int id, struct pni_cyrus_secret **secret); /* PASS */
  } function;
  void *context;
};

struct pni_cyrus_security {
  unsigned least_ssf, most_ssf;
  unsigned largest_buffer;
  unsigned flags;
  const char **names, **values;
};

struct pni_cyrus_question {
  unsigned long id; /* 0: the last */
  const char *challenge, *prompt, *usual;
  const void *answer;
  unsigned length;
};

struct pni_cyrus {
  int (*client_new)(const char *service, const char *host, const char *here, const char *there,
      const struct pni_cyrus_callback *callbacks, unsigned flags, pni_cyrus_conn **conn);
  int (*client_start)(pni_cyrus_conn *conn, const char *mechanisms, struct pni_cyrus_question **questions,
      const char **out, unsigned *size, const char **mechanism);
  int (*client_step)(pni_cyrus_conn *conn, const char *in, unsigned in_size,
      struct pni_cyrus_question **questions, const char **out, unsigned *size);
  int (*server_new)(const char *service, const char *host, const char *realm, const char *here,
      const char *there, const struct pni_cyrus_callback *callbacks, unsigned flags, pni_cyrus_conn **conn);
  int (*list)(pni_cyrus_conn *conn, const char *user, const char *before, const char *between,
      const char *after, const char **list, unsigned *size, int *count);
  int (*server_start)(pni_cyrus_conn *conn, const char *mechanism, const char *in, unsigned in_size,
      const char **out, unsigned *size);
  int (*server_step)(
      pni_cyrus_conn *conn, const char *in, unsigned in_size, const char **out, unsigned *size);
  int (*get)(pni_cyrus_conn *conn, int property, const void **value);
  int (*set)(pni_cyrus_conn *conn, int property, const void *value);
  int (*encode)(pni_cyrus_conn *conn, const char *in, unsigned in_size, const char **out, unsigned *size);
  int (*decode)(pni_cyrus_conn *conn, const char *in, unsigned in_size, const char **out, unsigned *size);
  const char *(*error)(pni_cyrus_conn *conn);
  void (*dispose)(pni_cyrus_conn **conn);
};

/* Whether the library is there. */
bool pni_cyrus_present(void);

/* The library, ready for one side; NULL if it is not there or cannot begin. `path` (NULL: its own) is where configurations are,
 * `name` the server's; both count once in a process. */
const struct pni_cyrus *pni_cyrus_client(const char *path);
const struct pni_cyrus *pni_cyrus_server(const char *path, const char *name);

#endif
