/* Attempts to get more rights from the kernel, or to reach parts of it where rights have been lost before. */
#include "attempt.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* PROGRAM: one that belongs to root, has the setuid bit, and exits with its effective uid */
static void set_user_id(char **args) {
  pid_t child = fork();
  if (child < 0) stopped("fork");
  if (child == 0) {
    execl(args[0], args[0], (char *)NULL);
    _exit(97);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) == 97) stopped_because("the program did not run");
  if (WEXITSTATUS(status) == 0) escaped("the effective user is root");
  stopped_because("ran, and the effective user is not root");
}

static void userns_unshare(char **args) {
  (void)args;
  if (unshare(CLONE_NEWUSER) != 0) stopped("unshare");
  escaped("made a user namespace");
}

static void userns_clone(char **args) {
  (void)args;
  long child = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
  if (child == 0) _exit(0);
  if (child < 0) stopped("clone");
  waitpid((pid_t)child, NULL, 0);
  escaped("made a user namespace");
}

static void userns_clone3(char **args) {
  (void)args;
  struct { unsigned long long flags, pidfd, child_tid, parent_tid, exit_signal, stack, size, tls; } how = {0};
  how.flags = CLONE_NEWUSER;
  how.exit_signal = SIGCHLD;
  long child = syscall(SYS_clone3, &how, sizeof how);
  if (child == 0) _exit(0);
  if (child < 0) stopped("clone3");
  waitpid((pid_t)child, NULL, 0);
  escaped("made a user namespace");
}

/* Mounting needs rights in a namespace of mounts: get one first, in either way. */
static void get_mount_namespace(void) {
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) (void)!unshare(CLONE_NEWNS);
}

/* FOLDER */
static void mount_tmpfs(char **args) {
  get_mount_namespace();
  if (mount("tmpfs", args[0], "tmpfs", 0, NULL) != 0) stopped("mount");
  escaped("mounted over %s", args[0]);
}

static void mount_by_handle(char **args) {
  (void)args;
  get_mount_namespace();
  if (syscall(SYS_fsopen, "tmpfs", 0) < 0) stopped("fsopen");
  escaped("opened a file system to mount");
}

/* FILE: lift the read-only flag of the place it lies in, then write it */
static void remount(char **args) {
  get_mount_namespace();
  if (mount(NULL, args[0], NULL, MS_REMOUNT | MS_BIND, NULL) != 0 &&
      mount(args[0], args[0], NULL, MS_BIND, NULL) != 0) stopped("mount");
  escaped("mounted %s anew", args[0]);
}

/* PID: enter the namespace of mounts of a process of the host */
static void enter(char **args) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%s/ns/mnt", args[0]);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) stopped("open");
  if (setns(fd, CLONE_NEWNS) != 0) stopped("setns");
  escaped("entered the mounts of process %s", args[0]);
}

/* FOLDER */
static void change_root(char **args) {
  if (chroot(args[0]) != 0) stopped("chroot");
  escaped("changed the root");
}

/* HANDLE TOKEN FOLDER: by the handle of a file, which no path has to lead to; FOLDER is on the same file system */
static void by_handle(char **args) {
  struct { struct file_handle handle; unsigned char bytes[128]; } name = {.handle.handle_bytes = 128};
  int folder = open(args[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) stopped("open");
  if (sscanf(args[0], "%d:", &name.handle.handle_type) != 1) stopped_because("that is no handle");
  const char *hex = strchr(args[0], ':') + 1;
  name.handle.handle_bytes = (unsigned)(strlen(hex) / 2);
  for (unsigned i = 0; i < name.handle.handle_bytes; i++) sscanf(hex + 2 * i, "%2hhx", &name.handle.f_handle[i]);
  int fd = open_by_handle_at(folder, &name.handle, O_RDONLY | O_CLOEXEC);
  if (fd < 0) stopped("open_by_handle_at");
  char bytes[4096];
  ssize_t length = read(fd, bytes, sizeof bytes);
  if (length < 0 || memmem(bytes, (size_t)length, args[1], strlen(args[1])) == NULL) stopped_because("read another file");
  escaped("read a file by its handle");
}

static void io_uring(char **args) {
  (void)args;
  struct io_uring_params params = {0};
  if (syscall(SYS_io_uring_setup, 4, &params) < 0) stopped("io_uring_setup");
  escaped("set up io_uring");
}

static void add_key(char **args) {
  (void)args;
  /* -3 is the session's keyring. */
  if (syscall(SYS_add_key, "user", "indoors-attempt", "x", 1, -3) < 0) stopped("add_key");
  escaped("left a key in the session's keyring");
}

static void bpf(char **args) {
  (void)args;
  union bpf_attr map = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
  if (syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof map) < 0) stopped("bpf");
  escaped("made a BPF map");
}

static void perf_event(char **args) {
  (void)args;
  struct perf_event_attr what = {.type = PERF_TYPE_SOFTWARE, .size = sizeof what, .config = PERF_COUNT_SW_TASK_CLOCK};
  what.exclude_kernel = 1;
  if (syscall(SYS_perf_event_open, &what, 0, -1, -1, 0) < 0) stopped("perf_event_open");
  escaped("opened a performance event");
}

