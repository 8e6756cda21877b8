/** Runs `first-step.mjs` in a process of its own: the default U-Net, batch 16. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { specOf } from './models.ts'

const script = fileURLToPath(new URL('first-step.mjs', import.meta.url))

/** @param options.cache what `TWEEDIE_CACHE` says: a folder, or `off` */
export function firstStep(options: { threads: number; cache: string; steps: number }): {
  /** From the start of the process to the end of its last step: not until the system has taken its memory back. */
  seconds: number
  printed: string
} {
  const { cache, ...others } = options
  const wanted = JSON.stringify({ spec: specOf('unet', 16), ...others })
  // Where it is set, Node reads certificates at its start, for connections that are never made.
  const { NODE_EXTRA_CA_CERTS: _, ...environment } = process.env
  const env = { ...environment, TWEEDIE_CACHE: cache }
  const start = performance.timeOrigin + performance.now()
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, wanted], { encoding: 'utf8', env })
  if (status !== 0) throw new Error(`first-step.mjs failed (npm run build?): ${stderr}`)
  const [printed, end] = stdout.split('at the end ') as [string, string]
  return { seconds: (Number(end) - start) / 1e3, printed }
}
