/** What a page and Node train in turns: the same specifications, the same data, the same seed. */
import { createTrainer } from '../src/app/train.ts'
import type { Engine } from '../src/engine/runtime/session.ts'
import { type Choices } from '../src/families/values/defaults.ts'
import { defaultSpec } from '../src/families/values/default-spec.ts'
import { builtinDataset } from '../src/files/data/index.ts'

/** Data, and what is chosen apart from the defaults. */
const cases: Readonly<Record<string, { readonly data: 'moons' | 'glyphs'; readonly choices: Choices }>> = {
  'moons, light': { data: 'moons', choices: { preset: 'light' } },
  moons: { data: 'moons', choices: {} },
  'glyphs, light': { data: 'glyphs', choices: { preset: 'light' } },
  'glyphs, as quickstart': { data: 'glyphs', choices: { budget: { minutes: 1.5 } } },
  glyphs: { data: 'glyphs', choices: {} },
}

export const caseNames: readonly string[] = Object.keys(cases)

/** A training that is under way. */
export interface Running {
  readonly parameters: number
  /** Milliseconds of each of the next steps, and the last one's loss. */
  steps(count: number): Promise<{ readonly ms: readonly number[]; readonly loss: number }>
  dispose(): void
}

/** Compiles a case and makes its first two steps, which are slower. */
export async function start(name: string, engine: Engine, threads?: number): Promise<Running> {
  const { data, choices } = cases[name]!
  const dataset = builtinDataset(data, { length: 2000 })
  const spec = defaultSpec({ ...dataset, classes: data === 'glyphs' ? 10 : 0 }, choices)
  const trainer = await createTrainer(spec, dataset, engine, { ...(threads !== undefined && { threads }) })
  const steps: Running['steps'] = async (count) => {
    const ms: number[] = []
    let loss = Number.NaN
    for (let i = 0; i < count; i++) {
      const begin = performance.now()
      loss = (await trainer.step(1_000_000)).loss
      ms.push(performance.now() - begin)
    }
    return { ms, loss }
  }
  await steps(2)
  return { parameters: trainer.state.params.length, steps, dispose: () => trainer.dispose() }
}
