/** Judges a model of codes by samples: draws some and compares them with data. */
import { createDataset } from '../../files/data/dataset.ts'
import { denormalise } from '../../files/data/normalise.ts'
import { evaluateSamples } from '../../tools/eval/evaluate-samples.ts'
import { formatReport } from '../../tools/eval/format-report.ts'
import type { Judgement, Setting } from '../family.ts'
import { judgeData } from '../judge-values-data.ts'
import { requireAlike } from '../require-alike.ts'
import { sessionOf } from '../session-of.ts'
import type { CodedModel } from './coded-model.ts'
import type { JudgeOptions } from './judge-likelihood.ts'
import type { GeneratorOf } from './painter.ts'
import { usualChoice } from './values-of.ts'

/** The default number of samples. */
const usualCount = 500

/** Draws samples and judges them. */
export async function judgeSamples<Model extends CodedModel>(
  generatorOf: GeneratorOf<Model>,
  model: Model,
  options: JudgeOptions,
  setting: Setting,
): Promise<Judgement> {
  const { count = usualCount, seed = 0, batch, draw = usualChoice(model) } = options
  const { training, heldOut } = await judgeData(setting.access, options)
  requireAlike(model, training)
  using generator = generatorOf(model, setting)
  const items = await generator.draw({
    count,
    seed,
    batch,
    draw,
    shards: setting.shards,
    signal: setting.signal,
    onProgress: (done, total) => setting.onProgress?.({ phase: 'drawing samples', done, total }),
  })
  const samples = createDataset({
    name: 'samples',
    kind: training.kind,
    shape: training.shape,
    data: denormalise(model.scale, items),
    range: training.range,
    affine: training.affine,
  })
  const report = await evaluateSamples(samples, training, setting.engine, {
    heldOut,
    store: setting.store,
    shards: setting.shards,
    signal: setting.signal,
    onProgress: (phase, done, total) => setting.onProgress?.({ phase, done, total }),
    ...sessionOf(setting),
  })
  return {
    facts: { ...report, seed, draw },
    text: formatReport(report),
    remarks: [],
    howText: `seed ${seed}, ${draw}s of the decoder's law`,
  }
}
