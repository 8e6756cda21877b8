/** Small trainings and drawings that any engine can make: what they give must not depend on it. */
import { createTrainer } from '../../src/app/train.ts'
import type { Engine } from '../../src/engine/runtime/session.ts'
import { defaultSpec } from '../../src/families/values/default-spec.ts'
import { generate } from '../../src/families/values/generate.ts'
import type { Model } from '../../src/families/values/model.ts'
import { builtinDataset } from '../../src/files/data/index.ts'

export interface Trained {
  readonly losses: readonly number[]
  readonly samples: readonly number[]
}

/** Points by an MLP, or digits by a U-Net: some steps, then samples of the averaged weights. */
export async function trainAndDraw(engine: Engine, what: 'moons' | 'glyphs', steps: number): Promise<Trained> {
  const dataset = builtinDataset(what, { length: 200 })
  const size =
    what === 'moons' ? { batch: 32, unet: { widths: [32], depth: 2 } } : { batch: 8, unet: { widths: [16, 32] } }
  const classes = what === 'glyphs' ? 10 : 0
  const spec = defaultSpec({ ...dataset, classes }, { ...size, budget: { steps }, seed: 3 })
  using trainer = await createTrainer(spec, dataset, engine)
  const losses: number[] = []
  for (let i = 0; i < steps; i++) losses.push((await trainer.step(steps)).loss)
  const model = (await trainer.problem.snapshot(trainer.state)) as Model
  const { items } = await generate(model, engine, { count: 4, seed: 1 })
  return { losses, samples: [...items] }
}

/** A small training: points by an MLP or digits by a U-Net. */
export type SmallTraining = 'points' | 'digits'

/** Its specification and data. */
export function smallTraining(what: SmallTraining, steps: number) {
  const points = what === 'points'
  const dataset = builtinDataset(points ? 'moons' : 'glyphs', { length: 100 })
  const network = { className: 'MLP', config: { input_shape: [2], width: 32, layers: 2 } }
  const choices = points ? { batch: 32, network } : { batch: 4, unet: { widths: [16, 16] } }
  const spec = defaultSpec({ ...dataset, classes: points ? 0 : 10 }, { ...choices, budget: { steps }, seed: 3 })
  return { spec, dataset }
}
