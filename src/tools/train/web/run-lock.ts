/** One tab to a run: a lock of the browser, which is free again when the tab is closed. */
import { TweedieError } from '../../../errors.ts'

const lockName = (run: string): string => `tweedie run ${run}`

/** The right to train a run, until it is released or the tab is closed. */
export type Release = () => void

/**
 * Takes a run for this tab.
 *
 * @throws TweedieError `exists` where another tab has it
 */
export async function lockRun(run: string): Promise<Release> {
  const locks = globalThis.navigator?.locks as LockManager | undefined
  if (locks === undefined) return () => undefined
  return new Promise((resolve, reject) => {
    const holding = locks.request(lockName(run), { ifAvailable: true }, (lock) => {
      if (lock === null) {
        reject(
          new TweedieError('exists', `${run}: another tab trains this run`, {
            hint: 'stop it there, or give this run another name',
          }),
        )
        return undefined
      }
      return new Promise<void>((release) => resolve(release))
    })
    holding.catch(reject)
  })
}

/** The runs that a tab trains now. */
export async function busyRuns(): Promise<ReadonlySet<string>> {
  const locks = globalThis.navigator?.locks as LockManager | undefined
  const { held = [] } = (await locks?.query()) ?? {}
  const prefix = lockName('')
  return new Set(held.flatMap(({ name }) => (name?.startsWith(prefix) ? [name.slice(prefix.length)] : [])))
}
