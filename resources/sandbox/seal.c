/*
 * seal: the part of the sandbox that no Node program can do for itself. Linux only, libc and system calls, no library.
 *
 *   seal hold --control FD [--pass FD]… [--cgroup FILE]… [--stage MB --grant DIR…] -- PROGRAM ARGS…
 *     Runs outside. Starts PROGRAM, says on FD how it ended, and sees to it that nothing it started outlives it, or
 *     outlives whoever holds the other end of FD. With --stage it puts a writable layer of that size above each
 *     folder, which stays readable under /proc/<pid>/root/sys/upper<n> until FD is closed.
 *
 *   seal run --gate FD [--cpu S] [--data MB] [--fsize MB] [--nproc N] [--nofile N] [--abi N]
 *            [--nproc-more N] [--ro PATH]… [--rw PATH]… [--device PATH]… -- PROGRAM ARGS…
 *     Runs inside. Gives up every right for good (Landlock, seccomp, limits, open files), says `ready` on FD, waits for
 *     one byte, and becomes PROGRAM. When FD is closed instead, it ends.
 *
 *   seal probe …   Runs inside, as PROGRAM, and prints what could be done there: see probe().
 *
 *   seal host [--pass FD]… -- PROGRAM ARGS…
 *     Becomes PROGRAM, the desktop's host, in a network namespace of its own: it and all it starts can reach no program
 *     outside through a socket, whatever its name. It keeps stdin, stdout, stderr and each FD, and no other open file.
 *
 *   seal probe-host   Ends with 0 where what `seal host` refuses is refused; else says on stdout what worked first.
 *
 * Whatever cannot be applied ends it with code 125 and a line that says why: it never goes on with less.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define REFUSED 125
#define MOST 64

extern char **environ;

/* Where a failure is told: the control or gate file when there is one, else stderr. */
static int told_on = 2;

static void __attribute__((noreturn, format(printf, 1, 2))) refuse(const char *form, ...) {
  int error = errno;
  char text[1024];
  va_list arguments;
  va_start(arguments, form);
  vsnprintf(text, sizeof text, form, arguments);
  va_end(arguments);
  dprintf(told_on, "error %s%s%s\n", text, error ? ": " : "", error ? strerror(error) : "");
  _exit(REFUSED);
}

static long number(const char *text) {
  char *end;
  errno = 0;
  long value = text ? strtol(text, &end, 10) : -1;
  if (!text || errno || *end || end == text || value < 0) {
    errno = 0;
    refuse("'%s' is not a number", text ? text : "");
  }
  return value;
}

static const char *need(const char *value, const char *option) {
  if (!value) {
    errno = 0;
    refuse("%s needs a value", option);
  }
  return value;
}

struct paths {
  const char *at[MOST];
  int count;
};

static void append(struct paths *paths, const char *path) {
  if (paths->count == MOST) {
    errno = 0;
    refuse("more than %d paths", MOST);
  }
  paths->at[paths->count++] = path;
}

static int close_from(unsigned first, unsigned last) {
  return first > last ? 0 : (int)syscall(436 /* close_range */, first, last, 0);
}

/* Closes everything above stderr but these. */
static void keep_only(const int *kept, int count) {
  unsigned from = 3;
  for (;;) {
    int next = -1;
    for (int i = 0; i < count; i++)
      if (kept[i] >= (int)from && (next < 0 || kept[i] < next)) next = kept[i];
    if (close_from(from, next < 0 ? ~0U : (unsigned)next - 1) != 0) refuse("open files could not be closed");
    if (next < 0) return;
    from = (unsigned)next + 1;
  }
}

/* ---- seal run: Landlock ---------------------------------------------------------------------------------------- */

/* Not in every system's headers yet. */
struct ruleset {
  uint64_t files, net, scoped;
};
struct beneath {
  uint64_t allowed;
  int32_t parent;
} __attribute__((packed));

enum {
  LL_EXECUTE = 1 << 0,
  LL_WRITE_FILE = 1 << 1,
  LL_READ_FILE = 1 << 2,
  LL_READ_DIR = 1 << 3,
  LL_REMOVE_DIR = 1 << 4,
  LL_REMOVE_FILE = 1 << 5,
  LL_MAKE_DIR = 1 << 7,
  LL_MAKE_REG = 1 << 8,
  LL_REFER = 1 << 13,
  LL_TRUNCATE = 1 << 14,
  LL_IOCTL_DEV = 1 << 15,
};
/* Links, sockets, pipes and devices can be made nowhere. */
#define LL_READ (LL_EXECUTE | LL_READ_FILE | LL_READ_DIR)
#define LL_CHANGE                                                                                             \
  (LL_WRITE_FILE | LL_REMOVE_DIR | LL_REMOVE_FILE | LL_MAKE_DIR | LL_MAKE_REG | LL_REFER | LL_TRUNCATE)
#define LL_OF_A_FILE (LL_EXECUTE | LL_WRITE_FILE | LL_READ_FILE | LL_TRUNCATE | LL_IOCTL_DEV)

static void allow(int rules, const char *path, uint64_t rights) {
  int fd = open(path, O_PATH | O_CLOEXEC);
  struct stat stat;
  if (fd < 0 || fstat(fd, &stat) != 0) refuse("%s cannot be opened", path);
  struct beneath rule = {.allowed = S_ISDIR(stat.st_mode) ? rights : rights & LL_OF_A_FILE, .parent = fd};
  if (syscall(445 /* landlock_add_rule */, rules, 1 /* path beneath */, &rule, 0) != 0)
    refuse("Landlock does not take %s", path);
  close(fd);
}

