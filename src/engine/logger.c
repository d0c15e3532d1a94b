/* logger.c: which lines of log pass, and where they go.
 *
 * The default logger is the process's own: any thread may use and change it at any time, so the members of a logger are
 * atomic. A sink and its context belong together: they are written while `version` is odd, and read again if it was odd or
 * has changed meanwhile. Nothing else needs an order, since each line stands alone.
 *
 * The environment is read once, when the default logger is first asked for. */
#include "engine/logger.h"
#include "base/text.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LINE_ROOM = 1024 }; /* bytes of a line, with its NUL */
static const char truncated[] = " ... (truncated)";

/* Names. */

struct name {
  unsigned bit;
  const char *name;
};

static const struct name levels[] = {{PN_LEVEL_CRITICAL, "CRITICAL"}, {PN_LEVEL_ERROR, "ERROR"},
    {PN_LEVEL_WARNING, "WARNING"}, {PN_LEVEL_INFO, "INFO"}, {PN_LEVEL_DEBUG, "DEBUG"},
    {PN_LEVEL_TRACE, "TRACE"}, {PN_LEVEL_FRAME, "FRAME"}, {PN_LEVEL_RAW, "RAW"}};

static const struct name subsystems[] = {{PN_SUBSYSTEM_MEMORY, "MEMORY"}, {PN_SUBSYSTEM_IO, "IO"},
    {PN_SUBSYSTEM_EVENT, "EVENT"}, {PN_SUBSYSTEM_AMQP, "AMQP"}, {PN_SUBSYSTEM_SSL, "SSL"},
    {PN_SUBSYSTEM_SASL, "SASL"}, {PN_SUBSYSTEM_BINDING, "BINDING"}};

enum { LEVELS = sizeof levels / sizeof levels[0], SUBSYSTEMS = sizeof subsystems / sizeof subsystems[0] };

static const char *name_of(const struct name *names, size_t count, unsigned bits) {
  if (bits == UINT16_MAX) return "*ALL*";
  for (size_t i = 0; i < count; i++) {
    if (bits & names[i].bit) return names[i].name;
  }
  return "UNKNOWN";
}

const char *pn_logger_level_name(pn_log_level_t level) { return name_of(levels, LEVELS, level); }

const char *pn_logger_subsystem_name(pn_log_subsystem_t subsystem) {
  return name_of(subsystems, SUBSYSTEMS, subsystem);
}

/* Sinks. */

static void to_stderr(
    intptr_t context, pn_log_subsystem_t subsystem, pn_log_level_t level, const char *message) {
  fprintf(stderr, "[%p]:%5s:%5s:%s\n", (void *)context, pn_logger_subsystem_name(subsystem),
      pn_logger_level_name(level), message);
  fflush(stderr);
}

static void to_nowhere(
    intptr_t context, pn_log_subsystem_t subsystem, pn_log_level_t level, const char *message) {
  (void)context;
  (void)subsystem;
  (void)level;
  (void)message;
}

struct target {
  pn_log_sink_t sink;
  intptr_t context;
};

static struct target target_of(const pn_logger_t *logger) {
  struct target target;
  unsigned before;
  do {
    before = logger->version;
    target = (struct target){.sink = logger->sink, .context = logger->sink_context};
  } while (before % 2 != 0 || before != logger->version);
  return target;
}

static void set_target(pn_logger_t *logger, struct target target) {
  unsigned version = logger->version;
  while (version % 2 != 0 || !atomic_compare_exchange_weak(&logger->version, &version, version + 1)) {
    version = logger->version;
  }
  logger->sink = target.sink;
  logger->sink_context = target.context;
  logger->version = version + 2;
}

void pn_logger_set_log_sink(pn_logger_t *logger, pn_log_sink_t sink, intptr_t sink_context) {
  set_target(logger, (struct target){.sink = sink ? sink : to_nowhere, .context = sink_context});
}

pn_log_sink_t pn_logger_get_log_sink(pn_logger_t *logger) { return target_of(logger).sink; }