static void userfaultfd(char **args) {
  (void)args;
  /* 1: for faults of this process only, which needs no rights. */
  if (syscall(SYS_userfaultfd, O_CLOEXEC | 1) < 0) stopped("userfaultfd");
  escaped("took over page faults");
}

/* A socket by the 32-bit way in, which a filter that looks at numbers alone takes for another call. */
static void other_architecture(char **args) {
  (void)args;
#ifdef __x86_64__
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(359L), "b"(2L), "c"(1L), "d"(0L) : "memory", "r8", "r9", "r10", "r11");
  if (result >= 0) escaped("opened a socket through the 32-bit way in");
  errno = (int)-result;
  stopped("int 0x80");
#else
  stopped_because("only on x86-64");
#endif
}

/* The x32 way in, where numbers have bit 30 set. */
static void x32(char **args) {
  (void)args;
#ifdef __x86_64__
  long result = syscall(0x40000000L | SYS_getpid);
  if (result > 0) escaped("made a call through the x32 way in");
  stopped("x32 getpid");
#else
  stopped_because("only on x86-64");
#endif
}

/* Types into a terminal, as into the one that Indoors was started from. */
static void type_into_terminal(char **args) {
  (void)args;
  int control = posix_openpt(O_RDWR | O_NOCTTY);
  if (control < 0) stopped("openpt");
  if (grantpt(control) != 0 || unlockpt(control) != 0) stopped("grantpt");
  setsid();
  int terminal = open(ptsname(control), O_RDWR);
  if (terminal < 0) stopped("open");
  if (ioctl(terminal, TIOCSCTTY, 0) != 0 && errno != EPERM) stopped("TIOCSCTTY");
  char typed = 'x';
  if (ioctl(terminal, TIOCSTI, &typed) != 0) stopped("TIOCSTI");
  escaped("typed into a terminal");
}

/* FOLDER: leave a picture of this process's memory there */
static void core_dump(char **args) {
  if (chdir(args[0]) != 0) stopped("chdir");
  struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
  if (getrlimit(RLIMIT_CORE, &limit) != 0) stopped("getrlimit");
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_CORE, &limit);
  pid_t child = fork();
  if (child < 0) stopped("fork");
  if (child == 0) {
    signal(SIGABRT, SIG_DFL);
    abort();
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status) && WCOREDUMP(status)) escaped("a core was dumped");
  stopped_because("no core, the limit is %lu", (unsigned long)limit.rlim_max);
}

/* PATH: a device or a setting of the kernel, opened for writing; nothing is written */
static void open_to_write(char **args) {
  int fd = open(args[0], O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) stopped("open");
  escaped("opened %s for writing", args[0]);
}

/* A file of the host's that stands on stdin, to read: opened again, to write. */
static void reopen(char **args) {
  (void)args;
  struct stat stat;
  int fd = open("/proc/self/fd/0", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) stopped("open");
  if (fstat(fd, &stat) != 0) stopped("fstat");
  if (!S_ISREG(stat.st_mode)) stopped_because("stdin is no file");
  escaped("opened the file on stdin for writing");
}

static void lift_limits(char **args) {
  (void)args;
  struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
  if (setrlimit(RLIMIT_FSIZE, &none) != 0) stopped("setrlimit");
  escaped("no limit on the size of files");
}

/* Any device that is not one of the harmless ones. */
static void devices(char **args) {
  (void)args;
  static const char *const harmless[] = {"null", "zero", "full", "random", "urandom", "tty", "ptmx", "console", "stdin",
    "stdout", "stderr", "fd", "core", "pts", "shm", ".", "..", NULL};
  DIR *all = opendir("/dev");
  if (all == NULL) stopped("opendir /dev");
  int seen = 0;
  for (struct dirent *one; (one = readdir(all)) != NULL; seen++) {
    int known = 0;
    for (int i = 0; harmless[i] != NULL; i++) known |= strcmp(one->d_name, harmless[i]) == 0;
    if (!known) escaped("found /dev/%s", one->d_name);
  }
  stopped_because("%d entries, all harmless", seen);
}

const struct attempt kernel_attempts[] = {
  {"set-user-id", set_user_id},
  {"userns-unshare", userns_unshare},
  {"userns-clone", userns_clone},
  {"userns-clone3", userns_clone3},
  {"mount", mount_tmpfs},
  {"mount-by-handle", mount_by_handle},
  {"remount", remount},
  {"enter", enter},
  {"change-root", change_root},
  {"by-handle", by_handle},
  {"io-uring", io_uring},
  {"add-key", add_key},
  {"bpf", bpf},
  {"perf-event", perf_event},
  {"userfaultfd", userfaultfd},
  {"other-architecture", other_architecture},
  {"x32", x32},
  {"type-into-terminal", type_into_terminal},
  {"core-dump", core_dump},
  {"open-to-write", open_to_write},
  {"reopen", reopen},
  {"lift-limits", lift_limits},
  {"devices", devices},
  {NULL, NULL},
};
