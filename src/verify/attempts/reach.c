/* Attempts to reach what lies outside: the network, files, other processes, the environment. */
#include "attempt.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int open_socket(int family, int type, int protocol) {
  int fd = socket(family, type, protocol);
  if (fd < 0) stopped("socket");
  return fd;
}

/* PORT TOKEN */
static void tcp(char **args) {
  int fd = open_socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(args[0]))};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0) stopped("connect");
  if (write(fd, args[1], strlen(args[1])) < 0) stopped("write");
  escaped("connected to port %s of the host", args[0]);
}

/* PORT TOKEN */
static void udp(char **args) {
  int fd = open_socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(args[0]))};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (sendto(fd, args[1], strlen(args[1]), 0, (struct sockaddr *)&to, sizeof to) < 0) stopped("sendto");
  escaped("sent a datagram to port %s of the host", args[0]);
}

/* NAME TOKEN; a NAME that begins with @ is abstract */
static void unix_socket(char **args) {
  int fd = open_socket(AF_UNIX, SOCK_STREAM, 0);
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  size_t length = strlen(args[0]);
  if (length >= sizeof to.sun_path) stopped_because("the path is too long for a socket");
  memcpy(to.sun_path, args[0], length);
  if (args[0][0] == '@') to.sun_path[0] = '\0';
  if (connect(fd, (struct sockaddr *)&to, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) != 0)
    stopped("connect");
  if (write(fd, args[1], strlen(args[1])) < 0) stopped("write");
  escaped("connected to %s", args[0]);
}

/* NAME TOKEN: without socket(): one of a pair of datagram sockets can send to anybody */
static void unix_by_pair(char **args) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) != 0) stopped("socketpair");
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  size_t length = strlen(args[0]);
  if (length >= sizeof to.sun_path) stopped_because("the path is too long for a socket");
  memcpy(to.sun_path, args[0], length);
  if (args[0][0] == '@') to.sun_path[0] = '\0';
  socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
  if (sendto(pair[0], args[1], strlen(args[1]), 0, (struct sockaddr *)&to, size) < 0) stopped("sendto");
  escaped("sent a datagram to %s", args[0]);
}

static void netlink(char **args) {
  (void)args;
  int fd = open_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
  struct sockaddr_nl own = {.nl_family = AF_NETLINK};
  if (bind(fd, (struct sockaddr *)&own, sizeof own) != 0) stopped("bind");
  escaped("opened and bound a netlink socket");
}

static void vsock(char **args) {
  (void)args;
  open_socket(AF_VSOCK, SOCK_STREAM, 0);
  escaped("opened a vsock socket");
}

/* Every family and type there is: a filter with a list of families forgets one. */
static void any_socket(char **args) {
  (void)args;
  const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET};
  for (int family = 0; family < 64; family++)
    for (int type = 0; type < 4; type++)
      if (socket(family, types[type], 0) >= 0) escaped("opened a socket of family %d, type %d", family, types[type]);
  stopped("socket, 64 families");
}

long slurp(const char *path, char *into, size_t size) {
  int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return -1;
  size_t length = 0;
  ssize_t got;
  while (length < size && (got = read(fd, into + length, size - length)) > 0) length += (size_t)got;
  close(fd);
  return (long)length;
}

void look_into(const char *path, const char *token) {
  static char bytes[1 << 20];
  long length = slurp(path, bytes, sizeof bytes);
  if (length < 0) stopped("open");
  if (memmem(bytes, (size_t)length, token, strlen(token)) != NULL) escaped("read it at %s", path);
  stopped_because("%s is there, without the host's content", path);
}

/* PATH TOKEN */
static void read_file(char **args) { look_into(args[0], args[1]); }

/* PATH */
static void write_file(char **args) {
  int fd = open(args[0], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) stopped("open");
  if (write(fd, "planted", 7) != 7) stopped("write");
  escaped("wrote %s", args[0]);
}

/* FROM TO */
static void hard_link(char **args) {
  if (link(args[0], args[1]) != 0) stopped("link");
  escaped("linked %s", args[0]);
}

/* TO LINK */
static void symbolic_link(char **args) {
  if (symlink(args[0], args[1]) != 0) stopped("symlink");
  escaped("made a link to %s", args[0]);
}

/* PATH */
static void fifo(char **args) {
  if (mkfifo(args[0], 0600) != 0) stopped("mkfifo");
  escaped("made a pipe");
}

/* PATH */
static void device_node(char **args) {
  if (mknod(args[0], S_IFCHR | 0600, (1 << 8) | 1) != 0) stopped("mknod");
  escaped("made a node for the machine's memory");
}

/* NAME TOKEN */
static void environment(char **args) {
  const char *value = getenv(args[0]);
  if (value == NULL) stopped_because("%s is not in the environment", args[0]);
  if (strcmp(value, args[1]) != 0) stopped_because("%s has another value", args[0]);
  escaped("read %s", args[0]);
}

/*
 * FILE HEAD TAIL: the file of that name below every /proc/PID that can be seen. The token comes in two halves, or it
 * would be found in the arguments of this very attempt.
 */
