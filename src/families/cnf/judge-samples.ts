/** Judges a continuous flow by samples: draws them and compares them with data. */
import { classesOf } from '../../engine/nn/condition-spec.ts'
import { TweedieError } from '../../errors.ts'
import { type ArrayDataset, createDataset } from '../../files/data/dataset.ts'
import { denormalise } from '../../files/data/normalise.ts'
import { evaluateSamples } from '../../tools/eval/evaluate-samples.ts'
import { formatReport } from '../../tools/eval/format-report.ts'
import type { Judgement, Setting } from '../family.ts'
import { judgeData } from '../judge-values-data.ts'
import { openFeatures } from '../open-features.ts'
import { labelsAsIn } from '../labels-as-in.ts'
import { sessionOf } from '../session-of.ts'
import { warmGenerator } from './generate.ts'
import type { JudgeOptions } from './judge-options.ts'
import type { CnfModel } from './model.ts'
import { chooseSolver, solverText } from './solver-choice.ts'

/** The default number of samples. */
const usualCount = 500

/** Draws samples and judges them. Options that make no sense are refused before anything is computed. */
export async function judgeSamples(model: CnfModel, options: JudgeOptions, setting: Setting): Promise<Judgement> {
  const { count = usualCount, seed = 0, batch, classes = 'data' } = options
  const solver = chooseSolver(model, options)
  const features = await openFeatures(model, options, setting)
  const { training, heldOut } = await judgeData(setting.access, options)
  requireAlike(model, training)
  const conditional = classesOf(model.network) > 0
  const labels = conditional && classes === 'data' && training.labels ? labelsAsIn(training, count) : undefined
  const { engine, shards, signal, onProgress } = setting
  using generator = warmGenerator(model, engine, sessionOf(setting))
  const drawn = await generator.draw({
    count,
    seed,
    solver,
    labels,
    batch,
    shards,
    signal,
    onStep: ({ share }) => onProgress?.({ phase: 'drawing samples', done: share * count, total: count }),
  })
  const { kind, shape, range, affine } = training
  const samples = createDataset({
    name: 'samples',
    kind,
    shape,
    data: denormalise(model.scale, drawn.items),
    range,
    affine,
    ...(drawn.labels && { labels: drawn.labels, classNames: model.classNames }),
  })
  const report = await evaluateSamples(samples, training, engine, {
    heldOut,
    features,
    store: setting.store,
    shards,
    signal,
    onProgress: (phase, done, total) => onProgress?.({ phase, done, total }),
    ...sessionOf(setting),
  })
  const how = { seed, sampler: solver.name, steps: solver.name === 'rk45' ? null : solver.steps, classes }
  return {
    facts: { ...report, ...how },
    text: formatReport(report),
    remarks: [],
    howText: `seed ${seed}, ${solverText(solver)}`,
  }
}

function requireAlike(
  { scale, classNames }: CnfModel,
  { name, shape, kind, range, labels, ...rest }: ArrayDataset,
): void {
  const hint = 'evaluate against the data that the model was trained on'
  if (shape.join() !== scale.shape.join() || kind !== scale.kind) {
    throw new TweedieError(
      'data',
      `${name}: ${kind} [${shape.join(', ')}], but the model makes ${scale.kind} [${scale.shape.join(', ')}]`,
      { hint },
    )
  }
  if (kind === 'image' && range.join() !== scale.range.join()) {
    throw new TweedieError(
      'data',
      `${name}: values ${range.join(' … ')}, but those of the model are ${scale.range.join(' … ')}`,
      {
        hint,
      },
    )
  }
  const classes = labels ? (rest.classNames?.length ?? 0) : 0
  if (classNames.length > 0 && classes > 0 && classNames.length !== classes) {
    throw new TweedieError('data', `${name}: ${classes} classes, but the model has ${classNames.length}`, { hint })
  }
}
