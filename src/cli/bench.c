/* bench.c: `baryon bench`: runs a load, looks at it several times a second, and says what came out.
 *
 * The main thread does nothing but look: at what was counted, at the clock, and for signals. What was before the end of the warm-up is
 * taken off, so what is reported is what was between two looks. */
#include "cli/bench/result.h"
#include "cli/broker/broker.h"
#include "cli/command.h"
#include "cli/terminal.h"
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_MS = 100, SETTLE_MS = 5000, READY_MS = 20000 };

struct bench_settings {
  const char *url;
  struct load_settings load;
  struct client_options connection;
  uint64_t duration, warm_up, broker_threads;
  const char *report;
  bool json, counters, quiet;
};

struct bench {
  const struct bench_settings *settings;
  struct load *load;
  struct result result;
  struct load_counts base, last;                      /* at the end of the warm-up; at the last look */
  struct distribution base_latencies, last_latencies; /* the same */
  uint64_t begun, last_time;                          /* ns */
  bool interrupted;
};

static sigset_t signals;

/* Some milliseconds, or less if a signal comes. */
static bool nap(uint64_t ms) {
  const struct timespec time = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};
  const int number = sigtimedwait(&signals, NULL, &time);
  return number == SIGINT || number == SIGTERM;
}

static void show_progress(
    const struct bench *bench, const struct point *point, const struct load_counts *now) {
  const struct bench_settings *const settings = bench->settings;
  char done[64] = "";
  if (settings->quiet || !terminal_is_lively(stderr)) return;
  if (settings->load.count) {
    const double part = 100.0 * (double)now->received / (double)settings->load.count;
    const int bars = (int)(part / 5);
    (void)snprintf(
        done, sizeof done, "[%.*s%*s] %3.0f %%", bars, "####################", 20 - bars, "", part);
  } else {
    (void)snprintf(done, sizeof done, "%.1f of %.0f s", point->time, (double)settings->duration / 1000);
  }
  (void)fprintf(stderr, "\r\033[K%s  %s%.0f messages/s%s  latency: 50 %% %.2f ms, 99 %% %.2f ms", done,
      terminal_colour(stderr, COLOUR_GREEN), point->rate, terminal_colour(stderr, COLOUR_NONE),
      (double)point->median / 1e6, (double)point->high / 1e6);
}

static void end_progress(const struct bench *bench) {
  if (!bench->settings->quiet && terminal_is_lively(stderr)) (void)fputs("\r\033[K", stderr);
}

/* When there is no room for more points, two become one. */
static void add_point(struct result *result, const struct point *point) {
  if (result->point_count == POINTS_MOST) {
    for (size_t i = 0; i < POINTS_MOST / 2; i++) {
      const struct point *const one = &result->points[2 * i], *const other = one + 1;
      result->points[i] = (struct point){other->time, (one->rate + other->rate) / 2,
          (one->median + other->median) / 2, one->high > other->high ? one->high : other->high,
          one->longest > other->longest ? one->longest : other->longest};
    }
    result->point_count = POINTS_MOST / 2;
  }
  result->points[result->point_count++] = *point;
}

static struct load_counts look(struct bench *bench, bool keep) {
  static struct distribution now, between;
  struct load_counts counts;
  load_look(bench->load, &counts, &now);
  const uint64_t time = load_now();
  distribution_between(&bench->last_latencies, &now, &between);
  const struct point point = {.time = (double)(time - bench->begun) / 1e9,
      .rate = (double)(counts.received - bench->last.received) * 1e9 / (double)(time - bench->last_time),
      .median = distribution_quantile(&between, 0.5),
      .high = distribution_quantile(&between, 0.99),
      .longest = distribution_quantile(&between, 1)};
  if (keep) add_point(&bench->result, &point);
  show_progress(bench, &point, &counts);
  bench->last = counts;
  bench->last_latencies = now;
  bench->last_time = time;
  return counts;
}

static bool wait_until_ready(struct bench *bench) {
  bool ready = false;
  for (uint64_t waited = 0; waited < READY_MS; waited += 5) {
    if (!load_ready(bench->load, &ready) || ready) return ready;
    if (nap(5)) {
      bench->interrupted = true;
      return false;
    }
  }
  complain("not everything was attached within %d s", READY_MS / 1000);
  return false;
}

static void warm_up(struct bench *bench) {
  char text[600];
  bench->begun = bench->last_time = load_now();
  load_begin(bench->load);
  for (uint64_t done = 0; done < bench->settings->warm_up && !bench->interrupted; done += LOOK_MS) {
    bench->interrupted = nap(LOOK_MS);
    (void)look(bench, false);
    if (load_failed(bench->load, text, sizeof text)) break;
  }
  bench->base = bench->last;
  bench->base_latencies = bench->last_latencies;
  bench->begun = bench->last_time;
}

