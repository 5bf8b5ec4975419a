/* What the parts of the attempts program share. See attempt.c. */
#ifndef ATTEMPT_H
#define ATTEMPT_H
#define _GNU_SOURCE
#include <stddef.h>

/* One attempt. `try` never returns: it ends with one of the three verdicts below, or the kernel ends it. */
struct attempt {
  const char *name;
  void (*try)(char **args);
};

/* The protection did not hold. */
_Noreturn void escaped(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A system call was refused; says which, and the errno by name. */
_Noreturn void stopped(const char *what);
/* Stopped in another way, in words. */
_Noreturn void stopped_because(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Escaped when the file holds `token`. */
_Noreturn void look_into(const char *path, const char *token);
/* How many bytes of the file were read, up to `size`; -1 with errno. */
long slurp(const char *path, char *into, size_t size);

extern const struct attempt reach_attempts[], kernel_attempts[], use_up_attempts[];

/* The host's side of the attempts: see bystander.c. */
int bystander(char **args);
int swapper(char **args);
#endif
