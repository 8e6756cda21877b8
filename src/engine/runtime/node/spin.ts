/** How long threads wait awake. */

/**
 * Microseconds that idle threads spin for work before they sleep, unless told otherwise. Waking a thread takes about as
 * long as a small operator; threads that spin for longer keep others from running on a machine with other work.
 */
export const shortSpin = 20

/** The entries of a session's configuration. */
export function spinConfig(microseconds: number = shortSpin): Record<string, string> {
  if (microseconds === 0) return { 'session.intra_op.allow_spinning': '0' }
  return { 'session.intra_op.allow_spinning': '1', 'session.intra_op.spin_duration_us': String(microseconds) }
}
