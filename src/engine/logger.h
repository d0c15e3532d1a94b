/* logger.h: pn_logger_t inside: where lines of log and trace go. */
#ifndef BARYON_ENGINE_LOGGER_H
#define BARYON_ENGINE_LOGGER_H

#include "base/compiler.h"
#include <proton/logger.h>
#include <stdbool.h>

struct pn_logger_t {
  pn_log_sink_t sink;
  intptr_t sink_context;
  uint16_t subsystems; /* what is let through besides critical lines */
  uint16_t levels;
};

static inline bool pni_logs(const pn_logger_t *logger, pn_log_subsystem_t subsystem, pn_log_level_t level) {
  return PNI_UNLIKELY((logger->subsystems & subsystem) != 0 && (logger->levels & level) != 0);
}

/* A copy of the default logger, whose environment variables have been read. */
void pni_logger_init(pn_logger_t *logger);

#endif
