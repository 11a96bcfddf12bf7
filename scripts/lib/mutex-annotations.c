/*
 * Shows the locks of Swift's `Mutex` to the thread sanitizer.
 *
 * Taking and giving back a lock that nobody else wants is compiled into its user, and the sanitizer sees it. What waits for
 * another thread, or wakes one, is in the Synchronization library of the toolchain, which is built without the sanitizer:
 * what follows from it would be reported as a race. The linker's --wrap puts these two functions before the library's; should
 * a toolchain have others, linking fails.
 *
 * swift/stdlib/public/Synchronization/Mutex/LinuxImpl.swift: _MutexHandle._lockSlow(_: UInt32), _unlockSlow().
 */
#include <stdint.h>

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

/* compiler-rt/include/sanitizer/tsan_interface.h */
void __tsan_acquire(void *address);
void __tsan_release(void *address);

SWIFT void library_lock_slow(uint32_t thread, SELF void *mutex) __asm__("__real_" LOCK_SLOW);
SWIFT void library_unlock_slow(SELF void *mutex) __asm__("__real_" UNLOCK_SLOW);
SWIFT void lock_slow(uint32_t thread, SELF void *mutex) __asm__("__wrap_" LOCK_SLOW);
SWIFT void unlock_slow(SELF void *mutex) __asm__("__wrap_" UNLOCK_SLOW);

SWIFT void lock_slow(uint32_t thread, SELF void *mutex) {
    library_lock_slow(thread, mutex);
    __tsan_acquire(mutex);
}

SWIFT void unlock_slow(SELF void *mutex) {
    __tsan_release(mutex);
    library_unlock_slow(mutex);
}
