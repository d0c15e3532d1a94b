/* client.c: connections to a broker.
 *
 * A client is prepared once and connects any number of times. The password is read from a file or the URL, never from an argument
 * of its own, which other users of the machine could see; its copies are wiped. Whoever gives a password for amqp:// wants it to be sent
 * in the clear, so it is; a certificate that does not prove the host's name is an error unless --insecure says so. */
#include "cli/client.h"
#include "cli/terminal.h"
#include <baryon/tls.h>
#include <errno.h>
#include <proton/condition.h>
#include <proton/connection.h>
#include <proton/proactor.h>
#include <proton/sasl.h>
#include <proton/ssl.h>
#include <proton/transport.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LONGEST_PASSWORD = 1024 };

#define FIELD(name) offsetof(struct client_options, name)
const struct option client_option_table[] = {
    {"user", 'u', OPTION_TEXT, FIELD(user), "NAME", "who you are to the broker; also amqp://NAME@HOST"},
    {"password-file", 0, OPTION_TEXT, FIELD(password_file), "FILE",
        "a file whose first line is the password"},
    {"sasl-mechanism", 0, OPTION_TEXT, FIELD(mechanism), "NAME",
        "how to prove who you are: PLAIN, ANONYMOUS, EXTERNAL, SCRAM-SHA-256; without it the best that both "
        "sides know"},
    {"ca", 0, OPTION_TEXT, FIELD(ca), "FILE",
        "for amqps://, the certificates of the authorities to trust (PEM), instead of the system's"},
    {"cert", 0, OPTION_TEXT, FIELD(cert), "FILE",
        "for amqps://, the certificate to show to the broker (PEM)"},
    {"key", 0, OPTION_TEXT, FIELD(key), "FILE",
        "the private key of --cert (PEM), if it is in a file of its own"},
    {"insecure", 0, OPTION_FLAG, FIELD(insecure), NULL,
        "for amqps://, do not check who the broker is; for tests only"},
    {"container-id", 0, OPTION_TEXT, FIELD(container), "NAME",
        "what this client is called in the broker's lists"},
    {"virtual-host", 0, OPTION_TEXT, FIELD(virtual_host), "NAME",
        "which of the broker's hosts is meant, if it is not the one in the URL"},
    {"connect-timeout", 0, OPTION_DURATION, FIELD(connect_timeout), "TIME",
        "give up when the broker has not answered after this time", 1, 86400000},
    {"idle-timeout", 0, OPTION_DURATION, FIELD(idle_timeout), "TIME",
        "take the connection for dead when nothing, not even a heartbeat, has come for this time; 0 for "
        "never",
        0, 86400000},
    {"reconnect", 0, OPTION_FLAG, FIELD(reconnect), NULL,
        "when the connection is lost or the broker cannot be reached, try again until it works"},
    {"reconnect-min", 0, OPTION_DURATION, FIELD(reconnect_min), "TIME",
        "with --reconnect, how long to wait before the second attempt; then twice as long each time", 1,
        3600000},
    {"reconnect-max", 0, OPTION_DURATION, FIELD(reconnect_max), "TIME",
        "with --reconnect, how long to wait at most", 1, 3600000},
    {NULL}};

/* A file's first line. */
static int read_password(const char *path, char **password) {
  char line[LONGEST_PASSWORD + 2], reason[128];
  FILE *const file = fopen(path, "re");
  if (!file) {
    complain("--password-file: %s: %s", path, strerror_r(errno, reason, sizeof reason));
    return EXIT_FAILED;
  }
  const bool read = fgets(line, sizeof line, file);
  (void)fclose(file);
  const size_t length = read ? strcspn(line, "\r\n") : 0;
  int result = EXIT_FAILED;
  if (length == 0) {
    complain("--password-file: the first line of %s is empty", path);
  } else if (length > LONGEST_PASSWORD) {
    complain("--password-file: the first line of %s is longer than %d octets", path, LONGEST_PASSWORD);
  } else {
    line[length] = 0;
    *password = strdup(line);
    if (*password) result = EXIT_DONE;
  }
  explicit_bzero(line, sizeof line);
  return result;
}

static int tls_failed(struct client *client, const char *option, const char *path) {
  char *const why = pn_ssl_domain_error(client->tls);
  complain("--%s: %s: %s", option, path, why && *why ? why : "it cannot be used");
  free(why);
  return EXIT_FAILED;
}

