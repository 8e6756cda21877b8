/** The cache of graphs under kills and refusals: what the next process finds there gives the same bits, and nothing is left for ever. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { conv, gradients, input, silu, sum } from '../../src/engine/graph/index.ts'
import { cachingEngine } from '../../src/engine/runtime/node/ort-cache.ts'
import { capiEngine } from '../../src/engine/runtime/node/ort-capi.ts'
import { compile } from '../../src/engine/runtime/program.ts'
import { sameWeights } from './checks.ts'
import { apart, cacheIn } from './processes.ts'
import type { Scenario } from './scenarios.ts'

const line = (widths: number): string =>
  `train moons --items 64 --batch 16 --widths ${widths} --depth 4 --threads 1 -q --steps 2 --force -o FOLDER/run`

/** A line whose graphs are kept in `FOLDER/cache`. */
export const graphCache: Scenario = {
  name: 'graph cache',
  before: [],
  line: line(32),
  check: async (folder, whole) => {
    const cache = cacheIn(folder)
    const old = Date.now() / 1000 - 7200
    const partial = (): string[] =>
      existsSync(cache) ? readdirSync(cache).filter((name) => name.endsWith('.part')) : []
    for (const name of partial()) utimesSync(join(cache, name), old, old)
    const again = await apart(folder, cache)(line(32))
    if (again.status !== 0) return `again: ${again.status} ${again.said}`
    if (!(await sameWeights(join(folder, 'run'), join(whole, 'run'))))
      return 'a graph that was kept gives other weights'
    const other = await apart(folder, cache)(line(24))
    if (other.status !== 0) return `another graph: ${other.status} ${other.said}`
    return partial().length > 0 ? `left behind: ${partial().join(', ')}` : undefined
  },
}

/** Flips bits of a kept graph: each is found, or the results are the same. */
export async function cacheFlips(
  every: number,
): Promise<{ readonly tried: number; readonly silent: readonly string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'tweedie-campaign-'))
  try {
    const [x, w] = [input('x', [4, 8, 12, 12]), input('w', [16, 8, 3, 3])]
    const y = sum(silu(conv(x, w, { padding: 1 })), [0])
    const outputs = { y, dw: gradients(sum(y), [w])[0]! }
    const engine = cachingEngine(capiEngine, { folder, version: '1', note: () => undefined, smallest: 0, code: 'this' })
    const wave = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => Math.sin(i))
    const result = async (): Promise<string> => {
      using program = await compile(outputs, engine, { threads: 1 })
      const { y: values, dw } = await program.run({ x: wave(4 * 8 * 144), w: wave(16 * 8 * 9) })
      return `${values!.join()} ${dw!.join()}`
    }
    const right = await result()
    const silent: string[] = []
    let tried = 0
    for (const name of readdirSync(folder).filter((each) => each.endsWith('.graph'))) {
      const path = join(folder, name)
      const bytes = readFileSync(path)
      for (let at = 0; at < bytes.length; at += Math.max(1, Math.floor(bytes.length / 200)) * every) {
        const changed = Uint8Array.from(bytes)
        changed[at]! ^= 1 << (at % 8)
        writeFileSync(path, changed)
        tried++
        if ((await result().catch(String)) !== right) silent.push(`byte ${at}, bit ${at % 8}`)
      }
    }
    return { tried, silent }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
