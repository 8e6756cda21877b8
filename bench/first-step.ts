/** Runs `first-step.mjs` in a process of its own: the default U-Net, batch 16. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { specOf } from './models.ts'

const script = fileURLToPath(new URL('first-step.mjs', import.meta.url))

/** @param options.cache what `TWEEDIE_CACHE` says: a folder, or `off` */
export function firstStep(options: { threads: number; cache: string; steps: number }): {
  /** From the start of the process to its end. */
  seconds: number
  printed: string
} {
  const { cache, ...others } = options
  const wanted = JSON.stringify({ spec: specOf('unet', 16), ...others })
  // Where it is set, Node reads certificates at its start, for connections that are never made.
  const { NODE_EXTRA_CA_CERTS: _, ...environment } = process.env
  const env = { ...environment, TWEEDIE_CACHE: cache }
  const start = performance.now()
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, wanted], { encoding: 'utf8', env })
  if (status !== 0) throw new Error(`first-step.mjs failed (npm run build?): ${stderr}`)
  return { seconds: (performance.now() - start) / 1e3, printed: stdout }
}
