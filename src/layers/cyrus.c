/* cyrus.c: see cyrus.h. */
#include "layers/cyrus.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const char library_name[] = "libsasl2.so.2";

/* What is called once, beside what connections need. */
static struct {
  int (*client_init)(const struct pni_cyrus_callback *callbacks);
  int (*server_init)(const struct pni_cyrus_callback *callbacks, const char *name);
  int (*set_path)(int type, char *path);
  void (*set_mutex)(void *(*make)(void), int (*lock)(void *), int (*unlock)(void *), void (*drop)(void *));
} start;
static struct pni_cyrus functions;

static pthread_once_t opened = PTHREAD_ONCE_INIT;
static bool there; /* settled by `opened` */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of the rest */
static enum { NEVER, READY, FAILED } client, server;
static bool path_set;
static char *server_name; /* which the library keeps a pointer to */

/* It has no mutexes of its own. */

static void *mutex_make(void) {
  pthread_mutex_t *const mutex = malloc(sizeof(pthread_mutex_t));
  if (mutex) (void)pthread_mutex_init(mutex, NULL);
  return mutex;
}
static int mutex_lock(void *mutex) { return pthread_mutex_lock(mutex) ? -1 : 0; }
static int mutex_unlock(void *mutex) { return pthread_mutex_unlock(mutex) ? -1 : 0; }
static void mutex_drop(void *mutex) {
  if (mutex) (void)pthread_mutex_destroy(mutex);
  free(mutex);
}

/* A function's address, put where a pointer of its type is: C has no cast between the two kinds. */
static bool find(void *library, const char *name, void *place) {
  void *const address = dlsym(library, name);
  memcpy(place, &address, sizeof address);
  return address != NULL;
}

static void open_library(void) {
  void *const library = dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
  if (!library) return;
  const struct {
    const char *name;
    void *place;
  } wanted[] = {{"sasl_client_init", &start.client_init}, {"sasl_server_init", &start.server_init},
      {"sasl_set_path", &start.set_path}, {"sasl_set_mutex", &start.set_mutex},
      {"sasl_client_new", &functions.client_new}, {"sasl_client_start", &functions.client_start},
      {"sasl_client_step", &functions.client_step}, {"sasl_server_new", &functions.server_new},
      {"sasl_listmech", &functions.list}, {"sasl_server_start", &functions.server_start},
      {"sasl_server_step", &functions.server_step}, {"sasl_getprop", &functions.get},
      {"sasl_setprop", &functions.set}, {"sasl_encode", &functions.encode},
      {"sasl_decode", &functions.decode}, {"sasl_errdetail", &functions.error},
      {"sasl_dispose", &functions.dispose}};
  there = true;
  for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
    there &= find(library, wanted[i].name, wanted[i].place);
  if (there) start.set_mutex(mutex_make, mutex_lock, mutex_unlock, mutex_drop);
}

bool pni_cyrus_present(void) {
  (void)pthread_once(&opened, open_library);
  return there;
}

/* Once, before either side begins. */
static bool set_path(const char *path) {
  enum { CONFIGURATION = 1 };
  if (path_set || !path) return true;
  char *const copy = strdup(path);
  path_set = copy && start.set_path(CONFIGURATION, copy) == PNI_CYRUS_OK;
  free(copy);
  return path_set;
}

const struct pni_cyrus *pni_cyrus_client(const char *path) {
  if (!pni_cyrus_present()) return NULL;
  (void)pthread_mutex_lock(&lock);
  if (client == NEVER) client = set_path(path) && start.client_init(NULL) == PNI_CYRUS_OK ? READY : FAILED;
  const bool ready = client == READY;
  (void)pthread_mutex_unlock(&lock);
  return ready ? &functions : NULL;
}

static bool begin_server(const char *path, const char *name) {
  server_name = strdup(name);
  return server_name && set_path(path) && start.server_init(NULL, server_name) == PNI_CYRUS_OK;
}

const struct pni_cyrus *pni_cyrus_server(const char *path, const char *name) {
  if (!pni_cyrus_present()) return NULL;
  (void)pthread_mutex_lock(&lock);
  if (server == NEVER) server = begin_server(path, name) ? READY : FAILED;
  const bool ready = server == READY;
  (void)pthread_mutex_unlock(&lock);
  return ready ? &functions : NULL;
}
