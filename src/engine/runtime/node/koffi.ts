/**
 * Koffi, which calls functions of shared libraries, set up for long native calls. It is an optional dependency: callers
 * must work without it.
 */
import type koffi from 'koffi'
import { TweedieError } from '../../../errors.ts'

export type Koffi = typeof koffi

/** Off-thread calls run on a stack of their own; koffi's default of 128 KiB is too small for an optimising compiler. */
const asyncStackBytes = 8 * 2 ** 20

let loading: Promise<Koffi> | undefined

/** @throws TweedieError `device` if koffi is missing, or was set up elsewhere with too small a stack */
export function loadKoffi(): Promise<Koffi> {
  loading ??= import('koffi').then(
    (module) => withStack(module.default),
    (cause: unknown) => {
      throw new TweedieError('device', `koffi does not load: ${String(cause)}`, {
        hint: 'npm install koffi, or use the engine that does without: TWEEDIE_ENGINE=binding',
        cause,
      })
    },
  )
  return loading
}

function withStack(koffi: Koffi): Koffi {
  if ((koffi.config().async_stack_size ?? 0) >= asyncStackBytes) return koffi
  try {
    koffi.config({ async_stack_size: asyncStackBytes })
  } catch (cause) {
    throw new TweedieError('device', 'koffi was already set up in this process, with a stack that is too small', {
      hint: 'load tweedie before other users of koffi, or set TWEEDIE_ENGINE=binding',
      cause,
    })
  }
  return koffi
}
