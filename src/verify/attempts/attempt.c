/*
 * The 29 attempts and more, to be run plainly (the control, which must escape) and sealed (which must be stopped).
 *
 *   attempt NAME [ARG…] [, NAME [ARG…]]…
 *
 * Each attempt runs in a child of its own and ends in one line of JSON on stdout:
 *   {"name":"tcp","escaped":false,"why":"socket: EPERM"}
 * An attempt that the kernel kills says so: "killed by SIGSYS". One that says nothing for 20 s is killed and says that,
 * which no test takes for a stop. Linux only; built at test time: cc *.c.
 *
 *   attempt bystander …, attempt swap …   the host's side, see bystander.c
 */
#include "attempt.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int answer = -1;

static const char *name_of_errno(int number) {
  static const struct { int number; const char *name; } names[] = {
    {EPERM, "EPERM"}, {ENOENT, "ENOENT"}, {ESRCH, "ESRCH"}, {EINTR, "EINTR"}, {EIO, "EIO"}, {ENXIO, "ENXIO"},
    {EBADF, "EBADF"}, {EAGAIN, "EAGAIN"}, {ENOMEM, "ENOMEM"}, {EACCES, "EACCES"}, {EFAULT, "EFAULT"},
    {EBUSY, "EBUSY"}, {EEXIST, "EEXIST"}, {EXDEV, "EXDEV"}, {ENODEV, "ENODEV"}, {ENOTDIR, "ENOTDIR"},
    {EISDIR, "EISDIR"}, {EINVAL, "EINVAL"}, {ENOTTY, "ENOTTY"}, {EFBIG, "EFBIG"}, {ENOSPC, "ENOSPC"},
    {EROFS, "EROFS"}, {ENOSYS, "ENOSYS"}, {ELOOP, "ELOOP"}, {EAFNOSUPPORT, "EAFNOSUPPORT"}, {EDQUOT, "EDQUOT"},
    {EPROTONOSUPPORT, "EPROTONOSUPPORT"}, {EOPNOTSUPP, "EOPNOTSUPP"}, {ECONNREFUSED, "ECONNREFUSED"},
    {EADDRNOTAVAIL, "EADDRNOTAVAIL"}, {ENETUNREACH, "ENETUNREACH"}, {ECONNRESET, "ECONNRESET"},
    {EOVERFLOW, "EOVERFLOW"}, {EUSERS, "EUSERS"}, {ETIMEDOUT, "ETIMEDOUT"},
  };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (names[i].number == number) return names[i].name;
  static char other[24];
  snprintf(other, sizeof other, "errno %d", number);
  return other;
}

/* One byte for the verdict, then the words, down the pipe to the parent that waits. */
static _Noreturn void conclude(char verdict, const char *words) {
  char line[400];
  int length = snprintf(line, sizeof line, "%c%s", verdict, words);
  if (length > (int)sizeof line - 1) length = sizeof line - 1;
  _exit(write(answer, line, (size_t)length) == length ? 0 : 99);
}

void escaped(const char *format, ...) {
  char words[300];
  va_list args;
  va_start(args, format);
  vsnprintf(words, sizeof words, format, args);
  va_end(args);
  conclude('e', words);
}

void stopped_because(const char *format, ...) {
  char words[300];
  va_list args;
  va_start(args, format);
  vsnprintf(words, sizeof words, format, args);
  va_end(args);
  conclude('s', words);
}

void stopped(const char *what) {
  const char *name = name_of_errno(errno);
  stopped_because("%s: %s", what, name);
}

static const struct attempt *find(const char *name) {
  const struct attempt *lists[] = {reach_attempts, kernel_attempts, use_up_attempts};
  for (size_t list = 0; list < 3; list++)
    for (const struct attempt *one = lists[list]; one->name != NULL; one++)
      if (strcmp(one->name, name) == 0) return one;
  return NULL;
}

static void print(const char *name, int has_escaped, const char *why) {
  printf("{\"name\":\"%s\",\"escaped\":%s,\"why\":\"", name, has_escaped ? "true" : "false");
  for (; *why != '\0'; why++) putchar(*why == '"' || *why == '\\' || (unsigned char)*why < ' ' ? '_' : *why);
  puts("\"}");
  fflush(stdout);
}

static void run(const char *name, char **args) {
  const struct attempt *one = find(name);
  if (one == NULL) {
    fprintf(stderr, "attempt: there is no attempt '%s'\n", name);
    exit(2);
  }
  int ends[2];
  if (pipe(ends) != 0) exit(3);
  pid_t child = fork();
  if (child < 0) exit(4);
  if (child == 0) {
    close(ends[0]);
    answer = ends[1];
    alarm(20);
    one->try(args);
    _exit(98);
  }
  close(ends[1]);
  char line[400];
  ssize_t length = 0, got;
  while ((got = read(ends[0], line + length, sizeof line - 1 - (size_t)length)) > 0) length += got;
  line[length] = '\0';
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (length > 0) {
    print(name, line[0] == 'e', line + 1);
  } else if (WIFSIGNALED(status)) {
    snprintf(line, sizeof line, "killed by SIG%s", sigabbrev_np(WTERMSIG(status)));
    print(name, 0, line);
  } else {
    snprintf(line, sizeof line, "no verdict, exit %d", WEXITSTATUS(status));
    print(name, 0, line);
  }
}

int main(int count, char **words) {
  if (count > 1 && strcmp(words[1], "bystander") == 0) return bystander(words + 2);
  if (count > 1 && strcmp(words[1], "swap") == 0) return swapper(words + 2);
  for (int from = 1; from < count;) {
    int to = from;
    while (to < count && strcmp(words[to], ",") != 0) to++;
    words[to] = NULL;
    run(words[from], words + from + 1);
    from = to + 1;
  }
  return 0;
}
