/**
 * Where the time goes at the start of a training program, with and without the cache of graphs (the default U-Net, batch 16).
 *
 *     npm run bench:start
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { firstStep } from './first-step.ts'

const folder = mkdtempSync(join(tmpdir(), 'tweedie-cache-'))
for (const [title, cache] of [
  ['without the cache', 'off'],
  ['filling it', folder],
  ['with it', folder],
  ['with it', folder],
] as const) {
  console.log(`\n${title}\n${firstStep({ threads: 2, cache, steps: 3 }).printed.trimEnd()}`)
}
rmSync(folder, { recursive: true })
