/* tls_resume.c: the secrets of earlier sessions that a client may use again.
 *
 * Found by the name that the program gave the session and the host that it was with: what one host has shown says nothing
 * about another. They belong to one context, so a change of what is trusted forgets them. A session of TLS 1.3 is used
 * once, since it would tell who listens that two connections are of the same client; its server sends others. The lock is
 * held for a look at a short list, when a handshake begins or ends. */
#include "layers/tls_openssl.h"

#include "wire/limits.h"
#include <stdlib.h>
#include <string.h>

struct pni_tls_memory {
  struct pni_tls_memory *older;
  SSL_SESSION *session;
  char *name, *host; /* host: "" for none; both behind this */
};

void pni_tls_cache_init(struct pni_tls_cache *cache) {
  (void)pthread_mutex_init(&cache->lock, NULL); /* which cannot fail for this kind */
  cache->newest = NULL;
  cache->count = 0;
}

static void forget(struct pni_tls_cache *cache, struct pni_tls_memory **place) {
  struct pni_tls_memory *const memory = *place;
  *place = memory->older;
  cache->count--;
  SSL_SESSION_free(memory->session);
  free(memory);
}

void pni_tls_cache_clear(struct pni_tls_cache *cache) {
  while (cache->newest) forget(cache, &cache->newest);
  (void)pthread_mutex_destroy(&cache->lock);
}

static struct pni_tls_memory *remember(const char *name, const char *host, SSL_SESSION *session) {
  const size_t name_size = strlen(name) + 1, host_size = strlen(host) + 1;
  struct pni_tls_memory *const memory = malloc(sizeof *memory + name_size + host_size);
  if (!memory) return NULL;
  *memory = (struct pni_tls_memory){.session = session, .name = (char *)(memory + 1)};
  memory->host = memory->name + name_size;
  memcpy(memory->name, name, name_size);
  memcpy(memory->host, host, host_size);
  return memory;
}

void pni_tls_cache_put(
    struct pni_tls_cache *cache, const char *name, const char *host, SSL_SESSION *session) {
  struct pni_tls_memory *const memory = remember(name, host ? host : "", session);
  if (!memory) {
    SSL_SESSION_free(session);
    return;
  }
  (void)pthread_mutex_lock(&cache->lock);
  memory->older = cache->newest;
  cache->newest = memory;
  if (++cache->count > PNI_LIMIT_TLS_SESSIONS) {
    struct pni_tls_memory **oldest = &cache->newest;
    while ((*oldest)->older) oldest = &(*oldest)->older;
    forget(cache, oldest);
  }
  (void)pthread_mutex_unlock(&cache->lock);
}

static bool once(const SSL_SESSION *session) {
  return SSL_SESSION_get_protocol_version(session) >= TLS1_3_VERSION;
}

SSL_SESSION *pni_tls_cache_take(struct pni_tls_cache *cache, const char *name, const char *host) {
  SSL_SESSION *session = NULL;
  (void)pthread_mutex_lock(&cache->lock);
  struct pni_tls_memory **place = &cache->newest;
  while (*place && (strcmp((*place)->name, name) != 0 || strcmp((*place)->host, host ? host : "") != 0))
    place = &(*place)->older;
  if (*place && SSL_SESSION_up_ref((*place)->session) == 1) {
    session = (*place)->session;
    if (once(session)) forget(cache, place);
  }
  (void)pthread_mutex_unlock(&cache->lock);
  return session;
}
