// SPDX-License-Identifier: MIT
// Stands between a program and the C library, and makes one call fail. It is preloaded:
//
//   VSCG_FAULT="write 3 28" LD_PRELOAD=libvscg_faults.so ave_train …   the third write: "No space left on device"
//   VSCG_FAULT="memory 500 12 lasting" …                               no memory from the 500th request on
//   VSCG_FAULT="write 3 short" …                                       the third write takes half of the bytes
//   VSCG_FAULT="rename 2 kill" …                                       the process is killed before the second rename
//   VSCG_FAULT_RECORD=file …                                           counts of the calls, see call.hpp
//   VSCG_FAULT_TRACE=1 …                                               says on stderr who made the call that fails
//
// Calls count from the program's own initializers (not those of the loader and the libraries before) until the process
// ends, over all threads. Calls within the C library, such as printf's, are out of reach. Nothing is ever synced: tests
// look at what a program does, not at the disk.
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include "call.hpp"

namespace {

using faults::call;

constinit faults::record own{};
faults::record* counts = nullptr;  // null until the program begins
call failing = call::memory;
std::uint64_t failing_from = 0;  // 0: none fails
int reason = 0;
bool lasting = false, halved = false, killed = false, traced = false;
// Requests of this library itself do not count. A thread's own variable must not ask for memory either.
thread_local bool looking __attribute__((tls_model("initial-exec"))) = false;

/// Whether one of the callers belongs to a library that does not survive a failed malloc: HDF5's, or CUDA's, which asks
/// for memory before main(). Prints them if asked to.
bool within_library() {
  void* callers[64];
  const int depth = ::backtrace(callers, 64);
  if (traced) ::backtrace_symbols_fd(callers, depth, STDERR_FILENO);
  return std::any_of(callers, callers + depth, [](void* caller) {
    Dl_info where{};
    if (::dladdr(caller, &where) == 0) return false;
    const auto is_of = [&](const char* library) { return std::strstr(where.dli_fname, library) != nullptr; };
    return is_of("libhdf5") || is_of("libcudart") || is_of("libcublas");
  });
}

/// Whether this call must fail.
bool chosen(call kind) {
  if (counts == nullptr || looking) return false;
  const std::uint64_t number = ++counts->calls[static_cast<std::size_t>(kind)];
  if (kind != failing || failing_from == 0) return false;
  if (lasting ? number < failing_from : number != failing_from) return false;
  ++counts->failed;
  if (killed) ::kill(::getpid(), SIGKILL);
  if (counts->within_library != 0) return true;
  looking = true;
  if (within_library()) counts->within_library = 1;
  looking = false;
  return true;
}

template <class Result>
Result failure(Result result) {
  errno = reason;
  return result;
}

void read_plan() {
  if (const char* const plan = std::getenv("VSCG_FAULT")) {
    char name[16] = "", how[16] = "", until[16] = "";
    unsigned long long number = 0;
    std::sscanf(plan, "%15s %llu %15s %15s", name, &number, how, until);
    const auto found = std::find(faults::call_names.begin(), faults::call_names.end(), std::string_view(name));
    if (found == faults::call_names.end()) std::abort();
    failing = static_cast<call>(found - faults::call_names.begin());
    failing_from = number;
    halved = std::strcmp(how, "short") == 0;
    killed = std::strcmp(how, "kill") == 0;
    reason = std::atoi(how);
    lasting = std::strcmp(until, "lasting") == 0;
  }
  traced = std::getenv("VSCG_FAULT_TRACE") != nullptr;
  void* nobody[1];
  ::backtrace(nobody, 1);  // its first call loads a library
  counts = &own;
  if (const char* const path = std::getenv("VSCG_FAULT_RECORD")) {
    const auto file = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC));
    const long where = ::syscall(SYS_mmap, nullptr, sizeof own, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0L);
    if (file < 0 || where == -1) std::abort();
    ::syscall(SYS_close, file);
    counts = reinterpret_cast<faults::record*>(where);
  }
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

// FAULT_STAND_IN(result, name, parameters) begins the function that is called in place of `name`; `real` is the
// original. It has another C++ name, because headers declare these functions with specifiers that differ between C
// libraries.
#define FAULT_STAND_IN(result, name, ...)                                                            \
  extern "C" __attribute__((visibility("default"))) result fault_##name(__VA_ARGS__) __asm__(#name); \
  result fault_##name(__VA_ARGS__)
#define FAULT_REAL(name) static auto* const real = next<decltype(fault_##name)>(#name)