static void landlock(long least, const struct paths *ro, const struct paths *rw, const struct paths *devices) {
  long abi = syscall(444 /* landlock_create_ruleset */, NULL, 0, 1 /* version */);
  if (abi < 1) refuse("this kernel has no Landlock");
  if (abi < least) {
    errno = 0;
    refuse("this kernel's Landlock has version %ld, %ld is needed", abi, least);
  }
  uint64_t known = (1 << 13) - 1;
  if (abi >= 2) known |= LL_REFER;
  if (abi >= 3) known |= LL_TRUNCATE;
  if (abi >= 5) known |= LL_IOCTL_DEV;
  struct ruleset handled = {.files = known, .net = abi >= 4 ? 3 : 0, .scoped = abi >= 6 ? 3 : 0};
  size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
  int rules = (int)syscall(444, &handled, size, 0);
  if (rules < 0) refuse("Landlock makes no rules");
  for (int i = 0; i < ro->count; i++) allow(rules, ro->at[i], known & LL_READ);
  for (int i = 0; i < rw->count; i++) allow(rules, rw->at[i], known & (LL_READ | LL_CHANGE));
  for (int i = 0; i < devices->count; i++)
    allow(rules, devices->at[i], known & (LL_READ_FILE | LL_WRITE_FILE | LL_READ_DIR));
  if (syscall(446 /* landlock_restrict_self */, rules, 0) != 0) refuse("Landlock cannot be applied");
  close(rules);
}

/* ---- seal run, seal host: seccomp ------------------------------------------------------------------------------- */

#if defined(__x86_64__)
#define THIS_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_ARCH AUDIT_ARCH_AARCH64
#else
#error "seal knows x86-64 and 64-bit ARM"
#endif

/* Refused whatever the arguments. Numbers from 424 on are the same everywhere and not in every system's headers. */
static const unsigned short denied[] = {
    /* every way to talk to somebody */
    __NR_socket,
    __NR_connect,
    __NR_bind,
    __NR_listen,
    __NR_accept,
    __NR_accept4,
    __NR_shmget,
    __NR_msgget,
    __NR_semget,
    __NR_mq_open,
    /* namespaces, mounts, and names of files without a path */
    __NR_unshare,
    __NR_setns,
    __NR_mount,
    __NR_umount2,
    __NR_pivot_root,
    __NR_chroot,
    428 /* open_tree */,
    429 /* move_mount */,
    430 /* fsopen */,
    431 /* fsconfig */,
    432 /* fsmount */,
    433 /* fspick */,
    442 /* mount_setattr */,
    467 /* open_tree_attr */,
    __NR_name_to_handle_at,
    __NR_open_by_handle_at,
    __NR_memfd_create,
    447 /* memfd_secret */,
    /* other processes */
    __NR_ptrace,
    __NR_process_vm_readv,
    __NR_process_vm_writev,
    __NR_kcmp,
    438 /* pidfd_getfd */,
    440 /* process_madvise */,
    /* links and devices: a link in a granted folder would lead the host astray */
    __NR_symlinkat,
    __NR_mknodat,
#ifdef __NR_symlink
    __NR_symlink,
    __NR_mknod,
#endif
    /* wide doors into the kernel */
    __NR_keyctl,
    __NR_add_key,
    __NR_request_key,
    __NR_bpf,
    __NR_perf_event_open,
    __NR_userfaultfd,
    __NR_fanotify_init,
    __NR_kexec_load,
    __NR_init_module,
    __NR_finit_module,
    __NR_delete_module,
    __NR_swapon,
    __NR_swapoff,
    __NR_reboot,
    __NR_sethostname,
    __NR_setdomainname,
    __NR_acct,
    __NR_quotactl,
    443 /* quotactl_fd */,
    __NR_syslog,
    __NR_settimeofday,
    __NR_clock_settime,
    __NR_clock_adjtime,
    __NR_adjtimex,
    __NR_vhangup,
#ifdef __NR_kexec_file_load
    __NR_kexec_file_load,
#endif
#ifdef __NR_iopl
    __NR_iopl,
    __NR_ioperm,
    __NR_modify_ldt,
#endif
};

/* Answered as by a kernel that does not know them, so that programs take the older way, which can be looked into. */
static const unsigned short unknown[] = {435 /* clone3 */, 425 /* io_uring_setup */, 426, 427};

#define LOW(argument) (offsetof(struct seccomp_data, args) + 8 * (argument))
#define DENY(error) (SECCOMP_RET_ERRNO | (error))

static struct sock_filter program[512];
static unsigned short length;

static void emit(unsigned short code, uint32_t k, unsigned char jt, unsigned char jf) {
  program[length++] = (struct sock_filter)BPF_JUMP(code, k, jt, jf);
}
static void load(uint32_t offset) { emit(BPF_LD | BPF_W | BPF_ABS, offset, 0, 0); }
static void answer(uint32_t action) { emit(BPF_RET | BPF_K, action, 0, 0); }
static void when(unsigned short test, uint32_t k, uint32_t action) {
  emit(BPF_JMP | test | BPF_K, k, 0, 1);
  answer(action);
}
/* Looks at one argument of one system call: `then` when the test holds, `otherwise` when not. */
static void look(uint32_t call, int argument, unsigned short test, uint32_t k, uint32_t then, uint32_t otherwise) {
  emit(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 4);
  load(LOW(argument));
  when(test, k, then);
  answer(otherwise);
}

