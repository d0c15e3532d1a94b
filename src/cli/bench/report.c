/* report.c: a measurement as a page of HTML that stands alone: text, and plots drawn as SVG; nothing is loaded from anywhere.
 *
 * The plots take their colours from the page's style, which follows the reader's choice of light or dark. The numbers are there
 * as JSON, too, as --json prints them. */
#include "cli/bench/result.h"
#include "cli/terminal.h"
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 880, HEIGHT = 260, LEFT = 70, RIGHT = 34, TOP = 14, BOTTOM = 34, TICKS = 5 };

static const char style[] =
    ":root{--back:#fbfbfd;--card:#fff;--text:#1c2430;--dim:#667085;--line:#e4e7ec;--a:#2563eb;--b:#d97706;--"
    "c:#dc2626}"
    "@media(prefers-color-scheme:dark){:root{--back:#0f141b;--card:#171e27;--text:#e6eaf0;--dim:#93a0b3;--"
    "line:#2a3442;"
    "--a:#60a5fa;--b:#fbbf24;--c:#f87171}}"
    "*{box-sizing:border-box}body{margin:0;background:var(--back);color:var(--text);font:15px/1.5 "
    "system-ui,sans-serif}"
    "main{max-width:960px;margin:0 auto;padding:32px 20px}h1{font-size:24px;margin:0 0 "
    "4px}h2{font-size:16px;margin:0 0 10px}"
    "p{margin:0 0 20px;color:var(--dim)}section{background:var(--card);border:1px solid "
    "var(--line);border-radius:12px;"
    "padding:18px 20px;margin:0 0 "
    "18px}.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:14px;"
    "margin:0 0 18px}.tiles section{margin:0}.tiles "
    "b{display:block;font-size:24px;font-variant-numeric:tabular-nums}"
    ".tiles span{color:var(--dim);font-size:13px}svg{width:100%;height:auto;display:block}svg "
    "text{fill:var(--dim);font-size:12px}"
    ".grid{stroke:var(--line)}.a{stroke:var(--a)}.b{stroke:var(--b)}.c{stroke:var(--c)}.curve{fill:none;"
    "stroke-width:2;"
    "stroke-linejoin:round}.area{fill:var(--a);opacity:.14}.key{display:flex;gap:18px;color:var(--dim);font-"
    "size:13px}"
    ".key "
    "i{display:inline-block;width:14px;height:3px;border-radius:2px;margin-right:6px;vertical-align:middle}"
    "table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}td{padding:5px "
    "0;border-top:1px solid "
    "var(--line)}td+td{text-align:right}tr:first-child td{border:0}";

struct plot { /* what the axes mean */
  FILE *file;
  double right, top; /* their largest values; the smallest are 0 */
};

static double x_of(const struct plot *plot, double value) {
  return LEFT + value / plot->right * (WIDTH - LEFT - RIGHT);
}

static double y_of(const struct plot *plot, double value) {
  return HEIGHT - BOTTOM - value / plot->top * (HEIGHT - TOP - BOTTOM);
}

/* The next number with few digits, of which a fifth has few digits, too. */
static double round_up(double value) {
  const double power = pow(10, floor(log10(value > 0 ? value : 1)));
  static const double steps[] = {1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10};
  for (unsigned i = 0; i < sizeof steps / sizeof *steps; i++) {
    if (value <= steps[i] * power) return steps[i] * power;
  }
  return 10 * power;
}

static void format_rate(double value, char *text, size_t size) {
  (void)snprintf(text, size,
      value >= 1e6   ? "%.4g M"
      : value >= 1e3 ? "%.4g k"
                     : "%.4g",
      value >= 1e6   ? value / 1e6
      : value >= 1e3 ? value / 1e3
                     : value);
}

static void format_latency(double ns, char *text, size_t size) {
  if (ns == 0) {
    (void)snprintf(text, size, "0");
    return;
  }
  (void)snprintf(text, size,
      ns >= 1e9   ? "%.3g s"
      : ns >= 1e6 ? "%.3g ms"
                  : "%.3g us",
      ns >= 1e9   ? ns / 1e9
      : ns >= 1e6 ? ns / 1e6
                  : ns / 1e3);
}

static void format_seconds(double value, char *text, size_t size) {
  (void)snprintf(text, size, "%.3g s", value);
}

typedef void (*format_fn)(double value, char *text, size_t size);