static bool is_over(const struct bench *bench, const struct load_counts *now) {
  const struct bench_settings *const settings = bench->settings;
  if (settings->load.count) return now->received + now->refused >= settings->load.count;
  return (bench->last_time - bench->begun) / 1000000 >= settings->duration;
}

static void measure(struct bench *bench) {
  char text[600];
  uint64_t next = bench->begun, now;
  struct load_counts counts;
  do {
    next += LOOK_MS * 1000000ULL;
    while ((now = load_now()) < next && !bench->interrupted) {
      if (nap((next - now) / 1000000 + 1)) bench->interrupted = true;
    }
    counts = look(bench, true);
  } while (!bench->interrupted && !is_over(bench, &counts) && !load_failed(bench->load, text, sizeof text));
  struct result *const result = &bench->result;
  result->seconds = (double)(bench->last_time - bench->begun) / 1e9;
  result->counts =
      (struct load_counts){counts.sent - bench->base.sent, counts.accepted - bench->base.accepted,
          counts.refused - bench->base.refused, counts.received - bench->base.received, counts.foreign};
  distribution_between(&bench->base_latencies, &bench->last_latencies, &result->latencies);
}

/* What is under way arrives, so that nothing of it is left in a broker that goes on. */
static void settle(struct bench *bench) {
  load_end_sending(bench->load);
  for (uint64_t waited = 0; waited < SETTLE_MS; waited += 20) {
    const struct load_counts counts = look(bench, false);
    if (counts.received + counts.refused >= counts.sent || nap(20)) break;
  }
}

static int say(struct bench *bench) {
  const struct bench_settings *const settings = bench->settings;
  if (settings->json) {
    char *const json = result_json(&bench->result);
    if (!json) return EXIT_FAILED;
    printf("%s\n", json);
    free(json);
  } else {
    result_print(&bench->result, stdout);
  }
  if (settings->counters) {
    printf("\n");
    load_print_counters(bench->load, stdout);
  }
  if (!settings->report) return EXIT_DONE;
  if (!result_report(&bench->result, settings->report)) return EXIT_FAILED;
  if (!settings->quiet && !settings->json) printf("\nreport: %s\n", settings->report);
  return EXIT_DONE;
}

static int run_load(struct bench *bench, const struct client *client) {
  char text[600];
  int result = EXIT_FAILED;
  bench->load = load_start(&bench->settings->load, client);
  if (!bench->load) return EXIT_FAILED;
  if (wait_until_ready(bench)) {
    warm_up(bench);
    measure(bench);
    settle(bench);
    end_progress(bench);
    result = say(bench);
  }
  if (load_failed(bench->load, text, sizeof text)) {
    end_progress(bench);
    complain("%s; %" PRIu64 " messages were sent, %" PRIu64 " acknowledged, %" PRIu64 " received", text,
        bench->last.sent, bench->last.accepted, bench->last.received);
    result = EXIT_FAILED;
  }
  load_stop(bench->load);
  return result;
}

static struct broker *start_own_broker(const struct bench_settings *settings) {
  const struct broker_settings broker = {.address = "127.0.0.1:0",
      .threads = settings->broker_threads,
      .max_messages = 1000000,
      .max_octets = 1 << 30,
      .max_message_size = 1 << 30,
      .max_queues = 100000};
  return broker_start(&broker);
}