/* Before every question: calls of another architecture have other numbers. Leaves the call's number to be looked at. */
static void begin_filter(void) {
  load(offsetof(struct seccomp_data, arch));
  emit(BPF_JMP | BPF_JEQ | BPF_K, THIS_ARCH, 1, 0);
  answer(SECCOMP_RET_KILL_PROCESS);
  load(offsetof(struct seccomp_data, nr));
#if defined(__x86_64__)
  when(BPF_JGE, 0x40000000 /* x32 */, SECCOMP_RET_KILL_PROCESS);
#endif
}

static void apply_filter(void) {
  struct sock_fprog filter = {.len = length, .filter = program};
  if (syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) != 0) refuse("seccomp cannot be applied");
}

static void seccomp(void) {
  begin_filter();
  for (size_t i = 0; i < sizeof denied / sizeof *denied; i++) when(BPF_JEQ, denied[i], DENY(EPERM));
  for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) when(BPF_JEQ, unknown[i], DENY(ENOSYS));
  const uint32_t namespaces = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC |
                              CLONE_NEWUTS | CLONE_NEWCGROUP;
  look(__NR_clone, 0, BPF_JSET, namespaces, DENY(EPERM), SECCOMP_RET_ALLOW);
  /* Streams only: one of a pair of datagram sockets could send to any other by its name, without socket(). */
  emit(BPF_JMP | BPF_JEQ | BPF_K, __NR_socketpair, 0, 10);
  load(LOW(0));
  emit(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 1, 0);
  answer(DENY(EPERM));
  load(LOW(1));
  emit(BPF_ALU | BPF_AND | BPF_K, 0xf, 0, 0);
  when(BPF_JEQ, SOCK_STREAM, SECCOMP_RET_ALLOW);
  when(BPF_JEQ, SOCK_SEQPACKET, SECCOMP_RET_ALLOW);
  answer(DENY(EPERM));
  look(__NR_personality, 0, BPF_JEQ, 0xffffffff, SECCOMP_RET_ALLOW, DENY(EPERM));
  /* Typing into the terminal that started us. */
  emit(BPF_JMP | BPF_JEQ | BPF_K, __NR_ioctl, 0, 5);
  load(LOW(1));
  when(BPF_JEQ, 0x5412 /* TIOCSTI */, DENY(EPERM));
  when(BPF_JEQ, 0x541C /* TIOCLINUX */, DENY(EPERM));
  answer(SECCOMP_RET_ALLOW);
  apply_filter();
}

/* ---- seal host -------------------------------------------------------------------------------------------------- */

/*
 * The host works on files and starts programs, so all is allowed but the ways to a socket that leads to somebody. It speaks
 * through those it was given, and through pairs of streams with what it starts. Two kinds are left, because bubblewrap
 * asks for its loopback's number and sets it up: route netlink, which leads to the kernel, and UDP, which leads as far as
 * the network namespace. So this is for a namespace without a network.
 */
static void host_filter(void) {
  begin_filter();
  when(BPF_JEQ, __NR_connect, DENY(EPERM));
  when(BPF_JEQ, 438 /* pidfd_getfd */, DENY(EPERM));
  for (unsigned call = 425 /* io_uring_setup */; call <= 427; call++) when(BPF_JEQ, call, DENY(ENOSYS));
  emit(BPF_JMP | BPF_JEQ | BPF_K, __NR_socket, 0, 12);
  load(LOW(0));
  emit(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 6, 0);
  emit(BPF_JMP | BPF_JEQ | BPF_K, AF_INET, 1, 0);
  answer(DENY(EPERM));
  load(LOW(1));
  emit(BPF_ALU | BPF_AND | BPF_K, 0xf, 0, 0);
  emit(BPF_JMP | BPF_JEQ | BPF_K, SOCK_DGRAM, 1, 0);
  answer(DENY(EPERM));
  load(LOW(2));
  when(BPF_JEQ, 0 /* NETLINK_ROUTE, or the usual one */, SECCOMP_RET_ALLOW);
  answer(DENY(EPERM));
  /* One of a pair of datagram sockets could send to any other by its name, without socket(). */
  emit(BPF_JMP | BPF_JEQ | BPF_K, __NR_socketpair, 0, 8);
  load(LOW(0));
  emit(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 1, 0);
  answer(DENY(EPERM));
  load(LOW(1));
  emit(BPF_ALU | BPF_AND | BPF_K, 0xf, 0, 0);
  when(BPF_JEQ, SOCK_STREAM, SECCOMP_RET_ALLOW);
  answer(DENY(EPERM));
  answer(SECCOMP_RET_ALLOW);
  apply_filter();
}

static int host(char **words) {
  int kept[MOST], count = 0;
  for (; *words && strcmp(*words, "--") != 0; words++) {
    const char *option = *words, *value = need(words[1], option);
    words++;
    if (strcmp(option, "--pass") == 0 && count < MOST) kept[count++] = (int)number(value);
    else {
      errno = 0;
      refuse("'%s' is not an option of seal host", option);
    }
  }
  errno = 0;
  if (!*words || !words[1]) refuse("seal host needs a program after --");
  char **command = words + 1;
  keep_only(kept, count);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) refuse("no_new_privs cannot be set");
  host_filter();
  execv(command[0], command);
  refuse("%s cannot be started", command[0]);
}