static void begin_plot(const struct plot *plot, const char *title, format_fn across, format_fn up) {
  char text[32];
  (void)fprintf(plot->file,
      "<section><h2>%s</h2><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n", title, WIDTH,
      HEIGHT, title);
  for (int i = 0; i <= TICKS; i++) {
    const double y = y_of(plot, plot->top * i / TICKS);
    up(plot->top * i / TICKS, text, sizeof text);
    (void)fprintf(plot->file,
        "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/><text x=\"%d\" y=\"%.1f\" "
        "text-anchor=\"end\">%s</text>\n",
        LEFT, WIDTH - RIGHT, y, y, LEFT - 8, y + 4, text);
    if (!across) continue;
    across(plot->right * i / TICKS, text, sizeof text);
    (void)fprintf(plot->file, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
        x_of(plot, plot->right * i / TICKS), HEIGHT - 12, text);
  }
}

static void end_plot(const struct plot *plot, const char *const *keys) {
  static const char *const colours[] = {"a", "b", "c"};
  (void)fprintf(plot->file, "</svg>");
  if (keys) (void)fprintf(plot->file, "<div class=\"key\">");
  for (unsigned i = 0; keys && keys[i]; i++) {
    (void)fprintf(plot->file, "<span><i style=\"background:var(--%s)\"></i>%s</span>", colours[i], keys[i]);
  }
  (void)fprintf(plot->file, "%s</section>\n", keys ? "</div>" : "");
}

static double rate_of(const struct point *point) { return point->rate; }
static double median_of(const struct point *point) { return (double)point->median; }
static double high_of(const struct point *point) { return (double)point->high; }
static double longest_of(const struct point *point) { return (double)point->longest; }

typedef double (*value_fn)(const struct point *point);

static double largest(const struct result *result, value_fn value) {
  double most = 1;
  for (unsigned i = 0; i < result->point_count; i++) most = fmax(most, value(&result->points[i]));
  return most;
}

static void curve(const struct plot *plot, const struct result *result, value_fn value, const char *class) {
  (void)fprintf(plot->file, "<polyline class=\"curve %s\" points=\"", class);
  for (unsigned i = 0; i < result->point_count; i++) {
    (void)fprintf(
        plot->file, "%.1f,%.1f ", x_of(plot, result->points[i].time), y_of(plot, value(&result->points[i])));
  }
  (void)fprintf(plot->file, "\"/>\n");
}

static void area(const struct plot *plot, const struct result *result, value_fn value) {
  if (result->point_count == 0) return;
  (void)fprintf(plot->file, "<polygon class=\"area\" points=\"%.1f,%.1f ", x_of(plot, result->points[0].time),
      y_of(plot, 0));
  for (unsigned i = 0; i < result->point_count; i++) {
    (void)fprintf(
        plot->file, "%.1f,%.1f ", x_of(plot, result->points[i].time), y_of(plot, value(&result->points[i])));
  }
  (void)fprintf(
      plot->file, "%.1f,%.1f\"/>\n", x_of(plot, result->points[result->point_count - 1].time), y_of(plot, 0));
}

static void plot_course(const struct result *result, FILE *file) {
  const double end = result->point_count ? result->points[result->point_count - 1].time : 1;
  const struct plot rate = {file, end, round_up(largest(result, rate_of))};
  begin_plot(&rate, "Messages a second", format_seconds, format_rate);
  area(&rate, result, rate_of);
  curve(&rate, result, rate_of, "a");
  end_plot(&rate, NULL);
  const struct plot latency = {file, end, round_up(largest(result, longest_of))};
  begin_plot(&latency, "Latency over time", format_seconds, format_latency);
  curve(&latency, result, median_of, "a");
  curve(&latency, result, high_of, "b");
  curve(&latency, result, longest_of, "c");
  end_plot(&latency, (const char *const[]){"50 %", "99 %", "longest", NULL});
}

/* Latency by percentile, each nine as wide as the one before. */
static void plot_percentiles(const struct result *result, FILE *file) {
  static const double nines[] = {0, 0.9, 0.99, 0.999, 0.9999};
  const struct plot plot = {file, 4, round_up((double)distribution_quantile(&result->latencies, 0.9999))};
  begin_plot(&plot, "Latency by percentile", NULL, format_latency);
  (void)fprintf(file, "<polyline class=\"curve a\" points=\"");
  for (unsigned i = 0; i <= 200; i++) {
    const double x = 4.0 * i / 200;
    const double y = (double)distribution_quantile(&result->latencies, 1 - pow(10, -x));
    (void)fprintf(file, "%.1f,%.1f ", x_of(&plot, x), y_of(&plot, y));
  }
  (void)fprintf(file, "\"/>\n");
  for (unsigned i = 0; i < 5; i++) {
    (void)fprintf(file, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%g %%</text>\n", x_of(&plot, i),
        HEIGHT - 12, nines[i] * 100);
  }
  end_plot(&plot, NULL);
}

