/* secure.c: a domain for each process, made when it is first needed. */
#include "secure.h"

#include "certificate.h"
#include "process.h"

#include <proton/ssl.h>
#include <proton/transport.h>
#include <pthread.h>
#include <stddef.h>

long secure;
static pn_ssl_domain_t *domain; /* a process is client or server */
static pthread_once_t once = PTHREAD_ONCE_INIT;

void secure_start(void) {
  if (secure) certificate_make();
}

static void make_client(void) {
  domain = pn_ssl_domain(PN_SSL_MODE_CLIENT);
  if (!domain || pn_ssl_domain_set_trusted_ca_db(domain, certificate_file) != 0)
    die("whom to trust was refused");
  if (pn_ssl_domain_set_peer_authentication(domain, PN_SSL_VERIFY_PEER_NAME, NULL) != 0)
    die("no verification");
}

static void make_server(void) {
  domain = pn_ssl_domain(PN_SSL_MODE_SERVER);
  if (!domain || pn_ssl_domain_set_credentials(domain, certificate_file, certificate_key_file, NULL) != 0)
    die("the certificate was refused");
}

static pn_transport_t *with_tls(pn_transport_t *transport, const char *name) {
  if (pn_ssl_init(pn_ssl(transport), domain, name) != 0) die("no TLS");
  return transport;
}

pn_transport_t *secure_client(void) {
  if (!secure) return NULL;
  pthread_once(&once, make_client);
  pn_transport_t *transport = with_tls(pn_transport(), secure == SECURE_AGAIN ? "again" : NULL);
  pn_ssl_set_peer_hostname(pn_ssl(transport), "localhost");
  return transport;
}

pn_transport_t *secure_server(void) {
  if (!secure) return NULL;
  pthread_once(&once, make_server);
  pn_transport_t *transport = pn_transport();
  pn_transport_set_server(transport);
  return with_tls(transport, NULL);
}

bool secure_resumed(pn_transport_t *transport) {
  return secure && pn_ssl_resume_status(pn_ssl(transport)) == PN_SSL_RESUME_REUSED;
}

void secure_stop(void) {
  if (domain) pn_ssl_domain_free(domain);
  certificate_remove();
}
