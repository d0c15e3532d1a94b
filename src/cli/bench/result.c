/* result.c: a measurement's numbers as text and as JSON. */
#include "cli/bench/result.h"
#include "cli/terminal.h"
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

enum { PICTURE_ROWS = 12, PICTURE_WIDTH = 50 };

const double quantiles[QUANTILES] = {0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 1};

double result_rate(const struct result *result) {
  return result->seconds > 0 ? (double)result->counts.received / result->seconds : 0;
}

static const char *duration(uint64_t ns, char *text, size_t size) {
  if (ns < 1000000) {
    (void)snprintf(text, size, "%.1f us", (double)ns / 1e3);
  } else if (ns < 1000000000) {
    (void)snprintf(text, size, "%.2f ms", (double)ns / 1e6);
  } else {
    (void)snprintf(text, size, "%.2f s", (double)ns / 1e9);
  }
  return text;
}

/* The latencies in bars, each for twice the time of the one before. */
static void print_picture(const struct distribution *latencies, FILE *file) {
  uint64_t rows[64] = {0}, most = 1;
  unsigned first = 64, last = 0;
  char from[32], bar[PICTURE_WIDTH + 1];
  for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
    if (latencies->counts[i] == 0) continue;
    unsigned row = 0;
    while (row < 63 && (uint64_t)1000 << row < histogram_upper(i)) row++; /* up to 1, 2, 4 ... us */
    rows[row] += latencies->counts[i];
    if (row < first) first = row;
    if (row > last) last = row;
  }
  for (unsigned row = first; row <= last && first < 64; row++) most = rows[row] > most ? rows[row] : most;
  for (unsigned row = first; row <= last && first < 64; row++) {
    const unsigned length = (unsigned)((rows[row] * PICTURE_WIDTH + most - 1) / most);
    memset(bar, '#', length);
    bar[length] = 0;
    (void)fprintf(file, "  up to %10s %s%-*s%s %6.2f %%\n",
        duration((uint64_t)1000 << row, from, sizeof from), terminal_colour(file, COLOUR_BLUE), PICTURE_WIDTH,
        bar, terminal_colour(file, COLOUR_NONE), 100 * (double)rows[row] / (double)latencies->total);
  }
}

void result_print(const struct result *result, FILE *file) {
  const struct load_settings *const settings = &result->settings;
  char text[32];
  (void)fprintf(file,
      "%s\n%" PRIu64 " senders, %" PRIu64 " receivers, %" PRIu64 " threads, %" PRIu64
      " queues, messages of %" PRIu64 " octets%s\n\n",
      result->target, settings->senders, settings->receivers, settings->threads, settings->queues,
      settings->size, settings->presettled ? ", not acknowledged" : "");
  (void)fprintf(file, "messages sent      %12" PRIu64 "\n", result->counts.sent);
  if (!settings->presettled)
    (void)fprintf(file, "... acknowledged   %12" PRIu64 "\n", result->counts.accepted);
  if (result->counts.refused)
    (void)fprintf(file, "... refused        %12" PRIu64 "\n", result->counts.refused);
  (void)fprintf(
      file, "messages received  %12" PRIu64 "   in %.2f s\n", result->counts.received, result->seconds);
  (void)fprintf(file, "rate               %s%12.0f%s messages/s, %.1f MB/s\n\n",
      terminal_colour(file, COLOUR_BOLD), result_rate(result), terminal_colour(file, COLOUR_NONE),
      result_rate(result) * (double)settings->size / 1e6);
  (void)fprintf(file, "latency, %s:\n",
      settings->rate ? "from when each message was to be sent"
                     : "from sending, at full load (--rate tells more)");
  for (unsigned i = 0; i < QUANTILES; i++) {
    char name[16];
    (void)snprintf(name, sizeof name, quantiles[i] < 1 ? "%g %%" : "longest", quantiles[i] * 100);
    (void)fprintf(file, "  %-9s %12s\n", name,
        duration(distribution_quantile(&result->latencies, quantiles[i]), text, sizeof text));
  }
  (void)fprintf(file, "  %-9s %12s\n\n", "mean",
      duration((uint64_t)distribution_mean(&result->latencies), text, sizeof text));
  print_picture(&result->latencies, file);
}

static json_t *latencies_json(const struct distribution *latencies) {
  json_t *const object = json_object();
  for (unsigned i = 0; i < QUANTILES; i++) {
    char name[16];
    (void)snprintf(name, sizeof name, quantiles[i] < 1 ? "p%g" : "max", quantiles[i] * 100);
    (void)json_object_set_new(
        object, name, json_integer((json_int_t)distribution_quantile(latencies, quantiles[i])));
  }
  (void)json_object_set_new(object, "mean", json_integer((json_int_t)distribution_mean(latencies)));
  return object;
}

static json_t *points_json(const struct result *result) {
  json_t *const array = json_array();
  for (unsigned i = 0; i < result->point_count; i++) {
    const struct point *const point = &result->points[i];
    (void)json_array_append_new(array,
        json_pack("{s:f, s:f, s:I, s:I, s:I}", "time", point->time, "rate", point->rate, "p50",
            (json_int_t)point->median, "p99", (json_int_t)point->high, "max", (json_int_t)point->longest));
  }
  return array;
}

char *result_json(const struct result *result) {
  const struct load_settings *const settings = &result->settings;
  json_t *const object =
      json_pack("{s:s, s:{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b}, s:I, s:I, s:I, s:I, s:f, s:f, s:o, s:o}",
          "target", result->target, "settings", "senders", (json_int_t)settings->senders, "receivers",
          (json_int_t)settings->receivers, "threads", (json_int_t)settings->threads, "queues",
          (json_int_t)settings->queues, "size", (json_int_t)settings->size, "rate",
          (json_int_t)settings->rate, "count", (json_int_t)settings->count, "presettled",
          settings->presettled, "sent", (json_int_t)result->counts.sent, "accepted",
          (json_int_t)result->counts.accepted, "refused", (json_int_t)result->counts.refused, "received",
          (json_int_t)result->counts.received, "seconds", result->seconds, "rate", result_rate(result),
          "latency_ns", latencies_json(&result->latencies), "course", points_json(result));
  char *const text = object ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
  json_decref(object);
  return text;
}