static int prepare_tls(struct client *client) {
  const struct client_options *const options = client->options;
  if (!client->url.secure) {
    const char *const option = options->ca ? "ca" : options->cert ? "cert" : options->key ? "key" : NULL;
    if (option) return usage_error("--%s is for connections with TLS: write amqps:// in the URL", option);
    return options->insecure ? usage_error("--insecure is for amqps:// only") : EXIT_DONE;
  }
  if (options->key && !options->cert) return usage_error("--key needs the certificate that it is of: --cert");
  client->tls = pn_ssl_domain(PN_SSL_MODE_CLIENT);
  if (!client->tls) {
    complain("out of memory");
    return EXIT_FAILED;
  }
  if (options->ca && pn_ssl_domain_set_trusted_ca_db(client->tls, options->ca) != 0)
    return tls_failed(client, "ca", options->ca);
  if (options->cert && pn_ssl_domain_set_credentials(client->tls, options->cert, options->key, NULL) != 0) {
    return tls_failed(client, "cert", options->cert);
  }
  if (options->insecure) {
    complain(
        "WARNING: --insecure: whoever answers is taken for the broker, and may read and change everything");
    (void)pn_ssl_domain_set_peer_authentication(client->tls, PN_SSL_ANONYMOUS_PEER, NULL);
  }
  return EXIT_DONE;
}

static int prepare_user(struct client *client) {
  const struct client_options *const options = client->options;
  const char *const user = options->user ? options->user : client->url.user;
  if (user && *user) {
    client->user = strdup(user);
    if (!client->user) return EXIT_FAILED;
  }
  if (options->password_file) {
    const int result = read_password(options->password_file, &client->password);
    if (result != EXIT_DONE) return result;
  } else if (client->url.password) {
    client->password = strdup(client->url.password);
    if (!client->password) return EXIT_FAILED;
  }
  if (client->password && !client->user) return usage_error("there is a password, but no user: --user");
  return EXIT_DONE;
}

int client_prepare(struct client *client, const struct client_options *options, const char *url) {
  *client = (struct client){.options = options};
  if (options->reconnect_min > options->reconnect_max) {
    return usage_error("--reconnect-min is longer than --reconnect-max");
  }
  int result = url_parse(url, &client->url);
  if (result != EXIT_DONE) return result;
  const struct url *const at = &client->url;
  (void)snprintf(client->place, sizeof client->place, strchr(at->host, ':') ? "[%s]:%s" : "%s:%s",
      *at->host ? at->host : "localhost", at->port);
  result = prepare_user(client);
  if (result == EXIT_DONE) result = prepare_tls(client);
  if (result != EXIT_DONE) client_clear(client);
  return result;
}

void client_clear(struct client *client) {
  if (client->password) explicit_bzero(client->password, strlen(client->password));
  free(client->password);
  free(client->user);
  pn_ssl_domain_free(client->tls);
  url_clear(&client->url);
  *client = (struct client){0};
}

static bool secure(const struct client *client, pn_transport_t *transport) {
  pn_ssl_t *const ssl = pn_ssl(transport);
  const char *const host = *client->url.host ? client->url.host : "localhost";
  return ssl && pn_ssl_init(ssl, client->tls, NULL) == 0 && pn_ssl_set_peer_hostname(ssl, host) == 0;
}

pn_connection_t *client_connect(const struct client *client, pn_proactor_t *proactor, void *context) {
  const struct client_options *const options = client->options;
  pn_connection_t *const conn = pn_connection();
  pn_transport_t *const transport = pn_transport();
  pn_sasl_t *const sasl = transport ? pn_sasl(transport) : NULL;
  if (!conn || !sasl || (client->tls && !secure(client, transport))) {
    pn_connection_free(conn);
    pn_transport_free(transport);
    return NULL;
  }
  char address[PN_MAX_ADDR];
  pn_connection_set_context(conn, context);
  if (client->user) pn_connection_set_user(conn, client->user);
  if (client->password) pn_connection_set_password(conn, client->password);
  char container[32];
  (void)snprintf(container, sizeof container, "baryon-%ld", (long)getpid());
  pn_connection_set_container(conn, options->container ? options->container : container);
  pn_connection_set_hostname(conn, options->virtual_host ? options->virtual_host : client->url.host);
  if (options->mechanism) pn_sasl_allowed_mechs(sasl, options->mechanism);
  pn_sasl_set_allow_insecure_mechs(sasl, !client->tls);
  pn_transport_set_idle_timeout(transport, (pn_millis_t)options->idle_timeout);
  pn_connection_open(conn);
  url_network_address(&client->url, address, sizeof address);
  pn_proactor_connect2(proactor, conn, transport, address);
  return conn;
}

/* Anything that a peer has said, in one line of this. */
static void tame(char *text) {
  for (; *text; text++) {
    if ((unsigned char)*text < ' ' || *text == 0x7f) *text = ' ';
  }
}