static void processes(char **args) {
  char token[200];
  snprintf(token, sizeof token, "%s%s", args[1], args[2]);
  DIR *all = opendir("/proc");
  if (all == NULL) stopped("opendir /proc");
  static char bytes[1 << 18];
  int seen = 0, readable = 0;
  for (struct dirent *one; (one = readdir(all)) != NULL;) {
    if (one->d_name[0] < '0' || one->d_name[0] > '9') continue;
    if (atoi(one->d_name) == getpid() || atoi(one->d_name) == getppid()) continue;
    char path[300];
    snprintf(path, sizeof path, "/proc/%s/%s", one->d_name, args[0]);
    long length = slurp(path, bytes, sizeof bytes);
    seen++;
    if (length < 0) continue;
    readable++;
    if (memmem(bytes, (size_t)length, token, strlen(token)) != NULL) escaped("read it at %s", path);
  }
  stopped_because("not in the %s of the %d processes in sight, %d readable", args[0], seen, readable);
}

/* TOKEN: a file that was left open by whoever started this */
static void inherited(char **args) {
  char bytes[4096];
  int open_ones = 0;
  for (int fd = 3; fd < 4096; fd++) {
    ssize_t length = pread(fd, bytes, sizeof bytes, 0);
    if (length < 0 && errno == EBADF) continue;
    open_ones++;
    if (length > 0 && memmem(bytes, (size_t)length, args[0], strlen(args[0])) != NULL) escaped("read it at fd %d", fd);
  }
  /* One is the pipe to the parent. */
  if (open_ones > 1) stopped_because("%d files are open that are not it", open_ones - 1);
  stopped_because("no file is inherited: EBADF");
}

/* PID ADDRESS TOKEN */
static void traced(char **args) {
  pid_t pid = atoi(args[0]);
  if (ptrace(PTRACE_ATTACH, pid, NULL, NULL) != 0) stopped("ptrace");
  waitpid(pid, NULL, __WALL);
  errno = 0;
  long word = ptrace(PTRACE_PEEKDATA, pid, (void *)strtoul(args[1], NULL, 16), NULL);
  int failed = errno;
  ptrace(PTRACE_DETACH, pid, NULL, NULL);
  errno = failed;
  if (failed != 0) stopped("peek");
  if (memcmp(&word, args[2], sizeof word) != 0) stopped_because("attached, to something else");
  escaped("read the memory of process %s", args[0]);
}

/* PID ADDRESS TOKEN */
static void peek(char **args) {
  char bytes[200] = {0};
  struct iovec here = {bytes, strlen(args[2])}, there = {(void *)strtoul(args[1], NULL, 16), strlen(args[2])};
  if (process_vm_readv(atoi(args[0]), &here, 1, &there, 1, 0) < 0) stopped("process_vm_readv");
  if (strcmp(bytes, args[2]) != 0) stopped_because("read something else");
  escaped("read the memory of process %s", args[0]);
}

/* PID ADDRESS TOKEN */
static void memory_file(char **args) {
  char path[64], bytes[200] = {0};
  snprintf(path, sizeof path, "/proc/%s/mem", args[0]);
  int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) stopped("open");
  if (pread(fd, bytes, strlen(args[2]), (off_t)strtoul(args[1], NULL, 16)) < 0) stopped("pread");
  if (strcmp(bytes, args[2]) != 0) stopped_because("read something else");
  escaped("read the memory of process %s", args[0]);
}

/* PID */
static void send_signal(char **args) {
  if (kill(atoi(args[0]), SIGUSR1) != 0) stopped("kill");
  escaped("sent a signal to process %s", args[0]);
}

/* PID: by a handle on the process, which needs no number later */
static void send_by_handle(char **args) {
  int fd = (int)syscall(SYS_pidfd_open, atoi(args[0]), 0);
  if (fd < 0) stopped("pidfd_open");
  if (syscall(SYS_pidfd_send_signal, fd, SIGUSR1, NULL, 0) != 0) stopped("pidfd_send_signal");
  escaped("sent a signal to process %s", args[0]);
}

/* KEY TOKEN: System V shared memory has no path and no socket */
static void shared_memory(char **args) {
  int id = shmget((key_t)strtol(args[0], NULL, 10), 0, 0);
  if (id < 0) stopped("shmget");
  const char *bytes = shmat(id, NULL, SHM_RDONLY);
  if (bytes == (const char *)-1) stopped("shmat");
  if (strcmp(bytes, args[1]) != 0) stopped_because("attached something else");
  escaped("read shared memory of another process");
}

const struct attempt reach_attempts[] = {
  {"tcp", tcp},
  {"udp", udp},
  {"unix", unix_socket},
  {"unix-by-pair", unix_by_pair},
  {"netlink", netlink},
  {"vsock", vsock},
  {"any-socket", any_socket},
  {"read", read_file},
  {"write", write_file},
  {"hard-link", hard_link},
  {"symbolic-link", symbolic_link},
  {"fifo", fifo},
  {"device-node", device_node},
  {"environment", environment},
  {"processes", processes},
  {"inherited", inherited},
  {"ptrace", traced},
  {"peek", peek},
  {"memory-file", memory_file},
  {"signal", send_signal},
  {"signal-by-handle", send_by_handle},
  {"shared-memory", shared_memory},
  {NULL, NULL},
};
