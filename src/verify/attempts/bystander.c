/* The host's side: what the attempts are to reach, and one that swaps links under a reader. */
#include "attempt.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void on_signal(int number) {
  (void)number;
  (void)!write(1, "got signal\n", 11);
}

static int internet(int type, int *port) {
  int fd = socket(AF_INET, type, 0);
  struct sockaddr_in own = {.sin_family = AF_INET};
  own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof own;
  if (fd < 0 || bind(fd, (struct sockaddr *)&own, length) != 0) return -1;
  if (type == SOCK_STREAM && listen(fd, 8) != 0) return -1;
  getsockname(fd, (struct sockaddr *)&own, &length);
  *port = ntohs(own.sin_port);
  return fd;
}

static int local(const char *name, const char *suffix, int type) {
  int fd = socket(AF_UNIX, type, 0);
  struct sockaddr_un own = {.sun_family = AF_UNIX};
  size_t length = strlen(name) + strlen(suffix);
  if (fd < 0 || length >= sizeof own.sun_path) return -1;
  strcat(strcpy(own.sun_path, name), suffix);
  if (name[0] == '@') own.sun_path[0] = '\0';
  if (bind(fd, (struct sockaddr *)&own, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) != 0) return -1;
  return type == SOCK_DGRAM || listen(fd, 8) == 0 ? fd : -1;
}

/*
 * ABSTRACT OUTSIDE INSIDE KEY SECRET FILE MARK: MARK is only to be seen in the list of processes. Listens everywhere, for datagrams at the same names with -d, holds SECRET in its memory and in shared memory KEY, and
 * says `ready TCP UDP ADDRESS HANDLE`, then a line `got HOW TOKEN` for whatever reaches it. HANDLE is that of FILE.
 * Ends when stdin does.
 */
int bystander(char **args) {
  static char secret[200];
  snprintf(secret, sizeof secret, "%s", args[4]);
  signal(SIGUSR1, on_signal);
  signal(SIGPIPE, SIG_IGN);
  prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
  int tcp_port = 0, udp_port = 0;
  const char *ways[] = {"stdin", "tcp", "abstract", "outside", "inside", "udp", "abstract-datagram",
    "outside-datagram", "inside-datagram"};
  int fds[] = {0, internet(SOCK_STREAM, &tcp_port), local(args[0], "", SOCK_STREAM), local(args[1], "", SOCK_STREAM),
    local(args[2], "", SOCK_STREAM), internet(SOCK_DGRAM, &udp_port), local(args[0], "-d", SOCK_DGRAM),
    local(args[1], "-d", SOCK_DGRAM), local(args[2], "-d", SOCK_DGRAM)};
  const int datagrams = 5, count = 9;
  for (int i = 0; i < count; i++)
    if (fds[i] < 0) return fprintf(stderr, "bystander: cannot listen by %s\n", ways[i]), 1;
  int id = shmget((key_t)strtol(args[3], NULL, 10), 4096, IPC_CREAT | IPC_EXCL | 0600);
  char *shared = id < 0 ? (char *)-1 : shmat(id, NULL, 0);
  if (shared == (char *)-1) return fprintf(stderr, "bystander: no shared memory\n"), 1;
  strcpy(shared, secret);

  struct { struct file_handle handle; unsigned char bytes[128]; } name = {.handle.handle_bytes = 128};
  int mount_id = 0;
  char handle[300] = "none";
  if (name_to_handle_at(AT_FDCWD, args[5], &name.handle, &mount_id, 0) == 0) {
    int length = snprintf(handle, sizeof handle, "%d:", name.handle.handle_type);
    for (unsigned i = 0; i < name.handle.handle_bytes; i++)
      length += snprintf(handle + length, sizeof handle - (size_t)length, "%02x", name.handle.f_handle[i]);
  }
  printf("ready %d %d %lx %s\n", tcp_port, udp_port, (unsigned long)secret, handle);
  fflush(stdout);

  struct pollfd watched[9];
  for (int i = 0; i < count; i++) watched[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
  for (;;) {
    if (poll(watched, count, -1) < 0) continue;
    char bytes[300];
    if (watched[0].revents != 0 && read(0, bytes, sizeof bytes) <= 0) break;
    for (int i = 1; i < count; i++) {
      if (watched[i].revents == 0) continue;
      int from = i >= datagrams ? fds[i] : accept(fds[i], NULL, NULL);
      ssize_t length = recv(from, bytes, sizeof bytes, 0);
      printf("got %s %.*s\n", ways[i], length < 0 ? 0 : (int)length, bytes);
      fflush(stdout);
      if (from != fds[i]) close(from);
    }
  }
  shmctl(id, IPC_RMID, NULL);
  return 0;
}

/* A B: exchanges the two names over and over until stdin ends. */
int swapper(char **args) {
  struct pollfd watched = {.fd = 0, .events = POLLIN};
  puts("ready");
  fflush(stdout);
  for (long round = 0;; round++) {
    if (renameat2(AT_FDCWD, args[0], AT_FDCWD, args[1], RENAME_EXCHANGE) != 0) return perror("swap"), 1;
    if (round % 64 == 0 && poll(&watched, 1, 0) > 0) return 0;
  }
}
