/** Judges a continuous flow by how likely data are under it. */
import type { Estimate } from '../../diffusion/likelihood/units.ts'
import { TweedieError } from '../../errors.ts'
import { table } from '../../words.ts'
import type { Judgement, Setting } from '../family.ts'
import { judgeData } from '../judge-values-data.ts'
import { sessionOf } from '../session-of.ts'
import type { JudgeOptions } from './judge-options.ts'
import { cnfLikelihood, type CnfLikelihoodReport, type FlowFigure, gridRemark } from './likelihood.ts'
import type { CnfModel } from './model.ts'

/** The default number of items. */
const usualItems = { image: 64, other: 1000 } as const

/** Works out how likely data are under a model. */
export async function judgeLikelihood(model: CnfModel, options: JudgeOptions, setting: Setting): Promise<Judgement> {
  const { values, trace, tolerance, seed = 0, batch } = options
  const isImage = model.scale.kind === 'image'
  if (values !== undefined && !isImage) {
    throw new TweedieError('usage', '`values` is for images: nothing else is known to take a few values only')
  }
  const { likelihoodItems: count = isImage ? usualItems.image : usualItems.other } = options
  const { training, heldOut } = await judgeData(setting.access, options)
  const dataset = heldOut ?? training
  const report = await cnfLikelihood(model, dataset, setting.engine, {
    count,
    batch,
    seed,
    values,
    trace,
    tolerance,
    shards: setting.shards,
    signal: setting.signal,
    onProgress: (done) => setting.onProgress?.({ phase: 'likelihood', done, total: 1 }),
    ...sessionOf(setting),
  })
  const part = heldOut ? 'held-out' : 'training'
  const shades = values ?? model.flow.values
  const remark = gridRemark(report, model)
  const how = { seed, unit: shades === null ? 'nats' : 'bits/dim', values: shades }
  return {
    facts: { data: dataset.name, part, ...report, ...how },
    text: `${text(report, shades)}\n\n${report.items} ${part} items of ${dataset.name}, ${report.dimensions} dimensions`,
    remarks: [
      ...(heldOut ? [] : ['warning: these are the data that the model was trained on; `heldOut` names others']),
      ...(remark === undefined ? [] : [remark]),
    ],
    howText: `seed ${seed}, ${report.flow.evaluations} evaluations of the field`,
  }
}

function text({ flow, grid, gridGap }: CnfLikelihoodReport, shades: number | null): string {
  const say = ({ nats, bitsPerDim }: FlowFigure): string =>
    shades === null ? `−log p = ${number(nats)} nats` : `≤ ${number(bitsPerDim)} bits/dim, ${shades} values dequantised`
  return table([
    ['continuous flow', say(flow)],
    [`  by ${grid.solver}, ${grid.steps} steps`, say(grid)],
    ['  the two differ by', `${gridGap.toPrecision(2)} nats an item`],
  ])
}

function number({ value, standardError }: Estimate): string {
  return value.toFixed(4) + (standardError === undefined ? '' : ` ± ${standardError.toFixed(4)}`)
}