intptr_t pn_logger_get_log_sink_context(pn_logger_t *logger) { return target_of(logger).context; }

/* What passes. */

void pn_logger_set_mask(pn_logger_t *logger, uint16_t subsystem, uint16_t level) {
  logger->subsystems |= subsystem;
  logger->levels |= level;
}

void pn_logger_reset_mask(pn_logger_t *logger, uint16_t subsystem, uint16_t level) {
  logger->subsystems &= (uint16_t)~subsystem;
  logger->levels &= (uint16_t)~level;
}

void pn_logger_logf(
    pn_logger_t *logger, pn_log_subsystem_t subsystem, pn_log_level_t level, const char *fmt, ...) {
  char line[LINE_ROOM];
  if (!(level & PN_LEVEL_CRITICAL) && !pni_logs(logger, subsystem, level)) return;
  struct pni_text text = pni_text(line, sizeof line);
  va_list args;
  va_start(args, fmt);
  pni_text_vformat(&text, fmt, args);
  va_end(args);
  if (!pni_text_fits(&text)) memcpy(line + sizeof line - sizeof truncated, truncated, sizeof truncated);
  const struct target target = target_of(logger);
  target.sink(target.context, subsystem, level, line);
}

/* The environment. */

/* The levels that a text names; a name may stand more than once, with a + or without. */
static unsigned levels_in(const char *text) {
  unsigned bits = strcasestr(text, "all") ? PN_LEVEL_ALL : 0;
  for (size_t i = 1; i < LEVELS; i++) {
    const size_t size = strlen(levels[i].name);
    for (const char *at = text; (at = strcasestr(at, levels[i].name)); at += size) {
      bits |= levels[i].bit;
      if (at[size] == '+' && levels[i].bit <= PN_LEVEL_TRACE) bits |= levels[i].bit - 1;
    }
  }
  return bits;
}

static const char *variable_named(const char *name) {
  return getenv(name); /* NOLINT(concurrency-mt-unsafe): who changes it takes care of that */
}

static bool is_on(const char *variable) {
  const char *value = variable_named(variable);
  if (!value) return false;
  return strcasecmp(value, "1") == 0 || strcasecmp(value, "true") == 0 || strcasecmp(value, "yes") == 0 ||
         strcasecmp(value, "on") == 0;
}

static unsigned levels_in_environment(void) {
  const char *log = variable_named("PN_LOG");
  unsigned bits = PN_LEVEL_CRITICAL | (log ? levels_in(log) : 0);
  if (is_on("PN_TRACE_FRM")) bits |= PN_LEVEL_FRAME;
  if (is_on("PN_TRACE_RAW")) bits |= PN_LEVEL_RAW;
  if (is_on("PN_TRACE_EVT")) bits |= PN_LEVEL_DEBUG;
  if (is_on("PN_TRACE_DRV")) bits |= PN_LEVEL_DEBUG | PN_LEVEL_TRACE;
  return bits;
}

static pn_logger_t usual;
static pthread_once_t usual_begun = PTHREAD_ONCE_INIT; /* which ThreadSanitizer knows, unlike call_once */

static void begin_usual(void) {
  usual.sink = to_stderr;
  usual.sink_context = (intptr_t)&usual;
  usual.subsystems = PN_SUBSYSTEM_ALL;
  usual.levels = (uint16_t)levels_in_environment();
}

pn_logger_t *pn_default_logger(void) {
  pthread_once(&usual_begun, begin_usual);
  return &usual;
}

/* The library's own sink shows whose line it is. */
void pni_logger_init(pn_logger_t *logger) {
  const pn_logger_t *from = pn_default_logger();
  const struct target target = target_of(from);
  logger->version = 0;
  logger->sink = target.sink;
  logger->sink_context = target.sink == to_stderr ? (intptr_t)logger : target.context;
  logger->subsystems = from->subsystems;
  logger->levels = from->levels;
}
