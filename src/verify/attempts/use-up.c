/* Attempts to use up the machine, or to stay on it. What they make, they clean up: the controls run on the host. */
#include "attempt.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MIB (1L << 20)

/* COUNT: children that sleep; killed at once afterwards */
static void fork_bomb(char **args) {
  int wanted = atoi(args[0]), made = 0;
  pid_t *children = calloc((size_t)wanted, sizeof *children);
  int failed = 0;
  while (made < wanted) {
    pid_t child = fork();
    if (child < 0) {
      failed = errno;
      break;
    }
    if (child == 0) {
      alarm(15);
      for (;;) pause();
    }
    children[made++] = child;
  }
  for (int i = 0; i < made; i++) kill(children[i], SIGKILL);
  for (int i = 0; i < made; i++) waitpid(children[i], NULL, 0);
  if (made == wanted) escaped("%d processes at once", made);
  char words[60];
  snprintf(words, sizeof words, "fork after %d", made);
  errno = failed;
  stopped(words);
}

/* Touches `mib` MiB; -1 with errno when they cannot be had. */
static int take(long mib, int flags) {
  char *bytes = mmap(NULL, (size_t)(mib * MIB), PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
  if (bytes == MAP_FAILED) return -1;
  for (long at = 0; at < mib * MIB; at += 4096) bytes[at] = 1;
  return 0;
}

static _Noreturn void fill_memory(long wanted, int flags) {
  for (long had = 0; had < wanted; had += 32)
    if (take(32, flags) != 0) {
      char words[60];
      snprintf(words, sizeof words, "mmap after %ld MiB", had);
      stopped(words);
    }
  escaped("%ld MiB in one process", wanted);
}

/* MIB */
static void memory(char **args) { fill_memory(atol(args[0]), MAP_PRIVATE); }

/* MIB: shared pages, which the limit on a process's own data does not count */
static void memory_shared(char **args) { fill_memory(atol(args[0]), MAP_SHARED); }

/* MIB: files that have no name and lie in memory, each below the limit on a file's size */
static void memory_files(char **args) {
  static char block[MIB];
  memset(block, 1, sizeof block);
  for (long had = 0, wanted = atol(args[0]); had < wanted; had += 16) {
    int fd = memfd_create("indoors-attempt", MFD_CLOEXEC);
    if (fd < 0) stopped("memfd_create");
    for (int i = 0; i < 16; i++)
      if (write(fd, block, sizeof block) != (ssize_t)sizeof block) stopped("write");
  }
  escaped("%s MiB in files without a name", args[0]);
}

/* MIB COUNT: as many processes, each with so much */
static void memory_together(char **args) {
  long mib = atol(args[0]);
  int count = atoi(args[1]), held = 0, ends[2], go[2];
  if (pipe(ends) != 0 || pipe(go) != 0) stopped("pipe");
  for (int i = 0; i < count; i++) {
    pid_t child = fork();
    if (child < 0) stopped("fork");
    if (child > 0) continue;
    close(go[1]);
    char done = take(mib, MAP_PRIVATE) == 0 ? '+' : '-';
    char released;
    (void)!write(ends[1], &done, 1);
    /* The parent reads to the end: of one that is killed it would wait for an answer for ever. */
    close(ends[1]);
    (void)!read(go[0], &released, 1);
    _exit(0);
  }
  close(ends[1]);
  for (char done; held < count && read(ends[0], &done, 1) == 1 && done == '+';) held++;
  close(go[1]);
  while (wait(NULL) > 0);
  if (held == count) escaped("%ld MiB in %d processes", mib * count, count);
  stopped_because("only %d of %d processes got %ld MiB", held, count, mib);
}

/* Writes so many MiB to one file; the errno of the first failure, 0 when all of it is there. */
static int put(const char *path, long mib, long *written) {
  static char block[MIB];
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return errno;
  memset(block, 1, sizeof block);
  int failed = 0;
  for (long i = 0; i < mib && failed == 0; i++) {
    ssize_t length = write(fd, block, sizeof block);
    if (length < 0) failed = errno;
    else if (length < (ssize_t)sizeof block) failed = ENOSPC;
    else ++*written;
  }
  close(fd);
  return failed;
}

/* PATH MIB */
static void big_file(char **args) {
  signal(SIGXFSZ, SIG_IGN);
  long written = 0;
  errno = put(args[0], atol(args[1]), &written);
  int failed = errno;
  unlink(args[0]);
  if (failed == 0) escaped("%ld MiB in one file", written);
  char words[60];
  snprintf(words, sizeof words, "write after %ld MiB", written);
  errno = failed;
  stopped(words);
}

/* PATH MIB: a length without content */
static void sparse_file(char **args) {
  signal(SIGXFSZ, SIG_IGN);
  int fd = open(args[0], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) stopped("open");
  int failed = ftruncate(fd, atol(args[1]) * MIB) == 0 ? 0 : errno;
  unlink(args[0]);
  errno = failed;
  if (failed != 0) stopped("ftruncate");
  escaped("a file as long as %s MiB", args[1]);
}

/* FOLDER COUNT PREFIX: files of 1 MiB */
static void many_files(char **args) {
  long written = 0;
  int failed = 0, made = 0, wanted = atoi(args[1]);
  char path[4200];
  for (; made < wanted && failed == 0; made++) {
    snprintf(path, sizeof path, "%s/%s%d", args[0], args[2], made);
    failed = put(path, 1, &written);
  }
  for (int i = 0; i < made; i++) {
    snprintf(path, sizeof path, "%s/%s%d", args[0], args[2], i);
    unlink(path);
  }
  if (failed == 0) escaped("%ld MiB in %d files", written, made);
  char words[60];
  snprintf(words, sizeof words, "write after %ld MiB", written);
  errno = failed;
  stopped(words);
}

/* MS: of processor time */
static void spin(char **args) {
  alarm(0);
  struct timespec used = {0, 0};
  while (used.tv_sec * 1000 + used.tv_nsec / 1000000 < atol(args[0])) clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  escaped("%s ms of processor time", args[0]);
}

/* MS: of time, doing nothing; what follows is only there to be found by */
static void linger(char **args) {
  alarm(0);
  usleep((useconds_t)atol(args[0]) * 1000);
  escaped("%s ms", args[0]);
}

/* MIB, to stdout */
static void flood(char **args) {
  static char block[MIB];
  memset(block, 'x', sizeof block);
  for (long i = 0, wanted = atol(args[0]); i < wanted; i++)
    for (size_t done = 0; done < sizeof block;) {
      ssize_t length = write(1, block + done, sizeof block - done);
      if (length < 0) stopped("write");
      done += (size_t)length;
    }
  (void)!write(1, "\n", 1);
  escaped("%s MiB of output", args[0]);
}

/* TOKEN, to be found by in the arguments: a process of its own session that no longer has a parent */
static void daemon_stays(char **args) {
  if (fork() == 0) {
    setsid();
    if (fork() == 0) {
      for (int number = 1; number < 32; number++) signal(number, SIG_IGN);
      for (int fd = 0; fd < 64; fd++) close(fd);
      time_t end = time(NULL) + 15;
      while (time(NULL) < end) usleep(50000);
    }
    _exit(0);
  }
  wait(NULL);
  escaped("left a process behind with %s in its arguments", args[0]);
}

const struct attempt use_up_attempts[] = {
  {"fork-bomb", fork_bomb},
  {"memory", memory},
  {"memory-shared", memory_shared},
  {"memory-files", memory_files},
  {"memory-together", memory_together},
  {"big-file", big_file},
  {"sparse-file", sparse_file},
  {"many-files", many_files},
  {"spin", spin},
  {"linger", linger},
  {"flood", flood},
  {"daemon", daemon_stays},
  {NULL, NULL},
};