static int worked(const char *what, int family, int type) {
  printf("%s, family %d, type %d\n", what, family, type);
  fflush(stdout);
  return 1;
}

/* It stops at the first that works: without a filter, asking for rare families would load the kernel's modules for them. */
static int probe_host(void) {
  static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET};
  int pair[2];
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    if (socket(AF_UNIX, types[i], 0) >= 0) return worked("a socket", AF_UNIX, types[i]);
    if (types[i] != SOCK_STREAM && socketpair(AF_UNIX, types[i], 0, pair) == 0)
      return worked("a pair of sockets", AF_UNIX, types[i]);
  }
  for (int family = 0; family < 64; family++)
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
      int left = family == AF_NETLINK || (family == AF_INET && types[i] == SOCK_DGRAM);
      for (int protocol = left; protocol < (left ? 32 : 1); protocol++)
        if (socket(family, types[i], protocol) >= 0) return worked("a socket", family, types[i]);
    }
  if (connect(-1, NULL, 0) == 0 || errno != EPERM) return worked("connect", -1, -1);
  if (syscall(438 /* pidfd_getfd */, -1, -1, 0) >= 0 || errno != EPERM) return worked("pidfd_getfd", -1, -1);
  if (syscall(425 /* io_uring_setup */, 1, NULL) >= 0 || errno == EFAULT) return worked("io_uring", -1, -1);
  printf("refused\n");
  return fflush(stdout) == 0 ? 0 : 1;
}

/* ---- seal run --------------------------------------------------------------------------------------------------- */

static void limit(int resource, rlim_t soft, rlim_t hard, const char *name) {
  struct rlimit value, before;
  if (getrlimit(resource, &before) != 0) refuse("the limit on %s cannot be read", name);
  value.rlim_max = hard > before.rlim_max ? before.rlim_max : hard;
  value.rlim_cur = soft > value.rlim_max ? value.rlim_max : soft;
  if (setrlimit(resource, &value) != 0) refuse("the limit on %s cannot be set", name);
}

/* Root without its powers. For an ordinary user and inside bubblewrap there are none, and none can be asked for. */
static void drop_capabilities(void) {
  for (int one = 0; one < 64; one++) prctl(PR_CAPBSET_DROP, one, 0, 0, 0);
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[2] = {0};
  if (syscall(__NR_capset, &header, none) != 0) refuse("capabilities cannot be given up");
}

/* The processes and threads that this user has already. */
static rlim_t tasks_of_user(void) {
  DIR *all = opendir("/proc");
  rlim_t count = 0;
  for (struct dirent *entry; all && (entry = readdir(all));) {
    char path[300];
    struct stat stat_;
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    snprintf(path, sizeof path, "/proc/%s/task", entry->d_name);
    if (stat(path, &stat_) == 0 && stat_.st_uid == getuid() && stat_.st_nlink > 2) count += stat_.st_nlink - 2;
  }
  if (all) closedir(all);
  return count;
}

static int run(char **words) {
  struct paths ro = {0}, rw = {0}, devices = {0};
  long cpu = 0, data = 0, fsize = 0, nproc = 0, more = 0, nofile = 1024, abi = 1;
  int gate = -1;
  for (; *words && strcmp(*words, "--") != 0; words++) {
    const char *option = *words, *value = need(words[1], option);
    words++;
    if (strcmp(option, "--gate") == 0) told_on = gate = (int)number(value);
    else if (strcmp(option, "--cpu") == 0) cpu = number(value);
    else if (strcmp(option, "--data") == 0) data = number(value);
    else if (strcmp(option, "--fsize") == 0) fsize = number(value);
    else if (strcmp(option, "--nproc") == 0) nproc = number(value);
    else if (strcmp(option, "--nproc-more") == 0) more = number(value);
    else if (strcmp(option, "--nofile") == 0) nofile = number(value);
    else if (strcmp(option, "--abi") == 0) abi = number(value);
    else if (strcmp(option, "--ro") == 0) append(&ro, value);
    else if (strcmp(option, "--rw") == 0) append(&rw, value);
    else if (strcmp(option, "--device") == 0) append(&devices, value);
    else {
      errno = 0;
      refuse("'%s' is not an option of seal run", option);
    }
  }
  errno = 0;
  if (!*words || !words[1]) refuse("seal run needs a program after --");
  char **command = words + 1;
  if (gate < 3) refuse("seal run needs --gate");

  keep_only(&gate, 1);
  if (fcntl(gate, F_SETFD, FD_CLOEXEC) != 0) refuse("the gate cannot be used");
  limit(RLIMIT_CORE, 0, 0, "core files");
  limit(RLIMIT_NOFILE, (rlim_t)nofile, (rlim_t)nofile, "open files");
  /* The first limit names itself with SIGXCPU, the second one ends it. */
  if (cpu) limit(RLIMIT_CPU, (rlim_t)cpu, (rlim_t)cpu + 1, "CPU time");
  if (data) limit(RLIMIT_DATA, (rlim_t)data << 20, (rlim_t)data << 20, "memory");
  if (fsize) limit(RLIMIT_FSIZE, (rlim_t)fsize << 20, (rlim_t)fsize << 20, "the size of a file");
  if (nproc) limit(RLIMIT_NPROC, (rlim_t)nproc, (rlim_t)nproc, "processes");
  if (more) {
    rlim_t all = tasks_of_user() + (rlim_t)more;
    limit(RLIMIT_NPROC, all, all, "processes");
  }
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) refuse("the tie to the parent cannot be set");
  drop_capabilities();
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) refuse("no_new_privs cannot be set");
  landlock(abi, &ro, &rw, &devices);
  seccomp();

  char go;
  ssize_t got;
  if (write(gate, "ready\n", 6) != 6) _exit(REFUSED);
  do got = read(gate, &go, 1);
  while (got < 0 && errno == EINTR);
  if (got != 1) _exit(REFUSED);
  execv(command[0], command);
  refuse("%s cannot be started", command[0]);
}

