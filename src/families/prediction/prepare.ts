/** Data prepared for training: the predictor is fitted, and its residuals are the data of the diffusion. */
import { TweedieError } from '../../errors.ts'
import { checksum } from '../../files/io/checksum.ts'
import type { TableDataset } from '../../files/data/table.ts'
import type { TrainData } from '../../tools/train/problem.ts'
import type { PrepareSetting, Wanted } from '../family.ts'
import { defined } from '../defined.ts'
import { tableColumns } from './columns-as.ts'
import { type ResidualData, residualsOf } from './data.ts'
import { usualPredictor } from './defaults.ts'
import { encodeRows, encodeTargets, encodingOf, targetWidth, widthOf } from './encoding.ts'
import { fitPredictor } from './fit-predictor.ts'
import type { Predictor } from './predictor.ts'
import type { PredictionTrainSpec } from './spec.ts'

/** The family's `prepare`. The same table, seed and size give the same predictor, so a run that goes on fits it again. */
export async function preparePrediction(
  data: TrainData,
  { options, spec }: Wanted<PredictionTrainSpec>,
  { engine, device, threads, signal, onProgress }: PrepareSetting,
): Promise<ResidualData> {
  if ('centre' in data) return data as unknown as ResidualData
  const table = tableOf(data)
  const asked = defined({
    widths: options?.predictorWidths,
    dropout: options?.predictorDropout,
    bins: options?.bins,
    crossFit: options?.crossFit,
    heteroscedastic: options?.heteroscedastic,
  }) as Partial<typeof usualPredictor>
  const { widths, dropout, bins, crossFit, heteroscedastic } = spec?.predictor ?? { ...usualPredictor, ...asked }
  const encoding = encodingOf(table, bins)
  if (heteroscedastic && encoding.target.kind === 'category') {
    throw new TweedieError('usage', `\`heteroscedastic\`: ${encoding.target.name} is a class, which has no deviation`, {
      hint: 'leave it out, or predict a number',
    })
  }
  const columns = tableColumns(table)
  const rows = {
    features: encodeRows(encoding, columns, table.length).features,
    targets: encodeTargets(encoding, columns(encoding.target)),
  }
  const config = {
    inputs: widthOf(encoding),
    outputs: targetWidth(encoding),
    widths,
    dropout,
    classes: encoding.target.kind === 'category',
    ...(heteroscedastic && { heteroscedastic }),
  }
  const seed = spec?.seed ?? Number(options?.seed ?? 0)
  const {
    epochs,
    heldOut: _,
    outOfFold,
    ...predictor
  } = await fitPredictor(config, rows, {
    engine,
    seed,
    crossFit,
    ...defined({ device, threads }),
    signal,
    onProgress: (done, total) => onProgress?.({ phase: 'predictor', done, total }),
  })
  const sum = predictorSum(predictor)
  if (spec && spec.predictor.sum !== sum) {
    throw new TweedieError('model', 'the predictor is not the one that this run began with', {
      hint: 'the table has changed, or device or threads: start a new run',
    })
  }
  const centre = { encoding, predictor, sum, epochs: Number(epochs.toFixed(1)) }
  return Object.freeze({ ...residualsOf(centre, table, outOfFold), centre, table, remarks: table.remarks })
}

/** @throws TweedieError `usage` for anything but tables */
export function tableOf(data: TrainData): TableDataset {
  if (data.kind === 'table') return data
  throw new TweedieError('usage', `${data.name}: ${data.kind}, where a table is needed`, {
    hint: '`target: COLUMN` of a table',
  })
}

/** A checksum of its weights. */
export function predictorSum({ weights, config }: Predictor): string {
  const { buffer, byteOffset, byteLength } = weights
  return checksum(new Uint8Array(buffer, byteOffset, byteLength), new TextEncoder().encode(JSON.stringify(config)))
}
