/** A fault that is to happen. */
export interface Fault {
  /** Only what changes below this folder is counted. */
  readonly within: string
  /** The change that does not happen any more, from 1; `Infinity` only counts. */
  readonly at: number
  /** The process is killed, nothing changes any more, or the system refuses with this code. */
  readonly how: 'kill' | 'cut' | 'ENOSPC' | 'EDQUOT' | 'EIO' | 'EROFS' | 'EACCES' | 'EPERM' | 'EMFILE'
}

/** Begins to count. */
export function begin(fault: Fault): void

/** Ends it; the number of changes. */
export function end(): number