/* ---- seal hold: the writable layer ------------------------------------------------------------------------------ */

static void put(const char *file, const char *text) {
  int fd = open(file, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text)) refuse("%s cannot be written", file);
  close(fd);
}

/*
 * A user namespace knows one user and one group, and what belongs to others cannot be copied into the layer (EOVERFLOW).
 * So folders of others are made there beforehand, and files of others that may be written are copied while they take
 * less than half the room. What is copied and not changed is the same as below: no change.
 */
struct preparation {
  long entries;
  off_t room;
};

static void copy_file(int from, int to, off_t size) {
  char buffer[1 << 16];
  while (size > 0) {
    ssize_t got = read(from, buffer, sizeof buffer);
    if (got <= 0 || write(to, buffer, (size_t)got) != got) return;
    size -= got;
  }
}

static int is_foreign(const struct stat *stat) {
  return stat->st_uid != geteuid() || stat->st_gid != getegid();
}

/* Makes the folder `path` of the layer, and those above it. */
static void make_above(int layer, int below, const char *path) {
  char part[4096];
  for (const char *slash = strchr(path, '/');; slash = strchr(slash + 1, '/')) {
    size_t count = slash ? (size_t)(slash - path) : strlen(path);
    if (count >= sizeof part) return;
    memcpy(part, path, count);
    part[count] = 0;
    struct stat stat;
    if (fstatat(below, part, &stat, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(stat.st_mode)) return;
    mode_t mode = stat.st_mode & 0777;
    if (is_foreign(&stat) && faccessat(below, part, W_OK, AT_EACCESS) != 0) mode &= 0555;
    if (mkdirat(layer, part, mode | 0700) == 0 && !(mode & 0200)) fchmodat(layer, part, mode, 0);
    if (!slash) return;
  }
}

/* Opens what lies below a folder, by no link and no way out, whoever swaps what meanwhile. */
static int open_below(int folder, const char *path, uint64_t flags) {
  uint64_t how[3] = {flags | O_CLOEXEC, 0, 0x04 | 0x08 /* RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH */};
  return (int)syscall(437 /* openat2 */, folder, path, how, sizeof how);
}

static void prepare(int layer, int below, const char *path, int depth, struct preparation *left) {
  int fd = open_below(below, *path ? path : ".", O_RDONLY | O_DIRECTORY);
  DIR *folder = fd < 0 ? NULL : fdopendir(fd);
  if (!folder) return;
  for (struct dirent *entry; (entry = readdir(folder)) && left->entries > 0;) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    left->entries--;
    char inner[4096];
    struct stat stat;
    if (snprintf(inner, sizeof inner, "%s%s%s", path, *path ? "/" : "", entry->d_name) >= (int)sizeof inner) continue;
    if (fstatat(below, inner, &stat, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (S_ISDIR(stat.st_mode)) {
      if (is_foreign(&stat)) make_above(layer, below, inner);
      if (depth > 0) prepare(layer, below, inner, depth - 1, left);
    } else if (S_ISREG(stat.st_mode) && is_foreign(&stat) && stat.st_size <= left->room &&
               faccessat(below, inner, W_OK, AT_EACCESS) == 0) {
      char *name = strrchr(inner, '/');
      if (name) {
        *name = 0;
        make_above(layer, below, inner);
        *name = '/';
      }
      int from = open_below(below, inner, O_RDONLY | O_NONBLOCK);
      int to = from < 0 ? -1 : openat(layer, inner, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
      if (to >= 0) {
        copy_file(from, to, stat.st_size);
        fchmod(to, stat.st_mode & 0777);
        struct timespec times[2] = {stat.st_atim, stat.st_mtim};
        futimens(to, times);
        left->room -= stat.st_size;
        close(to);
      }
      if (from >= 0) close(from);
    }
  }
  closedir(folder);
}

static void stage(long megabytes, const struct paths *grants) {
  int folders[MOST];
  uid_t user = geteuid();
  gid_t group = getegid();
  int mapped = user != 0;
  if (unshare(CLONE_NEWNS | (mapped ? CLONE_NEWUSER : 0)) != 0) refuse("no namespace can be made for the layer");
  if (mapped) {
    char map[64];
    put("/proc/self/setgroups", "deny");
    snprintf(map, sizeof map, "%u %u 1", user, user);
    put("/proc/self/uid_map", map);
    snprintf(map, sizeof map, "%u %u 1", group, group);
    put("/proc/self/gid_map", map);
  }
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) refuse("mounts cannot be made private");
  /* Now, because a layer lies above folders of its own namespace only; and all before the first one is put. */
  for (int i = 0; i < grants->count; i++) {
    folders[i] = open(grants->at[i], O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folders[i] < 0) refuse("%s cannot be opened", grants->at[i]);
  }
  /* /sys is everywhere, and nothing below it is ever shown inside. Inodes are memory too, so they are counted. */
  char options[512];
  snprintf(options, sizeof options, "size=%ldm,nr_inodes=%ld,mode=0700", megabytes, megabytes * 256 + 1024);
  if (mount("tmpfs", "/sys", "tmpfs", MS_NOSUID | MS_NODEV, options) != 0) refuse("the layer cannot be mounted");
  struct preparation left = {.entries = 20000, .room = (off_t)megabytes << 19};
  for (int i = 0; i < grants->count; i++) {
    char upper[32], work[32], below[32];
    struct stat stat;
    snprintf(upper, sizeof upper, "/sys/upper%d", i);
    snprintf(work, sizeof work, "/sys/work%d", i);
    /* By number: a path may hold what the options of a mount cannot. */
    snprintf(below, sizeof below, "/proc/self/fd/%d", folders[i]);
    if (fstat(folders[i], &stat) != 0) refuse("%s cannot be read", grants->at[i]);
    if (mkdir(upper, 0700) != 0 || mkdir(work, 0700) != 0 || chmod(upper, (stat.st_mode & 0777) | 0700) != 0)
      refuse("the layer cannot be made");
    if (mapped) {
      int layer = open(upper, O_PATH | O_DIRECTORY | O_CLOEXEC);
      prepare(layer, folders[i], "", 32, &left);
      close(layer);
    }
    snprintf(options, sizeof options, "userxattr,lowerdir=%s,upperdir=%s,workdir=%s", below, upper, work);
    if (mount("overlay", grants->at[i], "overlay", MS_NOSUID | MS_NODEV, options) != 0)
      refuse("no layer can be put above %s", grants->at[i]);
    close(folders[i]);
  }
}

/* ---- seal hold: nothing outlives it ----------------------------------------------------------------------------- */

static int children_of(pid_t pid, pid_t *found, int most) {
  char path[64], text[8192];
  snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  ssize_t got = read(fd, text, sizeof text - 1);
  close(fd);
  if (got <= 0) return 0;
  /* A number that was cut would be another process. */
  if (got == (ssize_t)sizeof text - 1)
    while (got > 0 && text[got - 1] != ' ') got--;
  text[got] = 0;
  int count = 0;
  for (char *word = strtok(text, " \n"); word && count < most; word = strtok(NULL, " \n"))
    found[count++] = (pid_t)atol(word);
  return count;
}

/*
 * Ends every child and whoever they leave behind: orphans come to us, because we are a subreaper. The children of the
 * children first: the one of bwrap is the first process of its namespace, and the kernel ends all others with it.
 */
static void end_all(pid_t first, int *status) {
  for (;;) {
    pid_t mine[512], theirs[512];
    int count = children_of(getpid(), mine, 512);
    for (int i = 0; i < count; i++) {
      int inner = children_of(mine[i], theirs, 512);
      for (int k = 0; k < inner; k++) kill(theirs[k], SIGKILL);
      kill(mine[i], SIGKILL);
    }
    /* Without /proc/…/children there is at least this one. */
    if (first > 0) kill(first, SIGKILL);
    pid_t ended;
    int how;
    while ((ended = waitpid(-1, &how, WNOHANG)) > 0) {
      if (ended != first) continue;
      *status = how;
      first = 0;
    }
    if (ended < 0 && errno == ECHILD) return;
    nanosleep(&(struct timespec){.tv_nsec = 500000}, NULL);
  }
}

/*
 * Node connects its children by sockets, and those cannot be opened by name: `> /dev/stderr` would fail inside. So the
 * program gets pipes, and what goes through them is carried on here.
 */
struct relay {
  int from, to;
  size_t held, sent;
  char bytes[1 << 16];
};
static struct relay relays[3];

static int is_socket(int fd) {
  struct stat stat;
  return fstat(fd, &stat) == 0 && S_ISSOCK(stat.st_mode);
}

/* Makes the pipe for stdin, stdout or stderr. `inner` is the program's end, or stays -1 for what needs none. */
static void make_relay(int fd, int *inner) {
  relays[fd].from = relays[fd].to = *inner = -1;
  if (!is_socket(fd)) return;
  int ends[2], outer = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  if (outer < 0 || pipe2(ends, O_CLOEXEC) != 0) refuse("a pipe cannot be made");
  int mine = fd == 0 ? ends[1] : ends[0];
  *inner = fd == 0 ? ends[0] : ends[1];
  relays[fd].from = fd == 0 ? outer : mine;
  relays[fd].to = fd == 0 ? mine : outer;
  if (fcntl(outer, F_SETFL, O_NONBLOCK) != 0 || fcntl(mine, F_SETFL, O_NONBLOCK) != 0)
    refuse("a pipe cannot be used");
}

static void close_relay(struct relay *relay) {
  if (relay->from >= 0) close(relay->from), close(relay->to);
  relay->from = relay->to = -1;
}

/* What poll should wait for; fd -1 when there is nothing more to carry. */
static struct pollfd wish(const struct relay *relay) {
  int full = relay->held > relay->sent;
  return (struct pollfd){.fd = full ? relay->to : relay->from, .events = full ? POLLOUT : POLLIN};
}

static void carry(struct relay *relay) {
  if (relay->held == relay->sent) {
    ssize_t got = read(relay->from, relay->bytes, sizeof relay->bytes);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return close_relay(relay);
    relay->held = (size_t)got;
    relay->sent = 0;
  }
  ssize_t put = write(relay->to, relay->bytes + relay->sent, relay->held - relay->sent);
  if (put >= 0) relay->sent += (size_t)put;
  else if (errno != EAGAIN && errno != EINTR) close_relay(relay);
}

/* Carries on what the dead have written, as long as the host reads it or is still there. */
static void flush(int control) {
  close_relay(&relays[0]);
  while (relays[1].from >= 0 || relays[2].from >= 0) {
    struct pollfd waiting[] = {{.fd = control, .events = 0}, wish(&relays[1]), wish(&relays[2])};
    int found = poll(waiting, 3, 1000);
    if (found < 0 && errno == EINTR) continue;
    if (found <= 0 || waiting[0].revents) break;
    for (int i = 1; i < 3; i++)
      if (waiting[i].revents) carry(&relays[i]);
  }
  close_relay(&relays[1]);
  close_relay(&relays[2]);
}

static int hold(char **words) {
  struct paths grants = {0}, cgroups = {0};
  int kept[MOST], count = 0, control = -1, cgroup_files[MOST];
  long megabytes = 0;
  for (; *words && strcmp(*words, "--") != 0; words++) {
    const char *option = *words, *value = need(words[1], option);
    words++;
    if (strcmp(option, "--control") == 0) told_on = control = kept[count++] = (int)number(value);
    else if (strcmp(option, "--pass") == 0 && count < MOST) kept[count++] = (int)number(value);
    else if (strcmp(option, "--cgroup") == 0) append(&cgroups, value);
    else if (strcmp(option, "--stage") == 0) megabytes = number(value);
    else if (strcmp(option, "--grant") == 0) append(&grants, value);
    else {
      errno = 0;
      refuse("'%s' is not an option of seal hold", option);
    }
  }
  errno = 0;
  if (!*words || !words[1]) refuse("seal hold needs a program after --");
  char **command = words + 1;
  if (control < 3) refuse("seal hold needs --control");
  if ((grants.count > 0) != (megabytes > 0)) refuse("--stage and --grant go together");

  keep_only(kept, count);
  if (fcntl(control, F_SETFD, FD_CLOEXEC) != 0) refuse("the control file cannot be used");
  setsid();
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) refuse("orphans cannot be adopted");
  for (int i = 0; i < cgroups.count; i++) {
    cgroup_files[i] = open(cgroups.at[i], O_WRONLY | O_CLOEXEC);
    if (cgroup_files[i] < 0) refuse("%s cannot be opened", cgroups.at[i]);
  }
  if (grants.count > 0) stage(megabytes, &grants);
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);

  sigset_t set, before;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigprocmask(SIG_BLOCK, &set, &before);
  int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals < 0) refuse("signals cannot be read");

  int inner[3];
  for (int fd = 0; fd < 3; fd++) make_relay(fd, &inner[fd]);
  pid_t self = getpid();
  pid_t child = fork();
  if (child < 0) refuse("no process can be started");
  if (child == 0) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != self) _exit(REFUSED);
    for (int i = 0; i < cgroups.count; i++)
      if (write(cgroup_files[i], "0", 1) != 1) refuse("%s cannot be joined", cgroups.at[i]);
    sigprocmask(SIG_SETMASK, &before, NULL);
    for (int fd = 0; fd < 3; fd++)
      if (inner[fd] >= 0 && dup2(inner[fd], fd) != fd) refuse("a pipe cannot be used");
    execv(command[0], command);
    refuse("%s cannot be started", command[0]);
  }
  signal(SIGPIPE, SIG_IGN);
  /* From here on only the control file and the relays are ours: the program's pipes must close when the program ends. */
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = 0; null >= 0 && fd < 3; fd++) dup2(null, fd);
  int mine[8] = {control, signals}, most = 2;
  for (int i = 0; i < 3; i++)
    if (relays[i].from >= 0) mine[most++] = relays[i].from, mine[most++] = relays[i].to;
  keep_only(mine, most);

  int status = 0, ended = 0;
  for (;;) {
    struct pollfd waiting[] = {{.fd = control, .events = POLLIN},
                               {.fd = signals, .events = ended ? 0 : POLLIN},
                               wish(&relays[0]),
                               wish(&relays[1]),
                               wish(&relays[2])};
    if (poll(waiting, 5, -1) < 0) {
      if (errno == EINTR) continue;
      break;
    }
    for (int i = 0; i < 3; i++)
      if (waiting[2 + i].revents) carry(&relays[i]);
    if (waiting[0].revents) {
      char what;
      ssize_t got = read(control, &what, 1);
      if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) break;
      if (got == 1 && !ended) {
        end_all(child, &status);
        ended = 1;
      } else continue;
    } else if (waiting[1].revents) {
      struct signalfd_siginfo drained;
      while (read(signals, &drained, sizeof drained) > 0) {
      }
      pid_t gone;
      int how;
      while ((gone = waitpid(-1, &how, WNOHANG)) > 0)
        if (gone == child) status = how, ended = 1;
      if (!ended) continue;
      end_all(0, &status);
    } else continue;
    struct rusage used = {0};
    getrusage(RUSAGE_CHILDREN, &used);
    long ms = (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 +
              (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000;
    int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    flush(control);
    dprintf(control, "exit %d %ld\n", code, ms);
  }
  if (!ended) end_all(child, &status);
  return 0;
}

