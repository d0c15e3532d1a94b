/* users.c: the file of users, and the questions that connections ask about them.
 *
 * Read once, before any thread starts, and never changed; so questions need no lock. Passwords are kept as they stand in the file for
 * PLAIN, and as SCRAM's secrets, which are made when the file is read: making one takes some milliseconds. */
#include "cli/broker/users.h"
#include "cli/terminal.h"
#include <baryon/sasl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCRAM_COUNT = 2, LINE_MOST = 4096 /* octets of a line without its end */ };

static const char *const mechanisms[SCRAM_COUNT] = {"SCRAM-SHA-256", "SCRAM-SHA-1"};

struct user {
  struct user *next;
  char *name, *password;      /* password: NULL if only secrets are known */
  char *secrets[SCRAM_COUNT]; /* NULL: not by this mechanism */
};

struct users {
  struct user *first;
};

static void forget(char *secret) {
  if (secret) explicit_bzero(secret, strlen(secret));
  free(secret);
}

void users_free(struct users *users) {
  if (!users) return;
  for (struct user *user; (user = users->first);) {
    users->first = user->next;
    for (int i = 0; i < SCRAM_COUNT; i++) forget(user->secrets[i]);
    forget(user->password);
    free(user->name);
    free(user);
  }
  free(users);
}

static struct user *find(const struct users *users, const char *name) {
  struct user *user = users->first;
  while (user && strcmp(user->name, name) != 0) user = user->next;
  return user;
}

static struct user *user_named(struct users *users, const char *name) {
  struct user *user = find(users, name);
  if (user) return user;
  user = calloc(1, sizeof *user);
  if (!user) return NULL;
  user->name = strdup(name);
  user->next = users->first;
  users->first = user;
  return user->name ? user : NULL;
}

static bool set_password(struct user *user, const char *text) {
  for (int i = 0; i < SCRAM_COUNT; i++) {
    const size_t length = strlen(mechanisms[i]);
    if (strncmp(text, mechanisms[i], length) == 0 && text[length] == '$') {
      forget(user->secrets[i]);
      user->secrets[i] = strdup(text);
      return user->secrets[i];
    }
  }
  forget(user->password);
  user->password = strdup(text);
  bool made = user->password;
  for (int i = 0; i < SCRAM_COUNT && made; i++) {
    forget(user->secrets[i]);
    user->secrets[i] = pn_sasl_scram_secret(mechanisms[i], text, 0);
    made = user->secrets[i];
  }
  return made;
}

static bool read_line(struct users *users, char *line, const char *path, unsigned number) {
  const size_t length = strcspn(line, "\r\n");
  if (length > LINE_MOST) {
    complain("%s, line %u: longer than %d octets", path, number, LINE_MOST);
    return false;
  }
  line[length] = 0;
  if (!*line || *line == '#') return true;
  char *const colon = strchr(line, ':');
  if (!colon || colon == line || !colon[1]) {
    complain("%s, line %u: a line is NAME:PASSWORD", path, number);
    return false;
  }
  *colon = 0;
  struct user *const user = user_named(users, line);
  if (user && set_password(user, colon + 1)) return true;
  complain("%s, line %u: out of memory, or the password is not UTF-8", path, number);
  return false;
}

struct users *users_read(const char *path) {
  char line[LINE_MOST + sizeof "\r\n"], reason[128];
  unsigned number = 0;
  FILE *const file = fopen(path, "re");
  if (!file) {
    complain("%s: %s", path, strerror_r(errno, reason, sizeof reason));
    return NULL;
  }
  struct users *users = calloc(1, sizeof *users);
  bool good = users;
  while (good && fgets(line, sizeof line, file)) good = read_line(users, line, path, ++number);
  explicit_bzero(line, sizeof line);
  (void)fclose(file);
  if (good && !users->first) {
    complain("%s: there is no user in it", path);
    good = false;
  }
  if (good) return users;
  users_free(users);
  return NULL;
}

/* Takes as long wherever the two differ. */
static bool equal(const char *one, const char *other) {
  const size_t size = strlen(one), length = strlen(other);
  unsigned char different = size != length;
  for (size_t i = 0; i < length; i++) different |= (unsigned char)(one[size ? i % size : 0] ^ other[i]);
  return !different;
}

static void verify(void *context, pn_sasl_question_t *question) {
  const struct user *const user = find(context, pn_sasl_question_user(question));
  const bool right = user && user->password && equal(user->password, pn_sasl_question_password(question));
  (void)pn_sasl_answer(question, right ? PN_SASL_OK : PN_SASL_AUTH);
}

static void look_up(void *context, pn_sasl_question_t *question) {
  const struct user *const user = find(context, pn_sasl_question_user(question));
  const int which = strcmp(pn_sasl_question_mechanism(question), mechanisms[0]) != 0;
  (void)pn_sasl_answer_secret(question, user ? user->secrets[which] : NULL);
}

void users_ask(struct users *users, pn_sasl_t *sasl, bool allow_anonymous) {
  pn_sasl_set_password_verifier(sasl, verify, users);
  pn_sasl_set_secret_source(sasl, look_up, users);
  pn_sasl_set_allow_insecure_mechs(sasl, true);
  pn_sasl_allowed_mechs(sasl, allow_anonymous ? "SCRAM-SHA-256 SCRAM-SHA-1 PLAIN EXTERNAL ANONYMOUS"
                                              : "SCRAM-SHA-256 SCRAM-SHA-1 PLAIN EXTERNAL");
}
