/* commands.c: all commands, in the order in which help lists them. Each has a file of its name. */
#include "cli/command.h"
#include <stddef.h>

extern const struct command command_send, command_receive, command_request, command_reply, command_broker,
    command_bench, command_trace, command_completion, command_manual;

const struct command *const commands[] = {
    &command_send,
    &command_receive,
    &command_request,
    &command_reply,
    &command_broker,
    &command_bench,
    &command_trace,
    &command_completion,
    &command_manual,
    NULL,
};