#define SAY(failure, passes, ...)                                                                            \
  ((failure)->passing = (passes), (void)snprintf((failure)->text, sizeof(failure)->text, __VA_ARGS__))

static void refused(
    const struct client *client, pn_sasl_t *sasl, const char *description, struct failure *failure) {
  const char *const mechanism = pn_sasl_get_mech(sasl);
  if (pn_sasl_outcome(sasl) != PN_SASL_AUTH) {
    SAY(failure, false, "%s: %s; see --sasl-mechanism and --user", client->place, description);
  } else if (client->user) {
    SAY(failure, false, "%s: user '%s' was refused (%s); check --user and --password-file, or the URL",
        client->place, client->user, mechanism ? mechanism : "");
  } else {
    SAY(failure, false,
        "%s: clients without a name are refused; say who you are by --user and --password-file",
        client->place);
  }
}

/* "Connection refused - disconnected 127.0.0.1:5672": the address is known, and the rest wants saying in words. */
static void io_failure(const struct client *client, const char *description, struct failure *failure) {
  const char *const dash = strstr(description, " - ");
  const int length = (int)(dash ? dash - description : (ptrdiff_t)strlen(description));
  const char *const hint = strncmp(description, "Connection refused", 18) == 0
                               ? "; is a broker running there?"
                           : dash && strncmp(dash, " - connect to", 13) == 0 ? "; is the host's name right?"
                                                                             : "";
  SAY(failure, true, "%s: %.*s%s", client->place, length, description, hint);
}

void client_transport_failure(
    const struct client *client, pn_transport_t *transport, struct failure *failure) {
  static const char tls[] = "SSL Failure: ", cut[] = "connection aborted";
  pn_condition_t *const condition = pn_transport_condition(transport);
  const char *const name = pn_condition_is_set(condition) ? pn_condition_get_name(condition) : NULL;
  const char *const given = name ? pn_condition_get_description(condition) : NULL;
  const char *const description = given ? given : "";
  pn_sasl_t *const sasl = pn_sasl(transport);
  if (pn_sasl_outcome(sasl) == PN_SASL_AUTH || (name && strcmp(name, "amqp:unauthorized-access") == 0)) {
    refused(client, sasl, description, failure);
  } else if (!name || strstr(description, cut)) {
    SAY(failure, true, "%s: the connection was cut", client->place);
  } else if (strncmp(description, tls, sizeof tls - 1) == 0) {
    const bool unknown = strstr(description, "verify");
    SAY(failure, false, "%s: TLS: %s%s", client->place, description + sizeof tls - 1,
        unknown ? "; --ca=FILE says whom to trust" : "");
  } else if (strcmp(name, "proton:io") == 0) {
    io_failure(client, description, failure);
  } else {
    SAY(failure, strcmp(name, "amqp:resource-limit-exceeded") == 0, "%s: %s (%s)", client->place, description,
        name);
  }
  tame(failure->text);
}

void client_remote_failure(
    const struct client *client, const char *what, pn_condition_t *condition, struct failure *failure) {
  static const char *const passing[] = {"amqp:connection:forced", "amqp:internal-error",
      "amqp:resource-limit-exceeded", "amqp:link:detach-forced", "amqp:session:handle-in-use", NULL};
  const char *const name = pn_condition_is_set(condition) ? pn_condition_get_name(condition) : NULL;
  const char *const description = name ? pn_condition_get_description(condition) : NULL;
  bool passes = !name;
  for (unsigned i = 0; name && passing[i]; i++) passes |= strcmp(name, passing[i]) == 0;
  if (!name) {
    SAY(failure, passes, "%s: %s", client->place, what);
  } else if (description && *description) {
    SAY(failure, passes, "%s: %s: %s (%s)", client->place, what, description, name);
  } else {
    SAY(failure, passes, "%s: %s: %s", client->place, what, name);
  }
  tame(failure->text);
}

void backoff_begin(struct backoff *backoff, const struct client_options *options) {
  backoff->delay = options->reconnect_min;
  if (!backoff->random) backoff->random = (unsigned)pn_proactor_now_64() ^ (unsigned)getpid() << 16;
}

uint64_t backoff_next(struct backoff *backoff, const struct client_options *options) {
  backoff->random = backoff->random * 1103515245U + 12345U;
  const uint64_t delay = backoff->delay - backoff->delay / 4 * (backoff->random >> 16 & 0xff) / 256;
  backoff->delay = backoff->delay * 2 < options->reconnect_max ? backoff->delay * 2 : options->reconnect_max;
  return delay;
}
