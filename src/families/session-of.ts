/** Where a setting computes, as sessions take it. */
import type { SessionOptions } from '../engine/runtime/session.ts'
import type { Setting } from './family.ts'

/** Device and threads; what is left open stays so. */
export function sessionOf({
  device,
  threads,
}: Pick<Setting, 'device' | 'threads'>): Pick<SessionOptions, 'device' | 'threads'> {
  return { ...(device !== undefined && { device }), ...(threads !== undefined && { threads }) }
}
