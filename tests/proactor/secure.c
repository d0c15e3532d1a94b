/* secure.c: see secure.h. */
#include "secure.h"

#include "layers/certificates.h"
#include <baryon/tls.h>
#include <proton/ssl.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pn_ssl_domain_t *client, *server;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of the next */
static unsigned turn;

static struct holder {
  const char *name, *authority, *certificate, *key;
} shown[2] = {
    {.name = "one", .authority = "authority of one"}, {.name = "two", .authority = "authority of two"}};
static const char *believed;

static void must(bool done, const char *what) {
  if (done) return;
  fprintf(stderr, "secure: %s\n", what);
  abort();
}

void secure_start(void) {
  const struct identity *authorities[3] = {NULL};
  for (int i = 0; i < 2; i++) {
    struct identity *authority =
        identity(NULL, &(struct subject){.name = shown[i].authority, .authority = true});
    const struct identity *holder =
        identity(authority, &(struct subject){.name = shown[i].name, .host = "localhost"});
    authorities[i] = authority;
    shown[i].certificate = certificate_file(holder);
    shown[i].key = key_file(holder, NULL);
  }
  believed = certificates_file(authorities);
  client = pn_ssl_domain(PN_SSL_MODE_CLIENT);
  server = pn_ssl_domain(PN_SSL_MODE_SERVER);
  must(client && server, "no domain");
  must(pn_ssl_domain_set_trusted_ca_db(client, believed) == 0, "whom to believe");
  must(pn_ssl_domain_set_credentials(server, shown[0].certificate, shown[0].key, NULL) == 0, "credentials");
  must(pn_ssl_domain_allow_unsecured_client(server) == 0, "unsecured clients");
}

static pn_transport_t *with_tls(pn_transport_t *transport, pn_ssl_domain_t *domain, const char *name) {
  must(transport && pn_ssl_init(pn_ssl(transport), domain, name) == 0, "no TLS");
  return transport;
}

pn_transport_t *secure_client(unsigned number) {
  char name[16];
  snprintf(name, sizeof name, "%u", number);
  pn_transport_t *transport = with_tls(pn_transport(), client, number ? name : NULL);
  must(pn_ssl_set_peer_hostname(pn_ssl(transport), "localhost") == 0, "no host name");
  return transport;
}

pn_transport_t *secure_server(void) {
  pn_transport_t *transport = pn_transport();
  pn_transport_set_server(transport);
  return with_tls(transport, server, NULL);
}

unsigned secure_renew(void) {
  pthread_mutex_lock(&lock);
  const unsigned which = ++turn % 2;
  const pn_ssl_renewal_t credentials = {.certificate = shown[which].certificate, .key = shown[which].key};
  must(pn_ssl_domain_renew(server, &credentials) == 0, "renewal of the server's");
  must(pn_ssl_domain_renew(client, &(pn_ssl_renewal_t){.trusted = believed}) == 0, "renewal of the client's");
  pthread_mutex_unlock(&lock);
  return which;
}

unsigned secure_shown(pn_transport_t *transport) {
  const char *name = pn_ssl_get_remote_subject_subfield(pn_ssl(transport), PN_SSL_CERT_SUBJECT_COMMON_NAME);
  must(name != NULL, "the server has shown nothing");
  return strcmp(name, shown[1].name) == 0;
}

void secure_stop(void) {
  pn_ssl_domain_free(client);
  pn_ssl_domain_free(server);
  certificates_clear();
}
