/** Judges a flow by samples: draws them and compares them with data. */
import { classesOf } from '../../engine/nn/condition-spec.ts'
import { TweedieError } from '../../errors.ts'
import { type ArrayDataset, createDataset } from '../../files/data/dataset.ts'
import { denormalise } from '../../files/data/normalise.ts'
import { evaluateSamples, requireCount } from '../../tools/eval/evaluate-samples.ts'
import { formatReport } from '../../tools/eval/format-report.ts'
import { labelsAsIn } from '../labels-as-in.ts'
import type { Judgement, Setting } from '../family.ts'
import { judgeData } from '../judge-values-data.ts'
import { sessionOf } from '../session-of.ts'
import { generateFlow } from './generate.ts'
import type { FlowJudgeOptions } from './judge-options.ts'
import type { FlowModel } from './model.ts'

/** Draws samples and judges them. Options that make no sense are refused before anything is computed. */
export async function judgeFlowSamples(
  model: FlowModel,
  options: FlowJudgeOptions,
  setting: Setting,
): Promise<Judgement> {
  const { count = 500, seed = 0, batch, temperature, classes = 'data' } = options
  requireCount('samples', count, 'usage')
  const { training, heldOut } = await judgeData(setting.access, options)
  requireAlike(model, training)
  const asData = classesOf(model.network) > 0 && classes === 'data' && training.labels
  const { shards, signal, onRemark, onProgress, engine, store } = setting
  const drawn = await generateFlow(model, engine, {
    count,
    seed,
    batch,
    temperature,
    labels: asData ? labelsAsIn(training, count) : undefined,
    shards,
    signal,
    onRemark,
    onProgress: (done, total) => onProgress?.({ phase: 'drawing samples', done, total }),
    ...sessionOf(setting),
  })
  const samples = createDataset({
    name: 'samples',
    kind: training.kind,
    shape: training.shape,
    data: denormalise(model.scale, drawn.items),
    range: training.range,
    affine: training.affine,
    ...(drawn.labels && { labels: drawn.labels, classNames: model.classNames }),
  })
  const report = await evaluateSamples(samples, training, engine, {
    heldOut,
    store,
    shards,
    signal,
    onProgress: (phase, done, total) => onProgress?.({ phase, done, total }),
    ...sessionOf(setting),
  })
  const how = { seed, temperature: temperature ?? 1, classes }
  return {
    facts: { ...report, ...how },
    text: formatReport(report),
    remarks: [],
    howText: `seed ${seed}${temperature === undefined ? '' : `, temperature ${temperature}`}`,
  }
}

function requireAlike({ frame, scale }: FlowModel, { name, shape, kind }: ArrayDataset): void {
  if (frame.item.join() === shape.join() && (scale.kind === 'image') === (kind === 'image')) return
  throw new TweedieError(
    'data',
    `${name}: ${kind} [${shape.join(', ')}], but the flow makes ${scale.kind} [${frame.item.join(', ')}]`,
    {
      hint: 'evaluate against the data that the model was trained on',
    },
  )
}