// A function that only fails or passes the call on.
#define FAULT_SIMPLE(kind, result, failed, name, parameters, arguments) \
  FAULT_STAND_IN(result, name, FAULT_LIST parameters) {                 \
    FAULT_REAL(name);                                                   \
    if (chosen(kind)) return failure<result>(failed);                   \
    return real arguments;                                              \
  }
#define FAULT_LIST(...) __VA_ARGS__

FAULT_STAND_IN(int, __libc_start_main, int (*main)(int, char**, char**), int argc, char** argv, void (*init)(),
               void (*fini)(), void (*loader_fini)(), void* stack) {
  FAULT_REAL(__libc_start_main);
  read_plan();
  return real(main, argc, argv, init, fini, loader_fini, stack);
}

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
}
FAULT_STAND_IN(void*, malloc, std::size_t bytes) {
  return chosen(call::memory) ? failure<void*>(nullptr) : __libc_malloc(bytes);
}
FAULT_STAND_IN(void*, calloc, std::size_t count, std::size_t bytes) {
  return chosen(call::memory) ? failure<void*>(nullptr) : __libc_calloc(count, bytes);
}
FAULT_STAND_IN(void*, realloc, void* old, std::size_t bytes) {
  return chosen(call::memory) ? failure<void*>(nullptr) : __libc_realloc(old, bytes);
}
FAULT_STAND_IN(void*, memalign, std::size_t alignment, std::size_t bytes) {
  return chosen(call::memory) ? failure<void*>(nullptr) : __libc_memalign(alignment, bytes);
}
FAULT_STAND_IN(void*, aligned_alloc, std::size_t alignment, std::size_t bytes) {
  return chosen(call::memory) ? failure<void*>(nullptr) : __libc_memalign(alignment, bytes);
}
FAULT_STAND_IN(int, posix_memalign, void** result, std::size_t alignment, std::size_t bytes) {
  if (chosen(call::memory)) return reason;
  *result = __libc_memalign(alignment, bytes);
  return *result == nullptr ? ENOMEM : 0;
}

