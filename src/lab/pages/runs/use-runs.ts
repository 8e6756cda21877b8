/** What is known of the runs that are shown, kept true while they are trained. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { LossLine } from '../../parts/curves.ts'
import { watch } from '../../remote/machine.ts'

export interface SeenRun {
  readonly lines: readonly LossLine[]
  readonly samples: readonly string[]
  readonly busy: boolean
  /** Whether it can be watched. */
  readonly there: boolean
}

const nothing: SeenRun = { lines: [], samples: [], busy: false, there: true }

/** Watches runs by their names; those that are no longer shown are let go. */
export function useRuns(names: readonly string[]): ReadonlyMap<string, SeenRun> {
  const [seen, setSeen] = useState<ReadonlyMap<string, SeenRun>>(new Map())
  const watched = useRef(new Map<string, () => void>())
  useEffect(() => {
    for (const [name, leave] of watched.current) {
      if (names.includes(name)) continue
      leave()
      watched.current.delete(name)
    }
    for (const name of names) {
      if (watched.current.has(name)) continue
      const change = (next: (run: SeenRun) => SeenRun): void =>
        setSeen((all) => new Map(all).set(name, next(all.get(name) ?? nothing)))
      const leave = watch(name, {
        onLines: (lines, anew) => change((run) => ({ ...run, lines: anew ? lines : [...run.lines, ...lines] })),
        onSamples: (samples) => change((run) => ({ ...run, samples })),
        onBusy: (busy) => change((run) => ({ ...run, busy })),
        onConnection: (there) => change((run) => ({ ...run, there })),
      })
      watched.current.set(name, leave)
    }
  }, [names.join('\n')])
  useEffect(() => () => watched.current.forEach((leave) => leave()), [])
  return seen
}