/* ---- seal probe ------------------------------------------------------------------------------------------------- */

/* One line for each thing that was tried: its name, then `done`, or the number of the error that stopped it. */
static void tell(const char *name, int worked) {
  if (worked) printf("%s done\n", name);
  else printf("%s %d\n", name, errno);
}

static int can_read(const char *path) {
  char byte;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  int worked = read(fd, &byte, 1) == 1;
  close(fd);
  return worked;
}

static int can_make(const char *folder, const char *name) {
  char path[4200];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return 0;
  int worked = write(fd, "x", 1) == 1;
  close(fd);
  return worked;
}

static void try_sockets(void) {
  static const struct {
    const char *name;
    int family, type;
  } kinds[] = {{"socket-tcp", AF_INET, SOCK_STREAM},   {"socket-udp", AF_INET, SOCK_DGRAM},
               {"socket-tcp6", AF_INET6, SOCK_STREAM}, {"socket-unix", AF_UNIX, SOCK_STREAM},
               {"socket-netlink", AF_NETLINK, SOCK_RAW}, {"socket-vsock", 40, SOCK_STREAM}};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    int fd = socket(kinds[i].family, kinds[i].type, 0);
    tell(kinds[i].name, fd >= 0);
    if (fd >= 0) close(fd);
  }
  /* A datagram socket is as good as any: it can send to every path it can name. */
  int pair[2];
  tell("socket-datagram-pair", socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
}

