/**
 * Errors of the operating system (a full disk, no permission, too many open files) as errors of ours: what happened, where, and how
 * to mend it. What reads or writes files calls {@link systemError}, so that all of it is said in one way.
 */
import { type ErrorCode, TweedieError } from './errors.ts'

/** An error that Node raises for a call of the system. */
export interface SystemFault extends Error {
  /** Such as `ENOSPC`. */
  readonly code: string
  readonly syscall: string
  readonly path?: string
}

/** What was being done when the system refused, and the code for errors that are the fault of what was named. */
export interface Attempt {
  readonly path: string
  /** For a path that cannot be used: `data` or `model` where something is read; by default, and where something is written, `usage`. */
  readonly code?: ErrorCode
  readonly doing?: 'read' | 'write'
}

interface Meaning {
  readonly says: string
  readonly hint: (doing: 'read' | 'write') => string
  /** The fault of the machine, and not of the path: code `system`. */
  readonly machine?: true
}

const another = (): string => 'name another place'

/** What the system's codes mean. */
const meanings: Readonly<Record<string, Meaning>> = {
  ENOSPC: {
    says: 'no space left on the disk',
    hint: () => 'free some space, or name a folder on another disk',
    machine: true,
  },
  EDQUOT: {
    says: "this user's share of the disk is used up",
    hint: () => 'remove something, or name a folder on another disk',
    machine: true,
  },
  EIO: {
    says: 'the disk failed',
    hint: () => "look into the system's log; copy what is there to another disk",
    machine: true,
  },
  EMFILE: {
    says: 'too many files are open in this process',
    hint: () => 'raise the limit: `ulimit -n 4096`',
    machine: true,
  },
  ENFILE: {
    says: 'too many files are open on this machine',
    hint: () => 'end other programs, or raise the limit of the system',
    machine: true,
  },
  ENOMEM: { says: 'the system has no memory left', hint: () => 'end other programs', machine: true },
  EFBIG: {
    says: 'the file would be larger than is allowed here',
    hint: () => 'raise the limit (`ulimit -f`), or name a folder on another disk',
    machine: true,
  },
  ESTALE: { says: 'the network drive has gone away', hint: () => 'mount it again', machine: true },
  EROFS: { says: 'the disk can only be read', hint: () => 'name a folder on another disk' },
  EACCES: {
    says: 'permission denied',
    hint: (doing) => `name a place that this user may ${doing === 'read' ? 'read' : 'write to'}`,
  },
  EPERM: {
    says: 'the system does not permit it',
    hint: (doing) => `name a place that this user may ${doing === 'read' ? 'read' : 'write to'}`,
  },
  ENOENT: { says: 'no such file or folder', hint: another },
  ENOTDIR: { says: 'part of the path is a file, not a folder', hint: another },
  EISDIR: { says: 'is a folder, not a file', hint: another },
  EEXIST: { says: 'exists', hint: another },
  ENOTEMPTY: { says: 'is a folder with something in it', hint: another },
  ELOOP: { says: 'its symbolic links lead in a circle', hint: () => 'mend the links, or name another place' },
  ENAMETOOLONG: { says: 'the name is too long', hint: () => 'choose a shorter one' },
  EBUSY: { says: 'another program is using it', hint: () => 'close that program, or name another place' },
  ETXTBSY: { says: 'another program is using it', hint: () => 'close that program, or name another place' },
  EXDEV: { says: 'lies on another disk', hint: another },
  EINVAL: { says: 'the system does not take it', hint: another },
  ENXIO: { says: 'is no file', hint: another },
  ENODEV: { says: 'is no file', hint: another },
}

/** Whether an error is one of the system about files. */
export function isSystemFault(error: unknown): error is SystemFault {
  const { code, syscall } = (error ?? {}) as Partial<SystemFault>
  return error instanceof Error && typeof syscall === 'string' && typeof code === 'string' && code in meanings
}

/**
 * The error for a call that the system refused: of code `system` where the machine is at fault (a full disk), else the caller's. An
 * error that is ours already, or none of the system, stays what it is.
 *
 * @example
 * await writeFile(path, bytes).catch((cause) => { throw systemError(cause, { path }) })
 */
export function systemError(cause: unknown, { path, code = 'usage', doing = 'write' }: Attempt): unknown {
  if (cause instanceof TweedieError || !isSystemFault(cause)) return cause
  const { says, hint, machine } = meanings[cause.code]!
  const what = doing === 'read' ? 'cannot be read' : 'cannot be written'
  const message = machine ? `${path}: ${what}: ${says}` : `${path}: ${says}`
  return new TweedieError(machine ? 'system' : code, message, { hint: hint(doing), cause })
}

/** Does work that reads or writes a path; what the system refuses is said as {@link systemError} says it. */
export async function onDisk<T>(attempt: Attempt, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw systemError(cause, attempt)
  }
}

/** The same for work that waits for nothing. */
export function onDiskSync<T>(attempt: Attempt, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw systemError(cause, attempt)
  }
}

/** The error of a call that nobody expected to fail, as well as it can be said: the last resort of a command line. */
export function unforeseen(cause: SystemFault): TweedieError {
  const writes =
    /^(write|fsync|fdatasync|ftruncate|truncate|mkdir|mkdtemp|rename|unlink|rm|rmdir|link|symlink|copyfile|utime|chmod)/
  const doing = writes.test(cause.syscall) || ['ENOSPC', 'EDQUOT', 'EROFS'].includes(cause.code) ? 'write' : 'read'
  const path = cause.path ?? 'a file'
  return systemError(cause, { path, code: 'system', doing }) as TweedieError
}