static void tile(FILE *file, const char *name, const char *value, const char *unit) {
  (void)fprintf(file, "<section><span>%s</span><b>%s</b><span>%s</span></section>\n", name, value, unit);
}

static void write_tiles(const struct result *result, FILE *file) {
  char text[32];
  (void)fprintf(file, "<div class=\"tiles\">\n");
  format_rate(result_rate(result), text, sizeof text);
  tile(file, "Rate", text, "messages a second");
  format_latency((double)distribution_quantile(&result->latencies, 0.5), text, sizeof text);
  tile(file, "Median latency", text, "50 % take no longer");
  format_latency((double)distribution_quantile(&result->latencies, 0.99), text, sizeof text);
  tile(file, "99th percentile", text, "1 % takes longer");
  (void)snprintf(text, sizeof text, "%" PRIu64, result->counts.received);
  tile(file, "Messages", text, "received");
  (void)fprintf(file, "</div>\n");
}

static void row(FILE *file, const char *name, const char *id, double value, const char *unit) {
  (void)fprintf(file, "<tr><td>%s</td><td id=\"%s\">%.10g%s</td></tr>\n", name, id, value, unit);
}

static void write_table(const struct result *result, FILE *file) {
  char name[32], id[16];
  (void)fprintf(file, "<section><h2>In numbers</h2><table>\n");
  row(file, "messages sent", "sent", (double)result->counts.sent, "");
  row(file, "... acknowledged", "accepted", (double)result->counts.accepted, "");
  row(file, "messages received", "received", (double)result->counts.received, "");
  row(file, "time", "seconds", result->seconds, " s");
  row(file, "rate", "rate", result_rate(result), " /s");
  for (unsigned i = 0; i < QUANTILES; i++) {
    (void)snprintf(
        name, sizeof name, quantiles[i] < 1 ? "latency, %g %%" : "latency, longest", quantiles[i] * 100);
    (void)snprintf(id, sizeof id, quantiles[i] < 1 ? "p%g" : "max", quantiles[i] * 100);
    row(file, name, id, (double)distribution_quantile(&result->latencies, quantiles[i]) / 1000, " us");
  }
  (void)fprintf(file, "</table></section>\n");
}

static void escaped(FILE *file, const char *text) {
  for (; *text; text++) {
    if (*text == '<' || *text == '>' || *text == '&' || *text == '"') {
      (void)fprintf(file, "&#%d;", *text);
    } else {
      (void)fputc(*text, file);
    }
  }
}

/* JSON in which nothing ends the script that it stands in. */
static void write_json(FILE *file, const char *json) {
  (void)fprintf(file, "<script type=\"application/json\" id=\"result\">");
  for (; *json; json++) {
    if (*json == '<') {
      (void)fputs("\\u003c", file);
    } else {
      (void)fputc(*json, file);
    }
  }
  (void)fprintf(file, "</script>\n");
}

bool result_report(const struct result *result, const char *path) {
  const struct load_settings *const settings = &result->settings;
  char why[128];
  char *const json = result_json(result);
  FILE *const file = json ? fopen(path, "we") : NULL;
  if (!file) {
    complain("%s: %s", path, json ? strerror_r(errno, why, sizeof why) : "out of memory");
    free(json);
    return false;
  }
  (void)fprintf(file,
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"/><meta name=\"color-scheme\" "
      "content=\"light dark\"/>"
      "<title>baryon bench</title><style>%s</style></head>\n<body><main><h1>baryon bench</h1><p>",
      style);
  escaped(file, result->target);
  (void)fprintf(file,
      "<br/>%" PRIu64 " senders, %" PRIu64 " receivers, %" PRIu64 " threads, %" PRIu64
      " queues, messages of %" PRIu64 " octets; latency from %s</p>\n",
      settings->senders, settings->receivers, settings->threads, settings->queues, settings->size,
      settings->rate ? "when each message was to be sent" : "sending, at full load");
  write_tiles(result, file);
  plot_course(result, file);
  plot_percentiles(result, file);
  write_table(result, file);
  write_json(file, json);
  (void)fprintf(file, "</main></body></html>\n");
  free(json);
  const bool failed = ferror(file);
  if (fclose(file) == 0 && !failed) return true;
  complain("%s: %s", path, strerror_r(errno, why, sizeof why));
  return false;
}