static int new_user_namespace(void) { return unshare(CLONE_NEWUSER); }
static int be_traced(void) { return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL); }

/* In a process of its own, because it would stay. */
static void try_apart(const char *name, int (*attempt)(void)) {
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) _exit(attempt() == 0 ? 0 : errno);
  int status = 0;
  waitpid(child, &status, 0);
  errno = WEXITSTATUS(status);
  tell(name, child > 0 && WIFEXITED(status) && errno == 0);
}

static void show_status(void) {
  FILE *file = fopen("/proc/self/status", "re");
  char line[256];
  while (file && fgets(line, sizeof line, file))
    if (strncmp(line, "Seccomp:", 8) == 0 || strncmp(line, "NoNewPrivs:", 11) == 0 || strncmp(line, "CapEff:", 7) == 0 ||
        strncmp(line, "CapPrm:", 7) == 0)
      printf("status-%s", line);
  if (file) fclose(file);
}

static void show_namespaces(void) {
  static const char *const kinds[] = {"user", "mnt", "pid", "net", "ipc", "uts"};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    char path[64], link[64];
    snprintf(path, sizeof path, "/proc/self/ns/%s", kinds[i]);
    ssize_t got = readlink(path, link, sizeof link - 1);
    if (got > 0) link[got] = 0, printf("namespace-%s %s\n", kinds[i], link);
  }
}

