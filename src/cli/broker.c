/* broker.c: `baryon broker`: options, signals, the first line and the last.
 *
 * All signals that mean something are taken by the main thread, with sigwait; the broker's threads have them blocked. */
#include "cli/broker/broker.h"
#include "cli/command.h"
#include "cli/terminal.h"
#include "cli/url.h"
#include <inttypes.h>
#include <proton/proactor.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct broker_command {
  const char *address;
  struct broker_settings broker;
  uint64_t drain;
  bool quiet;
};

static sigset_t signals;

static void block_signals(void) {
  (void)sigemptyset(&signals);
  (void)sigaddset(&signals, SIGINT);
  (void)sigaddset(&signals, SIGTERM);
  (void)sigaddset(&signals, SIGHUP);
  (void)sigaddset(&signals, SIGUSR1);
  (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

/* Whether somebody asked again to stop. */
static bool in_a_hurry(void) {
  const struct timespec none = {0, 0};
  const int number = sigtimedwait(&signals, NULL, &none);
  return number == SIGINT || number == SIGTERM;
}

static int check_settings(const struct broker_settings *settings) {
  if (settings->key && !settings->certificate)
    return usage_error("--key is the key of a --cert, which is missing");
  if (settings->require_encryption && !settings->certificate)
    return usage_error("--require-encryption needs a --cert");
  if (settings->require_client_certificate && !(settings->certificate && settings->ca))
    return usage_error(
        "--require-client-cert needs a --cert of the broker's and the --ca that clients' are from");
  if (settings->allow_anonymous && !settings->users)
    return usage_error("--allow-anonymous goes with --users; without that everybody is anonymous");
  return EXIT_DONE;
}

/* The address as a URL or HOST:PORT; [settings->address] gets what the proactor wants. */
static int read_address(const char *text, char *address, size_t size) {
  struct url url;
  const char *const scheme = strstr(text, "://");
  const char *const start = scheme ? scheme + 3 : text;
  const size_t length = strlen(start);
  if (length >= 2 &&
      strcmp(start + length - 2, ":0") == 0) { /* any port that is free: nobody can connect to port 0 */
    (void)snprintf(address, size, "%s", start);
    return EXIT_DONE;
  }
  const int result = url_parse(text, &url);
  if (result != EXIT_DONE) return result;
  const bool more = url.address || url.user;
  url_network_address(&url, address, (unsigned)size);
  url_clear(&url);
  if (more) return usage_error("the broker's address is HOST:PORT, without a user or a queue");
  return EXIT_DONE;
}

static void serve(struct broker *broker, const struct broker_command *settings) {
  int number;
  for (;;) {
    if (sigwait(&signals, &number) != 0 || number == SIGHUP) continue;
    if (number != SIGUSR1) break;
    broker_print(broker, stdout);
  }
  if (!settings->quiet) {
    printf("stopping; messages that have a consumer are delivered first (at most %.1f s; the same signal "
           "again: at once)\n",
        (double)settings->drain / 1000);
    (void)fflush(stdout);
  }
}

static int run(void *context) {
  struct broker_command *const settings = context;
  char address[PN_MAX_ADDR];
  int result = check_settings(&settings->broker);
  if (result == EXIT_DONE) result = read_address(settings->address, address, sizeof address);
  if (result != EXIT_DONE) return result;
  settings->broker.address = address;
  settings->broker.log = settings->quiet ? NULL : stdout;
  const long cpus = sysconf(_SC_NPROCESSORS_ONLN);
  if (settings->broker.threads == 0) settings->broker.threads = cpus > 0 ? (uint64_t)cpus : 1;
  block_signals();
  struct broker *const broker = broker_start(&settings->broker);
  if (!broker) return EXIT_FAILED;
  printf("listening on %s; queues are in memory only, and end with this process (pid %ld)\n",
      broker_address(broker), (long)getpid());
  (void)fflush(stdout);
  serve(broker, settings);
  const uint64_t lost = broker_stop(broker, settings->drain, in_a_hurry);
  if (!settings->quiet) printf("stopped; %" PRIu64 " messages were left in queues\n", lost);
  return EXIT_DONE;
}

#define BROKER(member) offsetof(struct broker_command, broker) + offsetof(struct broker_settings, member)

static const struct option queue_options[] = {
    {"max-messages", 0, OPTION_COUNT, BROKER(max_messages), "N",
        "messages that a queue or topic may hold; senders wait while it is full", 1},
    {"max-size", 0, OPTION_SIZE, BROKER(max_octets), "SIZE",
        "octets that they may have together, the same way", 1},
    {"max-message-size", 0, OPTION_SIZE, BROKER(max_message_size), "SIZE",
        "the largest message that is taken", 1},
    {"max-queues", 0, OPTION_COUNT, BROKER(max_queues), "N", "queues and topics, temporary ones included", 1},
    {"dead-letter", 0, OPTION_TEXT, BROKER(dead_letter), "QUEUE",
        "where messages go that were rejected or have expired; they are dropped otherwise", 0},
    {NULL},
};

static const struct option access_options[] = {
    {"users", 0, OPTION_TEXT, BROKER(users), "FILE",
        "ask clients for a user and password of this file, which has a line NAME:PASSWORD for each; '#' "
        "begins a comment",
        0},
    {"allow-anonymous", 0, OPTION_FLAG, BROKER(allow_anonymous), NULL, "let others in as well", 0},
    {"cert", 0, OPTION_TEXT, BROKER(certificate), "FILE",
        "offer TLS (amqps://) with this certificate, on the same port; PEM, with those of authorities "
        "between",
        0},
    {"key", 0, OPTION_TEXT, BROKER(key), "FILE", "the certificate's key, if it is not in the same file", 0},
    {"key-password", 0, OPTION_TEXT, BROKER(key_password), "TEXT", "what the key is encrypted with", 0},
    {"ca", 0, OPTION_TEXT, BROKER(ca), "FILE", "authorities whose certificates clients may show", 0},
    {"require-client-cert", 0, OPTION_FLAG, BROKER(require_client_certificate), NULL,
        "turn away clients over TLS that show none", 0},
    {"require-encryption", 0, OPTION_FLAG, BROKER(require_encryption), NULL, "turn away clients without TLS",
        0},
    {NULL},
};

static const struct option running_options[] = {
    {"threads", 't', OPTION_COUNT, BROKER(threads), "N",
        "threads that serve all connections together (default: one for each CPU)", 1, 1024},
    {"idle-timeout", 0, OPTION_DURATION, BROKER(idle_timeout), "TIME",
        "close connections from which nothing, not even a heartbeat, has come for so long", 0, 86400000},
    {"drain", 0, OPTION_DURATION, offsetof(struct broker_command, drain), "TIME",
        "when stopped, go on for so long to deliver what has a consumer", 0, 86400000},
    {"quiet", 'q', OPTION_FLAG, offsetof(struct broker_command, quiet), NULL,
        "do not print a line for each connection", 0},
    {NULL},
};

static const struct broker_command defaults = {
    .address = "localhost:5672",
    .broker = {.max_messages = 100000,
        .max_octets = 256 << 20,
        .max_message_size = 64 << 20,
        .max_queues = 10000,
        .idle_timeout = 60000},
    .drain = 5000,
};

const struct command command_broker = {
    .name = "broker",
    .summary = "run a message broker, in memory, for development and tests",
    .description = "A broker keeps messages for programs that are not there at the same time: one sends to "
                   "an address, another "
                   "receives from it later. This one needs no configuration and no disk. Its messages are in "
                   "memory and END WITH THE "
                   "PROCESS: use it to develop and test with, not to keep what must not be lost.\n\n"
                   "Queues are made when they are first used: any address is one. Each message of a queue "
                   "goes to one of those who "
                   "receive from it. If it is accepted, it is gone; if it is released, or its receiver dies, "
                   "the next one gets it; if it "
                   "is rejected, it is dropped, or moved to --dead-letter. An address that begins with "
                   "'topic/' is a topic: each message goes to "
                   "everybody who receives from it at that time. A receiver whose source has the "
                   "distribution mode 'copy' browses: it sees "
                   "the messages of a queue, and they stay there. A dynamic address, as for replies, is a "
                   "queue that ends with its link.\n\n"
                   "Memory stays bounded: who sends to a full queue gets no credit, which is AMQP's word for "
                   "permission to send, until there is "
                   "room. A topic is as full as its slowest receiver lets it be. Higher priority is "
                   "delivered first, and a message whose time "
                   "to live is over is not delivered.\n\n"
                   "A line is printed for each connection. SIGUSR1 prints statistics of queues, connections "
                   "and threads; SIGTERM and "
                   "SIGINT (Ctrl-C) stop it in good order.",
    .operands =
        (const struct operand[]){
            {"ADDRESS", "where to listen: HOST:PORT, port 0 for one that is free (default: localhost:5672)",
                offsetof(struct broker_command, address), true},
            {NULL, NULL, 0, false}},
    .groups = (const struct option_group[]){{"Queues", queue_options, 0},
        {"Who may connect", access_options, 0}, {"Running", running_options, 0}, {NULL, NULL, 0}},
    .examples = (const struct example[]){{"baryon broker",
                                             "listens on port 5672 of this machine, for everybody on it"},
        {"baryon broker 0.0.0.0:5672 --users users.txt --cert cert.pem --key key.pem",
            "listens for other machines, too, with passwords and TLS"},
        {"baryon broker localhost:0 --max-messages 1000 --dead-letter failed",
            "a port that is free, small queues, rejected messages to the queue 'failed'"},
        {"kill -USR1 $(pgrep -f 'baryon broker')", "prints what is in the queues, and who is connected"},
        {NULL, NULL}},
    .defaults = &defaults,
    .settings_size = sizeof defaults,
    .run = run,
};