#define FAULT_OPEN(name)                                                   \
  FAULT_STAND_IN(int, name, const char* path, int flags, ...) {            \
    static auto* const real = next<int(const char*, int, ...)>(#name);     \
    std::va_list rest;                                                     \
    va_start(rest, flags);                                                 \
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0; \
    va_end(rest);                                                          \
    return chosen(call::open) ? failure(-1) : real(path, flags, mode);     \
  }
FAULT_OPEN(open)
FAULT_OPEN(open64)
#define FAULT_OPENAT(name)                                                     \
  FAULT_STAND_IN(int, name, int folder, const char* path, int flags, ...) {    \
    static auto* const real = next<int(int, const char*, int, ...)>(#name);    \
    std::va_list rest;                                                         \
    va_start(rest, flags);                                                     \
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;     \
    va_end(rest);                                                              \
    return chosen(call::open) ? failure(-1) : real(folder, path, flags, mode); \
  }
FAULT_OPENAT(openat)
FAULT_OPENAT(openat64)
FAULT_SIMPLE(call::open, FILE*, nullptr, fopen, (const char* path, const char* mode), (path, mode))
FAULT_SIMPLE(call::open, FILE*, nullptr, fopen64, (const char* path, const char* mode), (path, mode))

// A call that is cut short transfers half of the bytes, and at least one.
#define FAULT_TRANSFER(kind, name, pointer)                                    \
  FAULT_STAND_IN(ssize_t, name, int file, pointer bytes, std::size_t count) {  \
    FAULT_REAL(name);                                                          \
    if (!chosen(kind)) return real(file, bytes, count);                        \
    return halved ? real(file, bytes, (count + 1) / 2) : failure<ssize_t>(-1); \
  }
#define FAULT_TRANSFER_AT(kind, name, pointer, offset)                                      \
  FAULT_STAND_IN(ssize_t, name, int file, pointer bytes, std::size_t count, offset where) { \
    FAULT_REAL(name);                                                                       \
    if (!chosen(kind)) return real(file, bytes, count, where);                              \
    return halved ? real(file, bytes, (count + 1) / 2, where) : failure<ssize_t>(-1);       \
  }
FAULT_TRANSFER(call::read, read, void*)
FAULT_TRANSFER_AT(call::read, pread, void*, off_t)
FAULT_TRANSFER_AT(call::read, pread64, void*, off64_t)
FAULT_TRANSFER(call::write, write, const void*)
FAULT_TRANSFER_AT(call::write, pwrite, const void*, off_t)
FAULT_TRANSFER_AT(call::write, pwrite64, const void*, off64_t)
FAULT_SIMPLE(call::write, ssize_t, -1, writev, (int file, const iovec* parts, int count), (file, parts, count))

FAULT_STAND_IN(int, fsync, int) { return chosen(call::sync) ? failure(-1) : 0; }
FAULT_STAND_IN(int, fdatasync, int) { return chosen(call::sync) ? failure(-1) : 0; }
FAULT_SIMPLE(call::sync, int, -1, msync, (void* where, std::size_t bytes, int flags), (where, bytes, flags))

// On Linux, a close that fails has closed the file anyway.
FAULT_STAND_IN(int, close, int file) {
  FAULT_REAL(close);
  const bool fails = chosen(call::close);
  const int result = real(file);
  return fails ? failure(-1) : result;
}

FAULT_SIMPLE(call::rename, int, -1, rename, (const char* from, const char* to), (from, to))
FAULT_SIMPLE(call::rename, int, -1, renameat, (int in, const char* from, int out, const char* to), (in, from, out, to))
FAULT_SIMPLE(call::rename, int, -1, renameat2, (int in, const char* from, int out, const char* to, unsigned flags),
             (in, from, out, to, flags))
FAULT_SIMPLE(call::rename, int, -1, link, (const char* from, const char* to), (from, to))
FAULT_SIMPLE(call::remove, int, -1, unlink, (const char* path), (path))
FAULT_SIMPLE(call::remove, int, -1, unlinkat, (int folder, const char* path, int flags), (folder, path, flags))
FAULT_SIMPLE(call::remove, int, -1, remove, (const char* path), (path))
FAULT_SIMPLE(call::remove, int, -1, rmdir, (const char* path), (path))
FAULT_SIMPLE(call::folder, int, -1, mkdir, (const char* path, mode_t mode), (path, mode))
FAULT_SIMPLE(call::resize, int, -1, ftruncate, (int file, off_t size), (file, size))
FAULT_SIMPLE(call::resize, int, -1, ftruncate64, (int file, off64_t size), (file, size))
FAULT_SIMPLE(call::resize, int, -1, truncate, (const char* path, off_t size), (path, size))
FAULT_SIMPLE(call::reserve, int, -1, fallocate, (int file, int mode, off_t from, off_t size), (file, mode, from, size))
FAULT_SIMPLE(call::reserve, int, -1, fallocate64, (int file, int mode, off64_t from, off64_t size),
             (file, mode, from, size))
FAULT_SIMPLE(call::map, void*, MAP_FAILED, mmap,
             (void* where, std::size_t bytes, int protection, int flags, int file, off_t from),
             (where, bytes, protection, flags, file, from))
FAULT_SIMPLE(call::map, void*, MAP_FAILED, mmap64,
             (void* where, std::size_t bytes, int protection, int flags, int file, off64_t from),
             (where, bytes, protection, flags, file, from))
FAULT_SIMPLE(call::lock, int, -1, flock, (int file, int operation), (file, operation))
FAULT_SIMPLE(call::stat, int, -1, stat, (const char* path, struct stat* facts), (path, facts))
FAULT_SIMPLE(call::stat, int, -1, lstat, (const char* path, struct stat* facts), (path, facts))
FAULT_SIMPLE(call::stat, int, -1, fstat, (int file, struct stat* facts), (file, facts))
FAULT_SIMPLE(call::stat, int, -1, fstatat, (int folder, const char* path, struct stat* facts, int flags),
             (folder, path, facts, flags))
FAULT_SIMPLE(call::stat, int, -1, stat64, (const char* path, struct stat64* facts), (path, facts))
FAULT_SIMPLE(call::stat, int, -1, lstat64, (const char* path, struct stat64* facts), (path, facts))
FAULT_SIMPLE(call::stat, int, -1, fstat64, (int file, struct stat64* facts), (file, facts))
FAULT_SIMPLE(call::list, DIR*, nullptr, opendir, (const char* path), (path))
FAULT_SIMPLE(call::list, DIR*, nullptr, fdopendir, (int folder), (folder))
FAULT_SIMPLE(call::list, dirent*, nullptr, readdir, (DIR * folder), (folder))
FAULT_SIMPLE(call::list, dirent64*, nullptr, readdir64, (DIR * folder), (folder))
FAULT_STAND_IN(int, pthread_create, pthread_t* thread, const pthread_attr_t* how, void* (*body)(void*), void* with) {
  FAULT_REAL(pthread_create);
  return chosen(call::thread) ? reason : real(thread, how, body, with);
}
FAULT_STAND_IN(pid_t, fork) {
  FAULT_REAL(fork);
  return chosen(call::thread) ? failure(-1) : real();
}