/*
 * seal probe [--canary FILE] [--outside DIR] [--ro DIR] [--rw DIR] [--pid PID] [--fd FD]
 * FILE and the first DIR are not granted, the others are; PID is the host's. Only what was named is tried.
 */
static int probe(char **words) {
  const char *temporary = getenv("TMPDIR");
  char path[4200];
  if (!temporary) temporary = "/tmp";
  try_sockets();
  for (; *words && words[1]; words += 2) {
    const char *option = words[0], *value = words[1];
    errno = 0;
    if (strcmp(option, "--canary") == 0) tell("read-outside", can_read(value));
    else if (strcmp(option, "--outside") == 0) tell("write-outside", can_make(value, "indoors-probe"));
    else if (strcmp(option, "--ro") == 0) {
      snprintf(path, sizeof path, "%s/canary", value);
      tell("read-grant", can_read(path));
      errno = 0;
      tell("write-read-only", can_make(value, "indoors-probe"));
    } else if (strcmp(option, "--rw") == 0) tell("write-staged", can_make(value, "indoors-probe"));
    else if (strcmp(option, "--pid") == 0) {
      tell("signal-host", kill((pid_t)number(value), 0) == 0);
      snprintf(path, sizeof path, "/proc/%s/environ", value);
      tell("environment-of-host", can_read(path));
    } else if (strcmp(option, "--fd") == 0) tell("open-file", fcntl((int)number(value), F_GETFD) >= 0);
  }
  for (char **variable = environ; *variable; variable++)
    printf("environment-%.*s set\n", (int)strcspn(*variable, "="), *variable);
  tell("passwords", can_read("/etc/passwd"));
  snprintf(path, sizeof path, "%s/indoors-link", temporary);
  tell("link", symlink("/etc", path) == 0);
  snprintf(path, sizeof path, "%s/indoors-pipe", temporary);
  tell("pipe", mknod(path, S_IFIFO | 0600, 0) == 0);
  tell("keyring", syscall(__NR_add_key, "user", "indoors-probe", "x", 1UL, -3) >= 0);
  tell("io-uring", syscall(425, 1, NULL) >= 0 || errno == EFAULT);
  try_apart("trace", be_traced);
  try_apart("user-namespace", new_user_namespace);
  tell("temporary", can_make(temporary, "indoors-probe"));
  show_status();
  show_namespaces();
  printf("end done\n");
  return fflush(stdout) == 0 ? 0 : 1;
}

int main(int count, char **words) {
  if (count > 1 && strcmp(words[1], "hold") == 0) return hold(words + 2);
  if (count > 1 && strcmp(words[1], "run") == 0) return run(words + 2);
  if (count > 1 && strcmp(words[1], "probe") == 0) return probe(words + 2);
  if (count > 1 && strcmp(words[1], "host") == 0) return host(words + 2);
  if (count > 1 && strcmp(words[1], "probe-host") == 0) return probe_host();
  fprintf(stderr, "seal is a part of Indoors: seal hold|run|probe|host|probe-host …; it is not made to be started by hand.\n");
  return 2;
}
