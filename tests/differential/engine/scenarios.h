/* scenarios.h: the groups of scenarios, each ended by one without a name. */
#ifndef DIFFERENTIAL_ENGINE_SCENARIOS_H
#define DIFFERENTIAL_ENGINE_SCENARIOS_H

#include "pair.h"

extern const struct scenario connection_scenarios[], session_scenarios[], link_scenarios[], flow_scenarios[],
    transfer_scenarios[], settle_scenarios[], object_scenarios[], abrupt_scenarios[], sasl_scenarios[];

#endif
