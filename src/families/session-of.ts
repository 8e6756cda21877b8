/** The options of a session from a setting. */
import type { SessionOptions } from '../engine/runtime/session.ts'
import type { Setting } from './family.ts'

/** Device and threads, if they are set. */
export function sessionOf({
  device,
  threads,
}: Pick<Setting, 'device' | 'threads'>): Pick<SessionOptions, 'device' | 'threads'> {
  return { ...(device !== undefined && { device }), ...(threads !== undefined && { threads }) }
}