static void block_signals(void) {
  (void)sigemptyset(&signals);
  (void)sigaddset(&signals, SIGINT);
  (void)sigaddset(&signals, SIGTERM);
  (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

static int run(void *context) {
  struct bench_settings *const settings = context;
  struct client client;
  char url[128], target[256];
  struct broker *broker = NULL;
  const long cpus = sysconf(_SC_NPROCESSORS_ONLN);
  if (!settings->load.threads) settings->load.threads = cpus > 0 ? (uint64_t)cpus : 1;
  if (!settings->broker_threads) settings->broker_threads = cpus > 0 ? (uint64_t)cpus : 1;
  block_signals();
  if (!settings->url) {
    broker = start_own_broker(settings);
    if (!broker) return EXIT_FAILED;
    (void)snprintf(url, sizeof url, "amqp://%s", broker_address(broker));
    settings->url = url;
  }
  int result = client_prepare(&client, &settings->connection, settings->url);
  if (result == EXIT_DONE) {
    struct bench *const bench = calloc(1, sizeof *bench);
    (void)snprintf(
        target, sizeof target, broker ? "a broker of its own in this process, %s" : "%s", client.place);
    result = EXIT_FAILED;
    if (bench) {
      bench->settings = settings;
      bench->result.settings = settings->load;
      bench->result.target = target;
      result = run_load(bench, &client);
    }
    free(bench);
    client_clear(&client);
  }
  if (broker) (void)broker_stop(broker, 0, NULL);
  return result;
}

#define BENCH(member) offsetof(struct bench_settings, member)

static const struct option load_options[] = {
    {"senders", 's', OPTION_COUNT, BENCH(load.senders), "N", "connections that send", 1, 10000},
    {"receivers", 'r', OPTION_COUNT, BENCH(load.receivers), "N", "connections that receive", 1, 10000},
    {"queues", 0, OPTION_COUNT, BENCH(load.queues), "N",
        "spread them over so many queues, named like the address with -1, -2 ... behind it", 1, 10000},
    {"threads", 't', OPTION_COUNT, BENCH(load.threads), "N",
        "threads that run them (default: one for each CPU)", 1, 1024},
    {"size", 0, OPTION_SIZE, BENCH(load.size), "SIZE", "octets of a message's body", 16, 1 << 28},
    {"rate", 0, OPTION_COUNT, BENCH(load.rate), "N",
        "messages a second, of all senders together, on a schedule: latency then counts from when a message "
        "was to be sent. "
        "Without it, as many as go",
        0, 100000000},
    {"window", 0, OPTION_COUNT, BENCH(load.window), "N",
        "without --rate: messages that may be under way for each sender, from sending to receiving", 1,
        10000000},
    {"credit", 0, OPTION_COUNT, BENCH(load.credit), "N", "messages that a receiver asks for in advance", 2,
        1000000},
    {"presettled", 0, OPTION_FLAG, BENCH(load.presettled), NULL,
        "send without acknowledgement (at most once)", 0},
    {NULL},
};

static const struct option time_options[] = {
    {"duration", 'd', OPTION_DURATION, BENCH(duration), "TIME", "how long to measure", 100, 86400000},
    {"count", 'c', OPTION_COUNT, BENCH(load.count), "N",
        "send so many messages instead, and measure until all have come", 0},
    {"warm-up", 0, OPTION_DURATION, BENCH(warm_up), "TIME", "what happens before is not counted", 0, 3600000},
    {"broker-threads", 0, OPTION_COUNT, BENCH(broker_threads), "N",
        "threads of the broker that is started without a URL (default: one for each CPU)", 1, 1024},
    {NULL},
};

static const struct option output_options[] = {
    {"json", 'j', OPTION_FLAG, BENCH(json), NULL,
        "print the result as a line of JSON; latencies are in nanoseconds", 0},
    {"report", 0, OPTION_TEXT, BENCH(report), "FILE.html",
        "write a page with plots, too, which needs nothing else", 0},
    {"counters", 0, OPTION_FLAG, BENCH(counters), NULL, "print what each connection and thread has done", 0},
    {"quiet", 'q', OPTION_FLAG, BENCH(quiet), NULL, "no progress, and nothing but the result", 0},
    {NULL},
};

static const struct bench_settings defaults = {
    .load = {.senders = 1, .receivers = 1, .queues = 1, .size = 100, .window = 1000, .credit = 1000},
    .connection = CLIENT_DEFAULTS,
    .duration = 10000,
    .warm_up = 1000,
};

const struct command command_bench = {
    .name = "bench",
    .summary = "measure how fast a broker is, and how long messages take",
    .description = "Sends messages to a queue of a broker and receives them again, with as many connections "
                   "as you like, and tells how many "
                   "pass in a second and how long they take on the way. Both ends are in this process, so no "
                   "clocks have to agree. Without a URL "
                   "it starts a broker of its own ('baryon broker') in the process, and measures that.\n\n"
                   "How long a message takes depends on how much there is to do. Without --rate the broker "
                   "is kept as busy as it can be, "
                   "which shows what it can take; latency then is mostly waiting in line. With --rate "
                   "messages are sent on a "
                   "schedule, as if by people who do not wait for each other, and each counts from the time "
                   "on the schedule, even if the broker was "
                   "not ready for it.\n\n"
                   "The queue should be one that nobody else uses.",
    .operands =
        (const struct operand[]){
            {"URL", "the broker, and the queue: amqp://host:port/queue (default queue: baryon-bench)",
                BENCH(url), true},
            {NULL, NULL, 0, false}},
    .groups = (const struct option_group[]){{"Load", load_options, 0}, {"Time", time_options, 0},
        {"Output", output_options, 0}, CLIENT_GROUP(struct bench_settings, connection), {NULL, NULL, 0}},
    .examples = (const struct example[]){{"baryon bench", "10 seconds, with a broker of its own"},
        {"baryon bench amqp://localhost/test --rate 20k --report latency.html",
            "20,000 messages a second through the queue 'test' of a broker, and a page with plots"},
        {"baryon bench -s 8 -r 8 --queues 4 --size 1k --count 1M --counters",
            "a million messages of 1 KiB, 8 senders and receivers on 4 queues, with what each of them has "
            "done"},
        {NULL, NULL}},
    .defaults = &defaults,
    .settings_size = sizeof defaults,
    .run = run,
};
