#ifndef BARYON_SASL_H
#define BARYON_SASL_H 1

/**
 * @file
 * Users and passwords that the program knows: what a server needs to offer PLAIN or SCRAM. [5.3]
 *
 * The program sets a function that is asked about each client's user and password. It may answer at once, or
 * keep the question and answer later, from any thread:
 * @code
 *   static void verify(void *context, pn_sasl_question_t *question) {
 *     struct accounts *accounts = context;
 *     const char *user = pn_sasl_question_user(question);
 *     bool right = accounts_check(accounts, user, pn_sasl_question_password(question));
 *     pn_sasl_answer(question, right ? PN_SASL_OK : PN_SASL_AUTH);
 *   }
 *
 *   pn_sasl_set_password_verifier(pn_sasl(transport), verify, accounts);
 * @endcode
 *
 * An answer is taken up when the connection runs next. Whoever runs connections says with pn_sasl_set_wake()
 * how it is made to; a proactor does so for its own.
 */

#include <proton/import_export.h>
#include <proton/sasl.h>
#include <proton/type_compat.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A client's user and password, to be verified. It belongs to the verifier until it is answered, and stays
 * valid until then even if the transport is freed.
 */
typedef struct pn_sasl_question_t pn_sasl_question_t;

/**
 * A function that verifies passwords.
 *
 * It is called in the thread that has the transport. It calls pn_sasl_answer() once for each question, or
 * sees to it that somebody does. It must not free the transport.
 *
 * @param context   what was set with the function
 * @param question  user and password
 */
typedef void (*pn_sasl_password_verifier_t)(void *context, pn_sasl_question_t *question);

/**
 * Have a server offer PLAIN, and verify passwords with this function. Before the first octet goes in or out.
 *
 * PLAIN is offered if the connection is encrypted or pn_sasl_set_allow_insecure_mechs() allows it, unless
 * pn_sasl_allowed_mechs() leaves it out. A server that requires encryption offers it only on an encrypted
 * connection, whatever is allowed. Clients that want to act as another user than the one whose password they
 * have are turned away without a question.
 *
 * @param sasl     the SASL side of a server's transport
 * @param verify   the function; NULL: none
 * @param context  handed to each call
 */
PN_EXTERN void pn_sasl_set_password_verifier(
    pn_sasl_t *sasl, pn_sasl_password_verifier_t verify, void *context);

/**
 * Who the client says it is.
 *
 * @return UTF-8, not empty; stays until the question is answered
 * @threads any that has the question
 */
PN_EXTERN const char *pn_sasl_question_user(const pn_sasl_question_t *question);

/**
 * The password that the client has sent. It is wiped when the question is gone.
 *
 * @return UTF-8, not empty; stays until the question is answered
 * @threads any that has the question
 */
PN_EXTERN const char *pn_sasl_question_password(const pn_sasl_question_t *question);

/**
 * The mechanism that the question is about: "PLAIN", "SCRAM-SHA-256" or "SCRAM-SHA-1".
 *
 * @threads any that has the question
 */
PN_EXTERN const char *pn_sasl_question_mechanism(const pn_sasl_question_t *question);

/**
 * A function that looks up what is kept of a user's password, for SCRAM. The password itself is not shown:
 * pn_sasl_question_password() is "".
 *
 * It is called in the thread that has the transport. It calls pn_sasl_answer_secret() once for each question,
 * or sees to it that somebody does; or pn_sasl_answer() if it cannot tell. It must not free the transport.
 *
 * @param context   what was set with the function
 * @param question  user and mechanism
 */
typedef void (*pn_sasl_secret_source_t)(void *context, pn_sasl_question_t *question);

/**
 * Have a server offer SCRAM-SHA-256 and SCRAM-SHA-1, and look up with this function what is kept of its users'
 * passwords. Before the first octet goes in or out.
 *
 * A client proves that it has the password, and learns whether the server knows it, and who listens learns
 * neither; so both are used without TLS, too. pn_sasl_allowed_mechs() leaves out what is not wanted.
 *
 * @param sasl     the SASL side of a server's transport
 * @param source   the function; NULL: none
 * @param context  handed to each call
 */
PN_EXTERN void pn_sasl_set_secret_source(pn_sasl_t *sasl, pn_sasl_secret_source_t source, void *context);

/**
 * Answer a question of SCRAM, which is not to be used any more. Whether it was the right user is found out
 * then.
 *
 * @param question  the question
 * @param secret    what pn_sasl_scram_secret() made for this mechanism, copied; NULL: there is no such user.
 *                  The client cannot tell that from a wrong password
 * @return          false if nobody waits for the answer any more: the connection has ended
 * @threads         any, once for each question; takes no lock
 */
PN_EXTERN bool pn_sasl_answer_secret(pn_sasl_question_t *question, const char *secret);

/**
 * What a server keeps of a password: enough to know who has it, too little to be taken for that user elsewhere.
 *
 * @param mechanism   "SCRAM-SHA-256" or "SCRAM-SHA-1"
 * @param password    UTF-8, taken as it is
 * @param iterations  how often the password is hashed, for whoever guesses as for every client: 4,096 to
 *                    1,000,000; 0: 4,096
 * @return            a line of text, "SCRAM-SHA-256$4096:salt$key:key" (RFC 5803), with a salt of its own; freed
 *                    by the caller with free(). NULL without memory, or if one of the arguments is wrong
 * @threads           any
 */
PN_EXTERN char *pn_sasl_scram_secret(const char *mechanism, const char *password, unsigned iterations);

/**
 * Answer a question, which is not to be used any more.
 *
 * @param question  the question
 * @param outcome   PN_SASL_OK: user and password are right; PN_SASL_AUTH: they are not; PN_SASL_SYS,
 *                  PN_SASL_PERM or PN_SASL_TEMP: it cannot be told. Any other value counts as PN_SASL_SYS
 * @return          false if nobody waits for the answer any more: the connection has ended
 * @threads         any, once for each question; takes no lock
 */
PN_EXTERN bool pn_sasl_answer(pn_sasl_question_t *question, pn_sasl_outcome_t outcome);

/**
 * How a connection is made to run. Between `hold` and `release` the context must stay valid: each question
 * has its own hold, and may outlive the transport.
 */
typedef struct pn_sasl_wake_t {
  void (*wake)(void *context);    /**< Have the connection run soon, if there still is one. From any thread */
  void (*hold)(void *context);    /**< In the thread that has the transport. NULL: not needed */
  void (*release)(void *context); /**< Undo one hold. From any thread. NULL: not needed */
} pn_sasl_wake_t;

/**
 * Say how a connection is made to run when an answer is there. For whoever owns the transport; without it, an
 * answer waits until something else makes the connection run. To run is to call pn_transport_pending() or
 * pn_connection_driver_write_buffer().
 *
 * @param sasl     the SASL side of a server's transport
 * @param wake     the functions; copied. NULL: none
 * @param context  handed to each call
 */
PN_EXTERN void pn_sasl_set_wake(pn_sasl_t *sasl, const pn_sasl_wake_t *wake, void *context);

#ifdef __cplusplus
}
#endif

#endif /* BARYON_SASL_H */
