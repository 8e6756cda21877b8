/** Judges a flow: by its samples, or by option by the exact likelihood of data. */
import { TweedieError } from '../../errors.ts'
import { firstOf, type OptionTable, type OptionValues } from '../../options.ts'
import { table } from '../../words.ts'
import type { Judgement, Setting } from '../family.ts'
import { judgeData } from '../judge-values-data.ts'
import { judgeOptions } from '../options.ts'
import { sessionOf } from '../session-of.ts'
import { judgeFlowSamples } from './judge-samples.ts'
import { flowLikelihood, type FlowLikelihood } from './likelihood.ts'
import type { FlowModel } from './model.ts'
import type { FlowJudgeOptions } from './judge-options.ts'
import { ofLikelihood, ofSamples } from './options/eval.ts'

const samplesOnly: OptionTable = { count: judgeOptions.count, ...ofSamples }

/** The ability to evaluate. @throws TweedieError `usage` for options that do not fit together, or where the data are not known */
export async function evaluate(model: FlowModel, options: OptionValues, setting: Setting): Promise<Judgement> {
  if (firstOf(options, ofLikelihood) === undefined) return judgeFlowSamples(model, options, setting)
  const name = firstOf(options, samplesOnly)
  if (name === undefined) return judgeLikelihood(model, options, setting)
  throw new TweedieError('usage', `\`likelihood\` cannot be used with \`${name}\``, {
    hint: 'evaluate twice: once for samples, once for likelihoods',
  })
}

/** Works out how likely data are. */
async function judgeLikelihood(model: FlowModel, options: FlowJudgeOptions, setting: Setting): Promise<Judgement> {
  const { seed = 0, batch, likelihoodItems: count, dequantisations } = options
  requireShades(model, dequantisations)
  const { training, heldOut } = await judgeData(setting.access, options)
  const dataset = heldOut ?? training
  const report = await flowLikelihood(model, dataset, setting.engine, {
    count,
    batch,
    seed,
    dequantisations,
    shards: setting.shards,
    signal: setting.signal,
    onProgress: (done) => setting.onProgress?.({ phase: 'likelihood', done, total: 1 }),
    ...sessionOf(setting),
  })
  const part = heldOut ? 'held-out' : 'training'
  const items = `${report.items} ${part} items of ${dataset.name}, ${report.dimensions} dimensions`
  const unit = model.shades === null ? 'nats' : 'bits/dim'
  return {
    facts: { data: dataset.name, part, shades: model.shades, ...report, seed, unit },
    text: `${rows(report, model.shades)}\n\n${items}`,
    remarks: heldOut ? [] : ['warning: these are the data that the model was trained on; `heldOut` names others'],
    howText: `seed ${seed}`,
  }
}

/** Refuses draws of noise within shades where there are none. @throws TweedieError `usage` */
export function requireShades({ shades }: FlowModel, dequantisations: number | undefined): void {
  if (dequantisations === undefined || shades !== null) return
  throw new TweedieError(
    'usage',
    '`dequantisations` is for images of a few shades: the numbers of this model are taken as they are',
  )
}

function rows({ nats, bitsPerDim, tighter, outside, dequantisations }: FlowLikelihood, shades: number | null): string {
  const share = `${(100 * outside).toFixed(3)} %`
  const noise = `${shades} shades, ${dequantisations} draws of noise`
  return table([
    ['exact −log p', shades === null ? `${text(nats)} nats` : `≤ ${text(bitsPerDim)} bits/dim, ${noise}`],
    ['', shades === null ? undefined : `≤ ${text(nats)} nats`],
    ['  by the mean of the draws', tighter && `≤ ${text(tighter)} bits/dim`],
    ['outside the splines', share],
  ])
}

function text({ value, standardError }: FlowLikelihood['nats']): string {
  return standardError === undefined ? value.toFixed(4) : `${value.toFixed(4)} ± ${standardError.toFixed(4)}`
}
