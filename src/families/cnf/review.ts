/** The end of training: the grid that was trained, held against the adaptive solver on some items. */
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { Review } from '../../tools/train/problem.ts'
import { cnfLikelihood, gridRemark } from './likelihood.ts'
import type { CnfModel } from './model.ts'

/** How many items are enough to see a grid that is too coarse. */
const reviewed = 64

/** The gap in nats for the record, and a remark where it is too large. */
export async function review(
  model: CnfModel,
  dataset: ArrayDataset,
  engine: Engine,
  options: Pick<SessionOptions, 'device' | 'threads'>,
): Promise<Review> {
  const report = await cnfLikelihood(model, dataset, engine, { count: reviewed, ...options })
  const remark = gridRemark(report, model)
  return {
    facts: { gridGap: Number(report.gridGap.toPrecision(3)) },
    remarks: remark === undefined ? [] : [remark],
  }
}
